/** Where refs point, read from git's files: a process less for every hook. Any doubt is git's to settle. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { commitOf } from './history.ts'

/** Reading a bigger file of packed refs costs more than asking git, which searches it. */
const MOST_PACKED_BYTES = 256 * 1024

/**
 * The commit a shared ref stands on; null when there is no such ref, undefined when only git can tell (reftable, a
 * symbolic ref, very many packed refs).
 * @param ref full name, shared by all worktrees, e.g. `refs/heads/main`
 */
export function readRef(commonDir: string, ref: string): string | null | undefined {
  if (existsSync(join(commonDir, 'reftable'))) return undefined
  const file = join(commonDir, ref)
  // a directory where only `main/something` exists; below a file where `main` exists and `main/something` is asked for
  if (existsSync(file) && statSync(file, { throwIfNoEntry: false })?.isFile()) {
    const oid = (readIfExists(file) ?? '').trim()
    return isOid(oid) ? oid : undefined
  }
  const packed = join(commonDir, 'packed-refs')
  if ((statSync(packed, { throwIfNoEntry: false })?.size ?? 0) > MOST_PACKED_BYTES) return undefined
  const line = (readIfExists(packed) ?? '').split('\n').find((one) => one.endsWith(` ${ref}`))
  if (line === undefined) return null
  const oid = line.slice(0, line.indexOf(' '))
  return isOid(oid) ? oid : undefined
}

/** The commit a shared ref stands on, or null: git is asked where the files do not tell. */
export function refTip({ git, commonDir }: { git: Git; commonDir: string }, ref: string): string | null {
  const known = readRef(commonDir, ref)
  return known === undefined ? commitOf(git, ref) : known
}

/** Whether a branch of this name is here. */
export function branchExists(repository: { git: Git; commonDir: string }, branch: string): boolean {
  return refTip(repository, `refs/heads/${branch}`) !== null
}

function isOid(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}
