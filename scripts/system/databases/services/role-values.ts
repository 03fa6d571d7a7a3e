/** What the variables of a role hold: in a worktree, or in the main worktree. */
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access } from '../provider.ts'
import { readValues } from '../values.ts'

/** Values of the role's variables: the worktree's own, or the main worktree's. */
export function valuesOf(record: DatabaseRecord | null, access: Access): Readonly<Record<string, string>> {
  if (record) return { ...record.urls, ...readValues(access.repository, access.owner.id, record) }
  return Object.fromEntries(access.found.map(({ name, value }) => [name, value]))
}

/** No variable says where the database is. */
export function noWay(record: DatabaseRecord | null, { settings, role }: Access): LanekeeperError {
  const names = settings.vars.join(', ')
  if (record)
    return new LanekeeperError('database', `The values of database ${role} (${names}) are gone.`, {
      hint: 'Make them anew: npx lanekeeper setup --wait',
    })
  return new LanekeeperError('database', `${names}: no URL in an env file of the main worktree to compare with.`, {
    hint: 'Set it there, then: npx lanekeeper db diff',
  })
}
