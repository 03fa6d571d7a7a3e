/** `lanekeeper remove`: a worktree goes with its branch, databases and ports, unless that would lose something. */
import { realpathSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type Command, commonOptions, flag, usageError } from './command.ts'
import { shareChanges } from './contact.ts'
import { enter } from './entrance.ts'
import type { LanekeeperError } from './policy/errors.ts'
import { nearestWord } from './policy/nearest-word.ts'
import type { Policy } from './policy/policy.ts'
import { commandLine } from './policy/shell-quote.ts'
import type { Task } from './policy/task.ts'
import { type Removed, removeWorktree } from './removal/remove-worktree.ts'
import { branchExists } from './system/refs.ts'
import type { Repository } from './system/repository.ts'
import { listWorktrees, type Worktree } from './system/worktrees.ts'

export const command: Command = {
  summary: 'Take a worktree away with its branch, databases and ports; refuses to lose work',
  usage: '<task|path|branch> [--force-dirty] [--force-unmerged] [--force-locked] [--force-live] [-n]',
  options: {
    'force-dirty': { type: 'boolean', help: 'Give up uncommitted work (a copy stays under refs/lanekeeper/removed/)' },
    'force-unmerged': { type: 'boolean', help: 'Give up commits the base lacks (they stay there too)' },
    'force-locked': { type: 'boolean', help: 'Remove although `git worktree lock` protects it' },
    'force-live': { type: 'boolean', help: 'Remove although something still runs in it' },
    'dry-run': commonOptions.dryRun,
  },
  positionals: [1, 1],
  examples: [
    'npx lanekeeper remove add-auth',
    'npx lanekeeper remove ../project.worktrees/add-auth --dry-run',
    'npx lanekeeper remove task/add-auth --force-unmerged   # git branch add-auth refs/lanekeeper/removed/task/add-auth brings it back',
  ],
  run: async (input, session) => {
    const { repository, policy } = enter(session)
    const worktree = findWorktree(repository, policy, input.positionals[0] ?? '', session.cwd)
    const dryRun = flag(input, 'dry-run')
    const forced = {
      dirty: flag(input, 'force-dirty'),
      unmerged: flag(input, 'force-unmerged'),
      locked: flag(input, 'force-locked'),
      live: flag(input, 'force-live'),
    }
    const removed = await removeWorktree(repository, policy, worktree, session, { forced, dryRun })
    if (!dryRun) shareChanges(repository, policy.settings, session.out)
    return { json: { ok: true, ...(dryRun ? { dryRun } : {}), ...removed }, text: describe(removed, dryRun) }
  },
}

/**
 * The worktree a person means: by path, by its task's id, by its branch, or where it has none by its directory's name, in
 * this order.
 * @throws `usage` when there is none
 */
export function findWorktree(repository: Repository, policy: Policy, target: string, cwd: string): Worktree {
  const worktrees = listWorktrees(repository.git)
  const path = realpathIfThere(resolve(cwd, target))
  const task = policy.tasks.find(({ id }) => id === target)
  const branch = task?.branch
  const found =
    worktrees.find((worktree) => worktree.path === path) ??
    worktrees.find((worktree) => worktree.branch !== null && worktree.branch === branch) ??
    worktrees.find((worktree) => worktree.branch === target) ??
    // of a worktree that git was killed in the middle of making, nothing else tells whose it was to be
    worktrees.find((worktree) => worktree.branch === null && basename(worktree.path) === target)
  if (found) return found
  const left = task && branchExists(repository, task.branch) ? task.branch : null
  throw noWorktree(target, task, left, nearestWord(target, namesOf(worktrees, policy)))
}

function realpathIfThere(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** What worktrees are called: by their tasks, their branches, their folders. */
function namesOf(worktrees: readonly Worktree[], { tasks }: Policy): string[] {
  return worktrees
    .slice(1)
    .flatMap(({ branch, path }) => [
      ...tasks.filter((task) => task.branch === branch).map(({ id }) => id),
      ...(branch === null ? [] : [branch]),
      basename(path),
    ])
}

/** @param left the task's branch, if that is still there */
function noWorktree(target: string, task: Task | undefined, left: string | null, near: string | null): LanekeeperError {
  const state = task === undefined || task.state === 'open' ? '' : `is ${task.state}, and `
  return usageError(
    task ? `Task "${target}" ${state}has no worktree.` : `There is no worktree, task or branch "${target}".`,
    [
      ...(left === null
        ? []
        : [`Its branch, if its work is not wanted: ${commandLine(['git', 'branch', '-D', left])}`]),
      ...(near === null ? [] : [`Did you mean: ${commandLine(['npx', 'lanekeeper', 'remove', near])}`]),
      'All worktrees: git worktree list',
      'What vanished ones left behind: npx lanekeeper gc --dry-run',
    ].join('\n'),
  )
}

function describe({ path, goes, kept, safetyRef }: Removed, dryRun: boolean): string {
  const lines = goes.map((line) => `  ${line}`)
  return [
    dryRun ? 'Would remove:' : `Removed ${path}:`,
    ...lines,
    ...kept.map(({ what, why }) => `kept ${what}: ${why}`),
    ...(safetyRef ? [`What was not on the base is kept at ${safetyRef}`] : []),
  ].join('\n')
}
