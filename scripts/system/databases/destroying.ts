/** Taking databases away: the role's own, snapshots, and what an interrupted command left. */
import type { DatabaseRecord } from '../ledger.ts'
import type { Repository } from '../repository.ts'
import { accessToRecord } from './access.ts'
import type { DestroyOptions, Destruction, Owner } from './provider.ts'
import { providerOf } from './providers.ts'
import { forgetValues } from './values.ts'

/**
 * Takes a database away, if it is proved to be the one we made. The caller writes `destroying` to the ledger before and
 * forgets the record after.
 * @param repository opened in any worktree of the clone
 */
export async function destroyDatabase(
  repository: Repository,
  owner: Owner,
  record: DatabaseRecord,
  options: DestroyOptions = {},
): Promise<Destruction> {
  const provider = await providerOf(record.provider)
  const destruction = await provider.destroy(record, accessToRecord(repository, record, owner), options)
  if (destruction.result !== 'refused') forgetValues(repository, owner.id, record)
  return destruction
}
