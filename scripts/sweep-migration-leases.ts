/** Leases on migrations that tasks hold, or wait for, which are over: a landing or a removal that was killed leaves one. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { LanekeeperError } from './policy/errors.ts'
import { type Lease, ownersOf, tidied } from './policy/migrations/lease.ts'
import { turnsOf } from './policy/migrations/ownership.ts'
import type { Policy } from './policy/policy.ts'
import type { Swept } from './sweep.ts'
import { changeLease, here, leasedDatabases, leaseLock, leasesOf } from './system/lease-store.ts'
import type { Repository } from './system/repository.ts'

/** git holds a ref's lock for milliseconds; one this old is a dead git's, unless the machine slept with a git half-way. */
const DEAD_LOCK_MS = 10 * 60_000

/** A lease with somebody in it who is gone. */
export interface StaleLease {
  readonly database: string
  /** The holder where it is gone, else null: it only waited. */
  readonly holder: string | null
  readonly waiting: readonly string[]
}

/** The leases that name tasks which are not open, or own these migrations no more. @throws `lease` for a broken one */
export function staleLeases(repository: Repository, { tasks }: Policy): StaleLease[] {
  return leasedDatabases(repository).flatMap((database) => {
    const lease = leasesOf(repository, [database]).get(database)
    const stale = lease && staleIn(lease, database, ownersOf(tasks, database))
    return stale ? [stale] : []
  })
}

function staleIn({ holder, queue }: Lease, database: string, owners: ReadonlyMap<string, string>): StaleLease | null {
  const gone = holder !== null && !owners.has(holder.task) ? holder.task : null
  const waiting = queue.map(({ task }) => task).filter((task) => !owners.has(task))
  return gone === null && waiting.length === 0 ? null : { database, holder: gone, waiting }
}

/** Frees what tasks that are over hold, hands it to the first in line, and takes away locks that a killed git left. */
export function sweepMigrationLeases(repository: Repository, policy: Policy, { dryRun }: { dryRun: boolean }): Swept {
  const locks = sweepLocksOf(repository, policy, dryRun)
  try {
    const stale = staleLeases(repository, policy)
    if (!dryRun) for (const { database } of stale) tidyLease(repository, policy, database)
    return { removed: [...locks, ...stale.map(described)], kept: [] }
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    return { removed: locks, kept: [{ what: 'a lease on migrations', why: `${error.message} ${error.hint ?? ''}` }] }
  }
}

function tidyLease(repository: Repository, { settings, tasks }: Policy, database: string): void {
  const hours = turnsOf(settings, database)?.hours ?? 0
  const activity = { owners: ownersOf(tasks, database), committedAt: new Map() }
  changeLease(repository, database, { hours, why: 'gc' }, (lease) => ({
    lease: tidied(lease, activity, here(hours || lease.hours)),
  }))
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
