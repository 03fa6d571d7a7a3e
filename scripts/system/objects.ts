/** Many git objects in one process: `cat-file --batch` with all names on stdin. */
import type { Git } from './git.ts'

export interface GitObject {
  readonly oid: string
  readonly type: string
  readonly content: Buffer
}

/** The objects that the names stand for, in order; null for a name that stands for nothing. Names hold no newline. */
export function readObjects(git: Git, names: readonly string[]): (GitObject | null)[] {
  if (names.length === 0) return []
  const output = git.bytes(['cat-file', '--batch'], { input: `${names.join('\n')}\n` })
  let at = 0
  return names.map(() => {
    const end = output.indexOf(10, at)
    const header = output.toString('utf8', at, end)
    const [oid = '', type = '', size] = header.split(' ')
    if (size === undefined || header.endsWith(' missing') || header.endsWith(' ambiguous')) {
      at = end + 1
      return null
    }
    const content = output.subarray(end + 1, end + 1 + Number(size))
    at = end + 1 + Number(size) + 1
    return { oid, type, content }
  })
}

export interface TreeEntry {
  readonly mode: string
  readonly name: string
  readonly oid: string
}

/** The entries of a raw tree object: `mode SP name NUL oid` …, 20 or 32 bytes of oid. */
export function parseTree({ oid, content }: GitObject): TreeEntry[] {
  const oidBytes = oid.length / 2
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at)
    const zero = content.indexOf(0, space)
    entries.push({
      mode: content.toString('utf8', at, space),
      name: content.toString('utf8', space + 1, zero),
      oid: content.toString('hex', zero + 1, zero + 1 + oidBytes),
    })
    at = zero + 1 + oidBytes
  }
  return entries
}
