/** What only a person does is refused in a task's own worktree: a lane that the one inside can move is no lane. */
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { workBranchOf } from '../system/head.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { readRecord } from '../system/ledger.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'

/** The open task in whose worktree the session is, or null: by its branch; where HEAD is detached by what the ledger says. */
export function taskHere(repository: Repository, policy: Policy): Task | null {
  const branch = workBranchOf(repository.git, repository.gitDir)
  if (branch !== null) return openTasks(policy).find((task) => task.branch === branch) ?? null
  const id = knownWorktreeId(repository.gitDir)
  const known = id === null ? null : readRecord(repository, id)?.task
  return openTasks(policy).find((task) => task.id === known) ?? null
}

/**
 * @param words the command, without `npx lanekeeper`, to be repeated where a person may
 * @throws `refused` in a task's own worktree
 */
export function assertPersonsPlace(repository: Repository, policy: Policy, words: readonly string[]): void {
  const owner = taskHere(repository, policy)
  if (!repository.isLinked || !owner) return
  throw new LanekeeperError(
    'refused',
    `This is the worktree of task "${owner.id}": whoever works here does not change tasks, or its lane would be none.`,
    {
      hint: `A person, in the main worktree: cd ${commandLine([repository.mainWorktree])} && ${commandLine(['npx', 'lanekeeper', ...words])}`,
    },
  )
}
