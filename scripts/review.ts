/** The evidence page of a task: what it changed and whether that is its lane, told from commits and never from a work tree. */
import type { Command } from './command.ts'
import { type Entrance, enter } from './entrance.ts'
import { judgeBranch } from './gate/gate.ts'
import { LanekeeperError } from './policy/errors.ts'
import type { CountedChange } from './policy/line-counts.ts'
import type { Policy } from './policy/policy.ts'
import { nextCommands, type Overlap, type Review, reviewPage } from './policy/review-page.ts'
import { groupChanges, scopeOf } from './policy/scope.ts'
import type { Task } from './policy/task.ts'
import {
  changedPaths,
  commitsBehind,
  commitsSince,
  conflictsOf,
  countedChanges,
  uncommittedPaths,
} from './system/evidence.ts'
import { branchTips, hasOwnCommits } from './system/history.ts'
import { knownWorktreeId } from './system/identity.ts'
import { readRecord, stateOf } from './system/ledger.ts'
import { openTasks } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'
import { listWorktrees } from './system/worktrees.ts'

export const command: Command = {
  summary: 'The evidence page of a task',
  usage: '<task>',
  options: {},
  positionals: [1, 1],
  examples: ['npx lanekeeper review add-auth', 'npx lanekeeper review add-auth --json'],
  run: async ({ positionals: [id = ''] }, session) => {
    const entrance = enter(session)
    const review = reviewOf(taskToReview(id, entrance.policy), entrance)
    return { json: { ok: true, ...review, next: nextCommands(review) }, text: reviewPage(review) }
  },
}

function taskToReview(id: string, policy: Policy): Task {
  const task = policy.tasks.find((known) => known.id === id)
  if (task?.state === 'open') return task
  const open = openTasks(policy).map((known) => known.id)
  throw new LanekeeperError('no-such-task', task ? `Task "${id}" is ${task.state}.` : `There is no task "${id}".`, {
    hint: open.length === 0 ? 'Make one: npx lanekeeper new-task' : `Open: ${open.join(', ')}`,
  })
}

function reviewOf(task: Task, { repository, policy }: Entrance): Review {
  const { git } = repository
  const tips = branchTips(git)
  const [base, tip] = [policy.baseTip, tips.get(task.branch)]
  if (base === null || tip === undefined)
    throw new LanekeeperError('git', `There is no branch ${base === null ? policy.base : task.branch} to review.`, {
      hint: 'See what there is: npx lanekeeper status',
    })
  const { verdict } = judgeBranch(repository, policy, task.branch)
  const changes = countedChanges(git, base, tip)
  const commits = commitsSince(git, base, tip)
  return {
    task,
    isMerged: commits.length === 0 && hasOwnCommits(git, task.branch),
    verdict: verdict.verdict,
    violations: verdict.violations,
    changes: grouped(changes, task, policy),
    commits,
    behind: commitsBehind(git, base, tip),
    conflicts: conflictsOf(git, base, tip),
    overlaps: overlapsOf(task, tip, changes, tips, repository, policy),
    waitsFor: openTasks(policy)
      .filter(({ id }) => task.dependsOn.includes(id))
      .map(({ id }) => id),
    worktree: worktreeOf(task, repository),
  }
}

function grouped(changes: readonly CountedChange[], task: Task, { settings }: Policy): Review['changes'] {
  const groups = groupChanges(changes, scopeOf(task, settings))
  const counted = (group: readonly { readonly path: string }[]) => {
    const paths = new Set(group.map(({ path }) => path))
    return changes.filter(({ path }) => paths.has(path))
  }
  return {
    inScope: counted(groups.inScope),
    shared: counted(groups.shared),
    outOfScope: counted(groups.outOfScope),
  }
}

function overlapsOf(
  task: Task,
  tip: string,
  changes: readonly CountedChange[],
  tips: ReadonlyMap<string, string>,
  { git }: Repository,
  policy: Policy,
): Overlap[] {
  const mine = new Set(changes.map(({ path }) => path))
  return openTasks(policy).flatMap(({ id, branch }) => {
    const other = tips.get(branch)
    if (id === task.id || other === undefined || policy.baseTip === null) return []
    const paths = changedPaths(git, policy.baseTip, other).filter((path) => mine.has(path))
    return paths.length === 0 ? [] : [{ task: id, branch, paths, conflicts: conflictsOf(git, tip, other) ?? [] }]
  })
}

function worktreeOf({ branch }: Task, repository: Repository): Review['worktree'] {
  const worktree = listWorktrees(repository.git).find((one) => one.branch === branch && !one.isPrunable)
  if (!worktree) return null
  const id = worktree.gitDir === null ? null : knownWorktreeId(worktree.gitDir)
  const record = id === null ? null : readRecord(repository, id)
  return {
    path: worktree.path,
    state: record ? stateOf(record) : 'unprovisioned',
    problems: (record?.problems ?? []).map(({ message }) => message),
    uncommitted: uncommittedPaths(repository.git.at(worktree.path)),
  }
}
