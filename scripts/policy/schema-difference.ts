/** Two schemas as `provider.schema` writes them (objects apart by an empty line): what the one has and the other has not. */

export interface SchemaDifference {
  /** The first object that is not the same in both, as its first line names it. */
  readonly object: string
  /** Its text on either side; null where that side has no such object. */
  readonly first: string | null
  readonly second: string | null
}

/** The first difference by the objects' names, or null. The order of objects and white space do not count. */
export function firstSchemaDifference(first: string, second: string): SchemaDifference | null {
  const [left, right] = [objectsOf(first), objectsOf(second)]
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  const object = names.find((name) => left.get(name) !== right.get(name))
  if (object === undefined) return null
  return { object, first: left.get(object) ?? null, second: right.get(object) ?? null }
}

function objectsOf(schema: string): Map<string, string> {
  const texts = schema
    .split(/\n\s*\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
  const objects = new Map<string, string>()
  for (const text of texts) {
    const name = nameOf(text)
    objects.set(
      name,
      [...(objects.has(name) ? [objects.get(name) ?? ''] : []), text.replace(/\s+/g, ' ')].sort().join('\n'),
    )
  }
  return objects
}

/** `CREATE TABLE users (` → `TABLE users`; what is altered goes by its whole line, as a constraint's. */
function nameOf(text: string): string {
  const [line = ''] = text.split('\n')
  const created =
    /^CREATE (?:OR REPLACE )?(?:UNIQUE )?((?:\w+ )*?)(?:IF NOT EXISTS )?("(?:[^"]|"")+"(?:\."(?:[^"]|"")+")?|`[^`]+`|\[[^\]]+\]|[^\s(;]+)/i.exec(
      line,
    )
  if (!created) return line.replace(/\s+/g, ' ').replace(/[;(]$/, '').trim()
  return `${(created[1] ?? '').trim()} ${unquoted(created[2] ?? '')}`.trim()
}

/** SQLite keeps a name as it was written, and a rename writes it in quotes. */
function unquoted(name: string): string {
  return name.replace(/["`[\]]/g, '')
}
