/** A new task on record, here and on the remote where there is one, with the lease it needs; and off the record again. */
import { shareChanges, shareNewTask } from '../contact.ts'
import { type Asked, claimLease, endLease } from '../migrations/leases.ts'
import { leaseOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import type { Output } from '../system/output.ts'
import { readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { dropTask, saveTask } from '../system/task-store.ts'

/**
 * The task first: a lease in the name of a task that is not there counts as free.
 * @throws `task-exists`, also where another machine was quicker; nothing is on record then
 */
export function saveWithLease(
  { repository, policy, out }: { repository: Repository; policy: Policy; out: Output },
  task: Task,
  overlap: string,
): Asked | null {
  saveTask(repository, task, `new-task ${task.id}: ${task.title}${overlap}`, { mustBeNew: true })
  shareNewTask(repository, policy.settings, task)
  const database = leaseOf(task, policy.settings)
  if (database === null) return null
  try {
    return claimLease(repository, policy, task, database)
  } catch (cause) {
    takenBack(repository, out, task)
    throw cause
  }
}

/** A task whose worktree could not be made: neither it nor its lease stays, here or on the remote. */
export function takenBack(repository: Repository, out: Output, task: Task): void {
  dropTask(repository, task.id, `new-task ${task.id} could not go through`)
  const policy = readPolicy(repository)
  endLease(repository, policy, task)
  shareChanges(repository, policy.settings, out)
}
