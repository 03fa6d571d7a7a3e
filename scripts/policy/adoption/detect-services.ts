/** Which dev servers a project has, and so which ports and env files a worktree needs (integrations.md sections 3.2 and 4). */
import { dependenciesOf, type Manifest } from './package-scripts.ts'
import type { EnvFileFact, Package } from './project-facts.ts'

export interface EnvEntry {
  readonly file: string
  readonly set?: Readonly<Record<string, string>>
}

export interface Services {
  /** What was recognised, for the plan: `next in apps/web`. */
  readonly found: readonly string[]
  /** Variable → offset in the port block. */
  readonly ports: Readonly<Record<string, number>>
  readonly env: readonly EnvEntry[]
}

/** Which env file a framework's dev server reads; `.env.local` wins over `.env` where both are read. */
const FRAMEWORKS: readonly {
  readonly dependency: string
  readonly name: string
  readonly file: '.env' | '.env.local' | null
}[] = [
  { dependency: 'next', name: 'Next.js', file: '.env.local' },
  { dependency: 'nuxt', name: 'Nuxt', file: '.env' },
  { dependency: '@sveltejs/kit', name: 'SvelteKit', file: '.env.local' },
  { dependency: '@react-router/dev', name: 'React Router', file: '.env.local' },
  { dependency: 'astro', name: 'Astro', file: '.env.local' },
  { dependency: 'expo', name: 'Expo', file: '.env.local' },
  { dependency: '@angular/core', name: 'Angular', file: null },
  { dependency: '@nestjs/core', name: 'Nest', file: '.env' },
  { dependency: 'vite', name: 'Vite', file: '.env.local' },
  { dependency: 'express', name: 'Express', file: null },
  { dependency: 'fastify', name: 'Fastify', file: null },
  { dependency: 'koa', name: 'Koa', file: null },
  { dependency: 'hono', name: 'Hono', file: null },
]

/** A `dev` script of these only watches and builds: it listens nowhere. */
const WATCHERS = /\b(tsc|tsup|tsdown|rollup|unbuild|esbuild|swc|babel|vitest|jest)\b/

/**
 * The dev servers of a project and what they need. The root's own has `PORT`, each other package a variable of its name.
 * @param databaseDirs packages whose env file names a database: they need an env file even without a server
 */
export function detectServices(
  packages: readonly Package[],
  envFiles: readonly EnvFileFact[],
  databaseDirs: readonly string[] = [],
): Services {
  const root = packages.find(({ dir }) => dir === '') ?? theOnly(packages)
  const servers = packages.filter((one) => one !== root && servesInDevelopment(one.manifest))
  const ports: Record<string, number> = { PORT: 0 }
  const env: EnvEntry[] = [{ file: `${root?.dir ? `${root.dir}/` : ''}${envFileOf(root, envFiles)}` }]
  for (const one of servers) {
    const variable = portVariable(one.dir, ports)
    ports[variable] = Object.keys(ports).length
    env.push({ file: `${one.dir}/${envFileOf(one, envFiles)}`, set: { PORT: `{{ports.${variable}}}` } })
  }
  for (const one of packages)
    if (one !== root && databaseDirs.includes(one.dir) && !servers.includes(one))
      env.push({ file: `${one.dir}/${envFileOf(one, envFiles)}` })
  if (packages.some(({ manifest }) => 'storybook' in dependenciesOf(manifest)))
    ports.STORYBOOK_PORT = Object.keys(ports).length
  const named = [...(root ? [root] : []), ...servers].flatMap(describe)
  return { found: named, ports, env }
}

/** Below a root without a package.json one project alone is what the repository is about. */
function theOnly(packages: readonly Package[]): Package | undefined {
  return packages.length === 1 ? packages[0] : undefined
}

function describe({ dir, manifest }: Package): string[] {
  const framework = frameworkOf(manifest)
  if (framework) return [dir === '' ? framework.name : `${framework.name} in ${dir}`]
  return dir === '' || !servesInDevelopment(manifest) ? [] : [`a dev server in ${dir}`]
}

function frameworkOf(manifest: Manifest) {
  const dependencies = dependenciesOf(manifest)
  return FRAMEWORKS.find(({ dependency }) => dependency in dependencies)
}

function servesInDevelopment(manifest: Manifest): boolean {
  const script = manifest.scripts?.dev
  if (script === undefined) return false
  return frameworkOf(manifest) !== undefined || !WATCHERS.test(script)
}

/** The framework's file; where it has no word, the ignored `.env` that is there already, else `.env.local`. */
function envFileOf(one: Package | undefined, envFiles: readonly EnvFileFact[]): string {
  const dir = one?.dir ? `${one.dir}/` : ''
  const has = (name: string) => envFiles.find(({ path }) => path === dir + name)
  const wanted = one ? frameworkOf(one.manifest)?.file : null
  const isPlainEnv = wanted === '.env' || (!wanted && has('.env') !== undefined && !has('.env.local'))
  return isPlainEnv && has('.env')?.isTracked !== true ? '.env' : '.env.local'
}

function portVariable(dir: string, taken: Readonly<Record<string, number>>): string {
  const name = (text: string) =>
    `${text
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^(?=\d)/, '_')}_PORT`
  const short = name(dir.split('/').at(-1) ?? dir)
  return short in taken ? name(dir) : short
}
