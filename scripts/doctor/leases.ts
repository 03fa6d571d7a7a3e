/** Doctor's check of the leases on migrations: readable, and held by tasks that are there. */

import type { Policy } from '../policy/policy.ts'
import { lookAtLeases, type StaleLease, sweepMigrationLeases } from '../removal/sweep-migration-leases.ts'
import { type Check, type Finding, orOk, problem, type Scene, warning } from './finding.ts'

export const leaseChecks: readonly Check[] = [{ name: 'migration-leases', look: checkLeases }]

function checkLeases({ repository, policy }: Scene): readonly Finding[] {
  if (policy === null) return []
  const { stale, broken } = lookAtLeases(repository, policy)
  const sweep = () => sweepMigrationLeases(repository, policy, { dryRun: false })
  const remedy = { name: 'free leases of tasks that are gone', run: sweep }
  const found = [
    ...broken.map(({ message, hint }) => problem(message, hint ?? 'npx lanekeeper migration status')),
    ...stale.map((one) => warning(sentence(one), 'npx lanekeeper gc', remedy)),
  ]
  return hasMigrations(policy) ? orOk(found, 'held by open tasks alone') : found
}

function hasMigrations({ settings }: Policy): boolean {
  return settings.migrations.length > 0
}

function sentence({ database, holder, waiting }: StaleLease): string {
  return holder === null
    ? `tasks that are gone wait for the migrations of ${database}: ${waiting.join(', ')}`
    : `task ${holder} is gone and holds the lease on the migrations of ${database} (it counts as free)`
}
