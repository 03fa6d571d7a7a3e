/** The commits of the open tasks: those of their branches, here and on remotes, and those made in their worktrees. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Authorship, authorshipOf, type Commit } from '../policy/attribution.ts'
import { type BranchTip, type Graph, ownersOf } from '../policy/lineage.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { madeIn, madeOn, WRITTEN, WRITTEN_OR_AMENDED } from '../policy/reflog.ts'
import { readIfExists } from '../system/files.ts'
import { commitsOf, presentCommits } from '../system/history.ts'
import { readLedger, type WorktreeRecord } from '../system/ledger.ts'
import { openTasks } from '../system/policy-source.ts'
import { branchOf, type Repository } from '../system/repository.ts'
import { tipsOfBranches } from '../system/task-tips.ts'

export interface TaskCommits {
  /** Commit → branch of the task that it is on. */
  readonly owners: ReadonlyMap<string, string>
  /** Commit → branch of the task in whose worktree it was made, where it is on no task's branch. */
  readonly made: ReadonlyMap<string, string>
  readonly graph: Graph
  /** Whose a commit is that came under another id. */
  readonly authorship: Authorship
}

/** What the tasks' commits are told from: all that is asked of git and the logs, once. */
export interface TaskHistory {
  /** Newest first. */
  readonly commits: readonly Commit[]
  /** The older task's first. */
  readonly tips: readonly BranchTip[]
  readonly madeInWorktrees: ReadonlyMap<string, string>
  /** Those of them that are no copies: an agent picks and rebases a person's commits too, and lets them be. */
  readonly writtenInWorktrees: ReadonlyMap<string, string>
  readonly persons: ReadonlySet<string>
  /** Those of them that are no copies. */
  readonly written: ReadonlySet<string>
}

/**
 * Every commit that an open task's branch has and the base does not, and what was made in a task's worktree besides. What a
 * person made in a worktree of no task is none of them, though a task has merged it.
 */
export function taskCommits(repository: Repository, policy: Policy, landed: readonly string[]): TaskCommits {
  return commitsBeyond(taskHistory(repository, policy, landed), new Set())
}

/** The history of the tasks' commits that these tips do not hold. */
export function taskHistory(repository: Repository, policy: Policy, landed: readonly string[]): TaskHistory {
  const { git } = repository
  const records = readLedger(repository)
  const branches = openTasks(policy).map(({ branch }) => branch)
  const tips = tipsOfBranches(repository, branches)
  const inWorktrees = madeInWorktrees(policy, records)
  const starts = [...tips.map(({ tip }) => tip), ...presentCommits(git, [...inWorktrees.keys()])]
  const commits = commitsOf(git, starts, landed)
  const persons = commits.length === 0 ? [] : personsLogs(repository, policy, records)
  return {
    commits,
    tips: branches.flatMap((branch) => tips.filter((one) => one.branch === branch)),
    madeInWorktrees: inWorktrees,
    writtenInWorktrees: madeInWorktrees(policy, records, WRITTEN_OR_AMENDED),
    persons: new Set(persons.flatMap((madeBy) => madeBy())),
    written: new Set(persons.flatMap((madeBy) => madeBy(WRITTEN))),
  }
}

/** The tasks' commits where the base holds these besides. */
export function commitsBeyond(history: TaskHistory, landed: ReadonlySet<string>): TaskCommits {
  const commits = history.commits.filter(({ oid }) => !landed.has(oid))
  const graph = new Map(commits.map((commit) => [commit.oid, commit]))
  const onBranches = [...ownersOf(graph, history.tips)]
  const owners = new Map(onBranches.filter(([oid]) => !history.persons.has(oid)))
  const made = new Map([...history.madeInWorktrees].filter(([oid]) => graph.has(oid) && !owners.has(oid)))
  const byOwner = new Map<string, Commit[]>()
  for (const commit of commits) {
    const owner = owners.get(commit.oid) ?? history.writtenInWorktrees.get(commit.oid)
    if (owner !== undefined) byOwner.set(owner, [...(byOwner.get(owner) ?? []), commit])
  }
  return { owners, made, graph, authorship: authorshipOf(byOwner, history.written) }
}

/** What persons made in the main worktree and in linked ones of no task, on branches of no task. */
function personsLogs(
  { commonDir }: Repository,
  policy: Policy,
  records: readonly WorktreeRecord[],
): ((what?: RegExp) => string[])[] {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const branches = new Set(policy.tasks.map(({ branch }) => branch))
  const isPersons = (branch: string) => !branches.has(branch) && isTaskBranch(branch) === null
  const linked = join(commonDir, 'worktrees')
  const ofTasks = new Set(records.filter(({ task }) => task !== null).map(({ gitDir }) => gitDir))
  const gitDirs = existsSync(linked) ? readdirSync(linked).map((name) => join(linked, name)) : []
  return [commonDir, ...gitDirs.filter((gitDir) => !ofTasks.has(gitDir))].map((gitDir) => {
    const log = readIfExists(join(gitDir, 'logs', 'HEAD')) ?? ''
    return (what) => madeOn(log, isPersons, branchOf(gitDir), what)
  })
}

/**
 * Commit → branch of the task in whose worktree it was made. A branch that was renamed, a side branch, a detached HEAD: the
 * worktree's own log has what the branches' names do not tell any more.
 */
function madeInWorktrees(
  policy: Policy,
  records: readonly WorktreeRecord[],
  what?: RegExp,
): ReadonlyMap<string, string> {
  return new Map(
    openTasks(policy).flatMap(({ id, branch }) =>
      records
        .filter(({ task }) => task === id)
        .flatMap(({ gitDir }) => madeIn(readIfExists(join(gitDir, 'logs', 'HEAD')) ?? '', what))
        .map((oid): [string, string] => [oid, branch]),
    ),
  )
}
