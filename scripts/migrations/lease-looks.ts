/** Leases on migrations, looked at in passing: quick, and a broken one stops nobody here (the gate refuses, `doctor` tells). */
import { LanekeeperError } from '../policy/errors.ts'
import { type Lease, ownersOf, standingOf, tidied } from '../policy/migrations/lease.ts'
import { leaseOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import type { WorktreeStatus } from '../policy/worktree-status.ts'
import { here } from '../system/lease-activity.ts'
import { leasesOf } from '../system/lease-store.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import type { Tip } from '../system/tips.ts'
import type { Worktree } from '../system/worktrees.ts'

/** The leases of the open tasks' databases: a process only where somebody has claimed one. */
export function leasesNow(repository: Repository, policy: Policy): ReadonlyMap<string, Lease> {
  try {
    return leasesOf(
      repository,
      openTasks(policy).flatMap((task) => leaseOf(task, policy.settings) ?? []),
    )
  } catch (error) {
    if (error instanceof LanekeeperError) return new Map()
    throw error
  }
}

/** When each branch that is checked out got its newest commit. */
export function commitTimes(worktrees: readonly Worktree[], tips: ReadonlyMap<string, Tip>): Map<string, string> {
  return new Map(
    worktrees.flatMap(({ branch, head }): [string, string][] => {
      const tip = tips.get(head)
      return branch !== null && tip ? [[branch, tip.committedAt]] : []
    }),
  )
}

/** What the lease is to a worktree's task; null where nobody has claimed it, which says nothing. */
export function leaseTo(
  task: Task | undefined,
  {
    leases,
    committedAt,
  }: { readonly leases: ReadonlyMap<string, Lease>; readonly committedAt: ReadonlyMap<string, string> },
  policy: Policy,
): WorktreeStatus['lease'] {
  const database = task && leaseOf(task, policy.settings)
  const lease = database ? leases.get(database) : undefined
  if (!task || !database || !lease) return null
  const activity = { owners: ownersOf(policy.tasks, database), committedAt }
  return { database, ...standingOf(lease, task.id, activity, new Date()) }
}

/** Whose turn it is to land, by task: 0 for the holder of a lease, then those who wait for it in their order. */
export function turnsToLand(repository: Repository, policy: Policy): Map<string, number> {
  return new Map(
    [...leasesNow(repository, policy)].flatMap(([database, lease]) => {
      const { holder, queue } = tidied(
        lease,
        { owners: ownersOf(policy.tasks, database), committedAt: new Map() },
        here(0),
      )
      return [...(holder ? [holder] : []), ...queue].map(({ task }, turn): [string, number] => [task, turn])
    }),
  )
}
