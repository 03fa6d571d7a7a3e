/** Leases on migrations that tasks hold, or wait for, which are over: a landing or a removal that was killed leaves one. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { tidyLease } from '../migrations/leases.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { type Lease, ownersOf } from '../policy/migrations/lease.ts'
import type { Policy } from '../policy/policy.ts'
import { leasedDatabases, leaseLock, leasesOf } from '../system/lease-store.ts'
import type { Repository } from '../system/repository.ts'
import type { Swept } from './sweep.ts'

/** git holds a ref's lock for milliseconds; one this old is a dead git's, unless the machine slept with a git half-way. */
const DEAD_LOCK_MS = 10 * 60_000

/** A lease with somebody in it who is gone. */
export interface StaleLease {
  readonly database: string
  /** The holder where it is gone, else null: it only waited. */
  readonly holder: string | null
  readonly waiting: readonly string[]
}

/** The leases that name tasks which are not open, or own these migrations no more; and those that cannot be read. */
export function lookAtLeases(
  repository: Repository,
  { tasks }: Policy,
): { readonly stale: readonly StaleLease[]; readonly broken: readonly LanekeeperError[] } {
  const [stale, broken]: [StaleLease[], LanekeeperError[]] = [[], []]
  for (const database of leasedDatabases(repository)) {
    try {
      const lease = leasesOf(repository, [database]).get(database)
      const found = lease && staleIn(lease, database, ownersOf(tasks, database))
      if (found) stale.push(found)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      broken.push(error)
    }
  }
  return { stale, broken }
}

function staleIn({ holder, queue }: Lease, database: string, owners: ReadonlyMap<string, string>): StaleLease | null {
  const gone = holder !== null && !owners.has(holder.task) ? holder.task : null
  const waiting = queue.map(({ task }) => task).filter((task) => !owners.has(task))
  return gone === null && waiting.length === 0 ? null : { database, holder: gone, waiting }
}

/** Frees what tasks that are over hold, hands it to the first in line, and takes away locks that a killed git left. */
export function sweepMigrationLeases(repository: Repository, policy: Policy, { dryRun }: { dryRun: boolean }): Swept {
  const locks = sweepLocksOf(repository, policy, dryRun)
  const { stale, broken } = lookAtLeases(repository, policy)
  if (!dryRun) for (const { database } of stale) tidyLease(repository, policy, database)
  return {
    removed: [...locks, ...stale.map(described)],
    kept: broken.map(({ message, hint }) => ({ what: 'a lease on migrations', why: [message, hint].join(' ') })),
  }
}

function described({ database, holder, waiting }: StaleLease) {
  return holder === null
    ? { what: `places in line for the migrations of ${database}: ${waiting.join(', ')}`, why: 'no open tasks of them' }
    : { what: `the lease on the migrations of ${database}`, why: `task ${holder} is not open with them any more` }
}

function sweepLocksOf(repository: Repository, { settings }: Policy, dryRun: boolean) {
  const databases = new Set([...settings.migrations.map(({ database }) => database), ...leasedDatabases(repository)])
  const dead = [...databases]
    .flatMap((database) => leaseLock(repository, database) ?? [])
    .filter((lock) => existsSync(lock) && Date.now() - statSync(lock).mtimeMs > DEAD_LOCK_MS)
  if (!dryRun) for (const lock of dead) rmSync(lock, { force: true })
  return dead.map((lock) => ({ what: `lock ${lock}`, why: 'a git that was killed left it' }))
}
