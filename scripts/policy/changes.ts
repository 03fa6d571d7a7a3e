/** What a diff changes, as `git diff --raw -z --no-renames` tells it: both ends of a rename, nothing quoted. */

export interface Change {
  readonly path: string
  /** A(dded), M(odified), D(eleted), T(ype changed). */
  readonly status: 'A' | 'M' | 'D' | 'T'
  readonly oldMode: string
  readonly newMode: string
  /** Blob after the change; zeros for a deletion, and for a work tree file git has not hashed. */
  readonly oid: string
}

export const SYMLINK_MODE = '120000'
export const SUBMODULE_MODE = '160000'

/** The diff options every caller uses; renames stay two changes so that both ends are judged. */
export const RAW_DIFF_OPTIONS = ['--raw', '-z', '--no-renames', '--no-abbrev', '--no-ext-diff'] as const

/** Reads `--raw -z` output: `:old new oldoid newoid S NUL path NUL` … */
export function parseRawDiff(output: string): Change[] {
  const fields = output.split('\0')
  const changes: Change[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', , oid = '', status = 'M'] = (fields[index] ?? '').replace(/^\n?:/, '').split(' ')
    changes.push({ path: fields[index + 1] ?? '', status: status[0] as Change['status'], oldMode, newMode, oid })
  }
  return changes
}
