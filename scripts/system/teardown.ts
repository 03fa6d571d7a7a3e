/** Gives back what a worktree holds outside git: databases that are proved ours, then ports, then the ledger's record. */
import { destroyDatabase } from './databases/destroying.ts'
import type { Destruction } from './databases/provider.ts'
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
    const outcome = await destroyed(repository, record, database, worktree)
    if (outcome.result === 'refused') kept.push({ what: database.resource, why: outcome.why })
    else save(current.databases.filter(({ role }) => role !== database.role))
  }
  return { record: current, kept }
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

/** A provider that cannot tell (a server that does not answer, a file it may not read) leaves the database where it is. */
async function destroyed(
  repository: Repository,
  owner: WorktreeRecord,
  database: DatabaseRecord,
  worktree: string | undefined,
): Promise<Destruction> {
  try {
    return await destroyDatabase(repository, owner, database, worktree === undefined ? {} : { worktree })
  } catch (error) {
    return { result: 'refused', why: error instanceof Error ? error.message : String(error) }
  }
}
