/** Where a Prisma project keeps its schema, which is what a relative SQLite URL is relative to up to Prisma 6. */

/** Names of Prisma's config file (from Prisma 7 on what a relative URL is relative to), from the package's directory. */
export const PRISMA_CONFIGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].flatMap((ending) => [
  `prisma.config.${ending}`,
  `.config/prisma.${ending}`,
])

/** Prisma's own places for the schema. */
export const PRISMA_SCHEMAS = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema'] as const

/** `schema` of a config: `'db/schema.prisma'` or `path.join('db', 'schema')`; null where it has none that can be read. */
export function schemaInConfig(text: string): string | null {
  const value = /\bschema\s*:\s*(?:(?:path\.)?join\(([^()]*)\)|(['"`])([^'"`$]+)\2)/.exec(withoutComments(text))
  if (value?.[3] !== undefined) return value[3]
  const words = [...(value?.[1] ?? '').matchAll(/(['"`])([^'"`$]+)\1/g)].map(([, , word]) => word ?? '')
  return words.length === 0 ? null : words.join('/')
}

/** `prisma.schema` of a package.json; null where there is none. */
export function schemaInManifest(text: string): string | null {
  try {
    const manifest = JSON.parse(text) as { prisma?: { schema?: unknown } } | null
    const schema = manifest?.prisma?.schema
    return typeof schema === 'string' ? schema : null
  } catch {
    return null
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
