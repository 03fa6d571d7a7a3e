/** A task without a worktree: new-task was killed, or somebody took the worktree away. Plain git brings it back. */
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { worktreePath } from '../removal/worktree-folder.ts'
import { openTasks } from '../system/policy-source.ts'
import { branchExists } from '../system/refs.ts'
import type { Repository } from '../system/repository.ts'

/** The shell line that gives a task its worktree again. It works in any folder of the repository. */
export function worktreeAgain(repository: Repository, policy: Policy, { id, branch, base }: Task): string {
  const path = worktreePath(repository, policy, id)
  // git takes --no-track for a new branch only
  const words = branchExists(repository, branch) ? [path, branch] : ['--no-track', '-b', branch, path, base]
  const add = commandLine(['git', 'worktree', 'add', ...words])
  return `${add} && ${commandLine(['npx', 'lanekeeper', 'setup', path])}`
}

/**
 * Lines on the open tasks that have a branch here and no worktree, which a table of worktrees would pass over in silence.
 * A task of another machine's has neither.
 * @param branches that are checked out, or being rebased, somewhere
 */
export function withoutWorktree(
  repository: Repository,
  policy: Policy,
  branches: ReadonlySet<string | null>,
): string[] {
  const lost = openTasks(policy).filter(({ branch }) => !branches.has(branch) && branchExists(repository, branch))
  return lost.map((task) => `▲ task ${task.id} has no worktree\n  ↳ ${worktreeAgain(repository, policy, task)}`)
}
