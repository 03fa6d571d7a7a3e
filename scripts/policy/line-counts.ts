/** Which paths a branch changes and by how many lines, out of one `git diff --raw --numstat -z --no-renames`. */
import { type Change, parseRawDiff } from './changes.ts'

export interface CountedChange extends Change {
  /** Lines; null for a binary file. */
  readonly added: number | null
  readonly deleted: number | null
}

/** Reads the raw records (each starting with `:`, its path in the next field), then the counts, a field each. */
export function parseCountedDiff(output: string): CountedChange[] {
  const fields = output.split('\0').slice(0, -1)
  let rawEnd = 0
  while (fields[rawEnd]?.startsWith(':')) rawEnd += 2
  const counts = new Map(fields.slice(rawEnd).map(countOf))
  const raw = fields.slice(0, rawEnd).map((field) => `${field}\0`)
  return parseRawDiff(raw.join('')).map((change) => ({
    ...change,
    ...(counts.get(change.path) ?? { added: null, deleted: null }),
  }))
}

/** `added TAB deleted TAB path`; the path may hold anything but NUL, tabs and newlines included. */
function countOf(field: string): [string, Pick<CountedChange, 'added' | 'deleted'>] {
  const [added = '', deleted = '', ...path] = field.split('\t')
  return [path.join('\t'), { added: lines(added), deleted: lines(deleted) }]
}

function lines(count: string): number | null {
  return count === '-' ? null : Number(count)
}
