/** Gives back what a worktree holds outside git: databases that are proved ours, then ports, then the ledger's record. */
import { outcomeOf, sweepAside } from './databases/aside.ts'
import { destroyDatabase } from './databases/destroying.ts'
import { type DatabaseRecord, removeRecord, type WorktreeRecord, writeRecord } from './ledger.ts'
import { releasePorts } from './port-leases.ts'
import type { Repository } from './repository.ts'

/** Something that stays, and the reason. */
export interface Kept {
  readonly what: string
  readonly why: string
}

/** What is in a record's way of being forgotten. */
export interface Teardown {
  readonly record: WorktreeRecord
  readonly kept: readonly Kept[]
}

/**
 * Destroys the databases one by one; the ledger says `destroying` before each and forgets it after.
 * @param worktree root of the worktree while it is there and about to go: what lies in it goes with it, whoever made it last.
 *   Left out once it is gone, since another worktree may have its place
 */
export async function destroyDatabases(
  repository: Repository,
  record: WorktreeRecord,
  worktree?: string,
): Promise<Teardown> {
  const kept: Kept[] = []
  let current = record
  const save = (databases: readonly DatabaseRecord[]) => {
    current = writeRecord(repository, { ...current, databases })
  }
  for (const database of record.databases) {
    save(current.databases.map((one) => (one.role === database.role ? { ...one, state: 'destroying' as const } : one)))
    const options = worktree === undefined ? {} : { worktree }
    const outcome = await outcomeOf(() => destroyDatabase(repository, record, database, options))
    if (outcome.result === 'refused') kept.push({ what: database.resource, why: outcome.why })
    else save(current.databases.filter(({ role }) => role !== database.role))
  }
  const aside = await sweepAside(repository, current, () => true, worktree === undefined ? {} : { worktree })
  kept.push(...aside.refused.map(({ database, why }) => ({ what: database.resource, why })))
  return { record: aside.record, kept }
}

/** All of it, after the worktree is gone. A database that may not be destroyed keeps the record, so that it stays listed. */
export async function forgetWorktree(repository: Repository, gone: WorktreeRecord): Promise<readonly Kept[]> {
  const { record, kept } = await destroyDatabases(repository, gone)
  if (record.ports !== null) {
    releasePorts(record.ports, record.id)
    writeRecord(repository, { ...record, ports: null })
  }
  if (kept.length === 0) removeRecord(repository, record.id)
  return kept
}
