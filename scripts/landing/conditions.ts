/** What must hold before a task can land, and what to say when it does not. */
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import type { Git } from '../system/git.ts'
import { rebasedBranchOf } from '../system/head.ts'
import { commitOf } from '../system/history.ts'
import { dirtyFiles } from '../system/removal-facts.ts'
import type { Repository } from '../system/repository.ts'
import { listWorktrees } from '../system/worktrees.ts'
import { taskNamed } from '../tasks/change.ts'

const LOCKFILES = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/

/** @throws `no-such-task` when there is none, `unsafe` when it is landed or closed */
export function openTaskOf(policy: Policy, id: string): Task {
  const task = taskNamed(policy, id)
  if (task.state === 'open') return task
  throw new LanekeeperError('unsafe', `Task "${id}" is ${task.state} already.`, {
    hint: 'The open ones: npx lanekeeper task list',
  })
}

/**
 * The tip of a task's branch, ready to be merged.
 * @throws `unsafe` for uncommitted work, no commits, no branch, a rebase in progress; `git` when the base has no commit
 */
export function assertTaskReady({ git }: Repository, policy: Policy, task: Task): string {
  if (policy.baseTip === null)
    throw new LanekeeperError('git', `The base ${policy.base} has no commit.`, { hint: 'git commit there first.' })
  const tip = commitOf(git, `refs/heads/${task.branch}`)
  if (tip === null)
    throw new LanekeeperError('unsafe', `Task "${task.id}" has no branch ${task.branch}.`, {
      hint: `Its work is gone or elsewhere. To give it up: npx lanekeeper task close ${task.id}`,
    })
  assertWorktreeClean(git, task)
  if (commitsAhead(git, policy.baseTip, tip) === 0) throw nothingToLand(task)
  return tip
}

/** How many commits a branch has that the base lacks. */
export function commitsAhead(git: Git, base: string, tip: string): number {
  return Number(git.text(['rev-list', '--count', tip, '--not', base]))
}

function nothingToLand({ id, branch, base }: Task): LanekeeperError {
  return new LanekeeperError('unsafe', `${branch} has no commit that ${base} lacks: nothing to land.`, {
    hint: `If its work is on ${base} already: npx lanekeeper remove ${id}`,
  })
}

function assertWorktreeClean(git: Git, { id, branch }: Task): void {
  const worktrees = listWorktrees(git).filter(({ isPrunable }) => !isPrunable)
  const rebasing = worktrees.find(
    ({ gitDir, isDetached }) => isDetached && gitDir !== null && rebasedBranchOf(gitDir) === branch,
  )
  if (rebasing)
    throw new LanekeeperError('unsafe', `${branch} is being rebased in ${rebasing.path}.`, {
      hint: `Finish it there: ${commandLine(['git', '-C', rebasing.path, 'rebase', '--continue'])}`,
    })
  const worktree = worktrees.find((known) => known.branch === branch)
  const dirty = worktree ? dirtyFiles(git.at(worktree.path)) : []
  if (!worktree || dirty.length === 0) return
  const at = commandLine(['git', '-C', worktree.path])
  const named = dirty.slice(0, 5).join(', ') + (dirty.length > 5 ? ` and ${dirty.length - 5} more` : '')
  throw new LanekeeperError('unsafe', `The worktree of "${id}" has uncommitted work: ${named}.`, {
    hint: `Look: ${at} status\nCommit it: ${at} add -A && ${at} commit\nThen: npx lanekeeper land ${id}`,
  })
}

/** The refusal of a merge that conflicts: where, and what the task's agent types to solve it. */
export function conflicting(task: Task, files: readonly string[], worktree: string | undefined): LanekeeperError {
  const at = commandLine(worktree ? ['git', '-C', worktree] : ['git'])
  const steps = files.every((file) => LOCKFILES.test(file))
    ? [
        `${at} checkout --theirs -- ${commandLine(files)}`,
        'run your package manager there, so that the lockfile fits the manifest again (npm install)',
        `${at} add -- ${commandLine(files)} && ${at} commit --no-edit`,
      ]
    : [`solve the conflicts in ${files.join(', ')}`, `${at} add -A && ${at} commit --no-edit`]
  return new LanekeeperError(
    'conflict',
    `${task.branch} conflicts with ${task.base} in ${files.join(', ')}; ${task.base} is untouched.`,
    {
      hint: [
        ...(worktree ? [] : [commandLine(['git', 'switch', task.branch])]),
        `${at} merge ${commandLine([task.base])}`,
        ...steps,
        `npx lanekeeper land ${task.id}`,
      ].join('\n'),
    },
  )
}
