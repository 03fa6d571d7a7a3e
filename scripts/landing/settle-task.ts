/** The end of a task: landed or closed, on top of whatever a person changed in it meanwhile. */
import { join } from 'node:path'
import { endLease } from '../migrations/leases.ts'
import { withLock } from '../system/lock.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { saveTask } from '../system/task-store.ts'
import { refreshTaskLists } from '../tasks/refresh-task-lists.ts'

/** The same lock as `task widen` and `task edit` hold: neither loses the other's change. */
const LOCK_WAIT_MS = 30_000

/** Gives an open task its last state; one that is not open stays as it is. Either way it holds no lease any more. */
export async function settleTask(
  repository: Repository,
  id: string,
  state: 'landed' | 'closed',
  message: string,
): Promise<void> {
  await withLock(join(repository.stateDir, 'locks', 'tasks'), LOCK_WAIT_MS, () => {
    const task = openTasks(readPolicy(repository)).find((open) => open.id === id)
    if (task) saveTask(repository, { ...task, state }, message)
  })
  const policy = readPolicy(repository)
  const ended = policy.tasks.find((task) => task.id === id)
  if (ended) endLease(repository, policy, ended)
  await refreshTaskLists(repository, policy)
}
