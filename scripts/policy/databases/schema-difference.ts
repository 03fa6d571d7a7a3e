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
    .split(/;\s*\n(?=(?:CREATE|ALTER) )|\n\s*\n(?=(?:CREATE|ALTER) )/)
    .map((text) => text.trim().replace(/;$/, ''))
    .filter((text) => text !== '')
  const objects = new Map<string, string>()
  for (const text of texts) {
    const name = nameOf(text)
    objects.set(name, [...(objects.has(name) ? [objects.get(name) ?? ''] : []), normalised(text)].sort().join('\n'))
  }
  return objects
}

const KIND =
  'TABLE|UNLOGGED TABLE|FOREIGN TABLE|VIRTUAL TABLE|UNIQUE INDEX|INDEX|VIEW|MATERIALIZED VIEW|TRIGGER|CONSTRAINT TRIGGER|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|SEQUENCE|SCHEMA|EXTENSION|POLICY'
const CREATED = new RegExp(
  `^CREATE (?:OR REPLACE )?(${KIND}) (?:IF NOT EXISTS )?((?:"(?:[^"]|"")+"|\`[^\`]+\`|\\[[^\\]]+\\]|[^\\s(;."]+|\\.)+)`,
  'i',
)

/** `CREATE TABLE users (` → `TABLE users`; what is altered goes by its whole line, as a constraint's. */
function nameOf(text: string): string {
  const [line = ''] = text.split('\n')
  const [, kind, name] = CREATED.exec(line) ?? []
  if (kind === undefined || name === undefined) return line.replace(/\s+/g, ' ').trim()
  return `${kind.toUpperCase()} ${unquoted(name)}`
}

/** SQLite keeps a name as it was written, and a rename writes it in quotes. */
function unquoted(name: string): string {
  return name.replace(/["`[\]]/g, '')
}

/** White space does not count, and in a table neither does the order of its columns: what landed late was added late. */
function normalised(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  const [open, close] = [line.indexOf('('), line.lastIndexOf(')')]
  if (!/^CREATE (?:\w+ )?TABLE /i.test(line) || open === -1 || close < open) return line
  const parts = partsOf(line.slice(open + 1, close))
  return `${line.slice(0, open + 1)}${parts.sort().join(', ')}${line.slice(close)}`
}

/** Cut at the commas that lie in no parentheses and no quotes. */
function partsOf(list: string): string[] {
  const parts: string[] = []
  let [depth, start, quote] = [0, 0, '']
  for (let at = 0; at < list.length; at++) {
    const letter = list[at] ?? ''
    if (quote !== '') quote = letter === quote ? '' : quote
    else if (/["'`]/.test(letter)) quote = letter
    else if (letter === '(') depth++
    else if (letter === ')') depth--
    else if (letter === ',' && depth === 0) {
      parts.push(list.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...parts, list.slice(start).trim()]
}
