/** Has the worktree's own database run a migration under the name that it is about to lose? */

import { workOn } from '../databases/worktree-databases.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Renumbered } from '../policy/migrations/renumbering.ts'
import type { Policy } from '../policy/policy.ts'
import { accessTo } from '../system/databases/access.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { readRecord } from '../system/ledger.ts'
import type { Repository } from '../system/repository.ts'

/**
 * Refuses where a runner has written one of the old names down: it would run the migration once more under the new one.
 * A database that cannot be asked (none here, or a kind without a reader) is no reason to stop.
 * @throws `unsafe` with the reset that cures it
 */
export async function assertNotApplied(
  repository: Repository,
  policy: Policy,
  role: string,
  renames: readonly Renumbered[],
): Promise<void> {
  const id = knownWorktreeId(repository.gitDir)
  const record = id === null ? null : readRecord(repository, id)
  const database = record?.databases.find((one) => one.role === role && one.state === 'ready')
  if (!record || !database) return
  const { provider, settings } = await workOn({ repository, policy, record }, role)
  const written = await provider.writtenByRunners?.(
    database,
    accessTo(repository, policy.settings, role, settings, record),
  )
  const applied = renames.find(({ from }) => wordsOf(from).some((word) => written?.has(word)))
  if (!applied) return
  throw new LanekeeperError(
    'unsafe',
    `${applied.from.path} has run in this worktree's database "${role}": under another name it would run again.`,
    {
      hint: 'Renumber it and give the database its first state again, migrated anew: npx lanekeeper migration renumber --reset',
    },
  )
}

/** What runners write down: the version, the name, or the file's own name. */
function wordsOf({ path, name, version }: Renumbered['from']): string[] {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const bare = file.replace(/\.\w+$/, '')
  return [...new Set([version, name, file, bare, `${name}/`, String(Number(version))])]
}
