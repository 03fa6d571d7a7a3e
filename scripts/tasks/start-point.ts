/** Where a new task's branch starts from. */
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { branchExists } from '../system/refs.ts'
import type { Repository } from '../system/repository.ts'
import { listWorktrees } from '../system/worktrees.ts'

/**
 * The commit the branch starts from; null where there is such a branch, which is continued.
 * @throws `usage` unless the branch can be made or continued
 */
export function startOf(repository: Repository, { base, branch }: Task, policy: Policy): string | null {
  const { git } = repository
  const tip =
    base === policy.base
      ? (policy.baseTip ?? '')
      : git.attempt(['rev-parse', '--verify', '--quiet', `refs/heads/${base}^{commit}`]).stdout.trim()
  if (tip === '') throw noBase(base, branchIsUnborn(git, base))
  if (!branchExists(repository, branch)) return tip
  const holder = listWorktrees(git).find((worktree) => worktree.branch === branch)
  if (!holder) return null
  throw new LanekeeperError('usage', `Branch "${branch}" is checked out already, in ${holder.path}.`, {
    hint: 'Choose another branch with --branch, or leave it there: cd there and git switch --detach',
  })
}

function branchIsUnborn(git: Repository['git'], base: string): boolean {
  return git.attempt(['symbolic-ref', '--quiet', '--short', 'HEAD']).stdout.trim() === base
}

function noBase(base: string, isUnborn: boolean): LanekeeperError {
  if (isUnborn)
    return new LanekeeperError('usage', `The base branch "${base}" has no commit yet, and a worktree needs one.`, {
      hint: 'Commit what is there: git add -A && git commit --allow-empty -m "Start"',
    })
  return new LanekeeperError('usage', `There is no base branch "${base}" here.`, {
    hint: 'All branches: git branch --list\nChoose one with --base, or "base" in lanekeeper.json',
  })
}
