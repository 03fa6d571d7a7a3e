/** Reads the lines of `git status --porcelain=v2 -z --no-renames`. */

export interface UncommittedChange {
  /** Of an untracked directory, without the slash git writes after it. */
  readonly path: string
  readonly isAdded: boolean
  readonly isGone: boolean
  /** Whether the index holds it already as it is in the work tree. */
  readonly isStaged: boolean
}

/** Fields before the path of a changed, an unmerged and an untracked entry. */
const FIELDS_BEFORE: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 }

/** What a line says. An unmerged path may be anything, so it counts as everything. */
export function changeOf(line: string): UncommittedChange {
  const fields = line.split(' ')
  const [kind = '', states = ''] = fields
  const isUnmerged = kind === 'u'
  return {
    path: fields
      .slice(FIELDS_BEFORE[kind] ?? 0)
      .join(' ')
      .replace(/\/$/, ''),
    isAdded: kind === '?' || isUnmerged || states.includes('A'),
    isGone: isUnmerged || (kind === '1' && states.includes('D')),
    isStaged: kind === '1' && states[1] === '.',
  }
}
