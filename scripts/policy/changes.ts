/** What a diff changes, as `git diff --raw -z --no-renames` tells it: both ends of a rename, nothing quoted. */

export interface Change {
  readonly path: string
  /** A(dded), M(odified), D(eleted), T(ype changed). */
  readonly status: 'A' | 'M' | 'D' | 'T'
  readonly oldMode: string
  readonly newMode: string
  /** Blob after the change; zeros for a deletion, and for a work tree file git has not hashed. */
  readonly oid: string
  /** Blob before it; zeros for an addition. Not told of a merge. */
  readonly oldOid?: string
}

export const SYMLINK_MODE = '120000'
export const SUBMODULE_MODE = '160000'

/** The diff options every caller uses; renames stay two changes so that both ends are judged. */
export const RAW_DIFF_OPTIONS = ['--raw', '-z', '--no-renames', '--no-abbrev', '--no-ext-diff'] as const

/**
 * Reads `--raw -z --no-abbrev` output: `:old new oldoid newoid S NUL path NUL` … Cut by position, since modes have six
 * digits and both ids one length: splitting 50,000 lines at their spaces costs more than judging them.
 */
export function parseRawDiff(output: string): Change[] {
  const changes: Change[] = []
  for (let at = output.indexOf(':'); at !== -1 && at < output.length; ) {
    const headerEnd = output.indexOf('\0', at)
    const pathEnd = output.indexOf('\0', headerEnd + 1)
    if (headerEnd === -1 || pathEnd === -1) break
    const status = output.lastIndexOf(' ', headerEnd) + 1
    const oids = at + ':100644 100644 '.length
    const oidLength = (status - 2 - oids) / 2
    changes.push({
      path: output.slice(headerEnd + 1, pathEnd),
      status: output[status] as Change['status'],
      oldMode: modeAt(output, at + 1),
      newMode: modeAt(output, at + 8),
      oid: output.slice(oids + oidLength + 1, status - 1),
      oldOid: output.slice(oids, oids + oidLength),
    })
    at = pathEnd + 1
  }
  return changes
}

/** Nearly every file has one of two modes: one text for all of them. */
function modeAt(output: string, at: number): string {
  if (output.startsWith('100644', at)) return '100644'
  return output.startsWith('000000', at) ? '000000' : output.slice(at, at + 6)
}

/**
 * Reads `diff-tree --stdin --always -r` with the same options, a list for each pair that was asked for: the commit's id and
 * a NUL, then as above.
 */
export function parseRawDiffs(output: string): Pick<Change, 'path' | 'status'>[][] {
  const diffs: Pick<Change, 'path' | 'status'>[][] = []
  const fields = output.split('\0').slice(0, -1)
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? ''
    if (!field.startsWith(':')) diffs.push([])
    else {
      at += 1
      diffs.at(-1)?.push({ path: fields[at] ?? '', status: field.at(-1) as Change['status'] })
    }
  }
  return diffs
}
