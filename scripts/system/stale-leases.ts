/** Leases whose worktree is gone: recognised by the worktree's own id file, and taken away without touching a newer one. */
import { existsSync, linkSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { discard, fileSystemError, isErrno, readIfExists, readJsonIfExists } from './files.ts'
import { knownWorktreeId } from './identity.ts'
import { withLock } from './lock.ts'
import { randomHex } from './random.ts'

/** A repository on a disk that is not mounted today is not gone. */
const UNREACHABLE_KEPT_MS = 30 * 24 * 60 * 60_000
const LOCK_WAIT_MS = 10_000
const LITTER_KEPT_MS = 60 * 60_000

interface StoredLease {
  readonly worktree: string
  readonly gitDir: string
  readonly commonDir: string
  readonly path: string
  readonly leasedAt: string
}

export interface SweptLease {
  readonly first: number
  readonly path: string
  readonly why: string
}

/**
 * Removes the leases of vanished worktrees, of every repository of this user, one sweeper at a time.
 * @param now milliseconds since 1970; a parameter for the tests
 * @returns what was removed, or with `dryRun` what would be
 */
export async function sweepLeases(
  registry: string,
  { dryRun = false, now = Date.now() }: { dryRun?: boolean; now?: number } = {},
): Promise<SweptLease[]> {
  if (!existsSync(registry)) return []
  return withLock(join(registry, '.sweep'), LOCK_WAIT_MS, () => {
    const names = readdirSync(registry)
    if (!dryRun) for (const name of names) if (isLitter(registry, name, now)) discard(join(registry, name))
    return names
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => sweepOne(join(registry, name), Number(name), dryRun, now))
  })
}

/** What a process that was killed between making and linking a file left. */
function isLitter(registry: string, name: string, now: number): boolean {
  if (!/\.(?:tmp|gone)$/.test(name)) return false
  const made = statSync(join(registry, name), { throwIfNoEntry: false })?.mtimeMs
  return made !== undefined && now - made > LITTER_KEPT_MS
}

function sweepOne(file: string, first: number, dryRun: boolean, now: number): SweptLease[] {
  const lease = readJsonIfExists<StoredLease>(file)
  const why = lease && whyStale(lease, now)
  if (!lease || why === null) return []
  if (!dryRun && !dropLease(file, lease.worktree)) return []
  return [{ first, path: lease.path, why }]
}

/** Why a lease has no worktree any more, or null while it has (or may have) one. */
export function whyStale(lease: Omit<StoredLease, 'path'>, now: number): string | null {
  if (!existsSync(lease.commonDir))
    return now - Date.parse(lease.leasedAt) < UNREACHABLE_KEPT_MS
      ? null
      : `no repository at ${lease.commonDir} for 30 days`
  if (!existsSync(lease.gitDir)) return 'its worktree is gone'
  return knownWorktreeId(lease.gitDir) === lease.worktree ? null : 'another worktree has its place'
}

/**
 * Removes a lease file if it still is this worktree's: moved aside, looked at, and put back where it was somebody else's.
 * @returns whether it was removed
 */
export function dropLease(file: string, worktreeId: string): boolean {
  if (readJsonIfExists<StoredLease>(file)?.worktree !== worktreeId) return false
  const aside = `${file}.${process.pid}.${randomHex(4)}.gone`
  try {
    renameSync(file, aside)
    if (readJsonIfExists<StoredLease>(aside)?.worktree === worktreeId) return true
    if (readIfExists(aside) !== null) linkSync(aside, file)
    return false
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'EEXIST')) return false
    throw fileSystemError('remove', file, cause)
  } finally {
    discard(aside)
  }
}
