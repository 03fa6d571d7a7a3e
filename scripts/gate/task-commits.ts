/** The commits of the open tasks: those of their branches, here and on remotes, and those made in their worktrees. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Authorship, authorshipOf, type Commit } from '../policy/attribution.ts'
import { type BranchTip, type Graph, ownersOf, reached } from '../policy/lineage.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { amendedIn, copiedIn, lastIn, madeIn, madeOn } from '../policy/reflog.ts'
import { branchOf } from '../system/head.ts'
import { branchTips, commitsOf, presentCommits } from '../system/history.ts'
import { readLedger, type WorktreeRecord } from '../system/ledger.ts'
import { openTasks } from '../system/policy-source.ts'
import { headLog } from '../system/reflogs.ts'
import type { Repository } from '../system/repository.ts'
import { tipsOfBranches } from '../system/task-tips.ts'

export interface TaskCommits {
  /** Commit → branch of the task that it is on. */
  readonly owners: ReadonlyMap<string, string>
  /** Commit → branch of the task in whose worktree it was made, or what it was amended from, where it is on no task's branch. */
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
  /** What copied another commit, there or in a person's worktree. */
  readonly copies: ReadonlySet<string>
  readonly amended: ReadonlyMap<string, string>
  /** What no branch holds any more. */
  readonly abandoned: ReadonlySet<string>
  readonly persons: ReadonlySet<string>
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
  const logs = logsOfTasks(repository, policy, records)
  const made = new Map(logs.flatMap(({ branch, log }) => madeIn(log).map((oid): [string, string] => [oid, branch])))
  const starts = tips.map(({ tip }) => tip)
  const commits = commitsOf(git, [...starts, ...presentCommits(git, [...made.keys()])], landed)
  const persons = commits.length === 0 ? [] : logsOfPersons(repository, policy, records)
  return {
    commits,
    tips: branches.flatMap((branch) => tips.filter((one) => one.branch === branch)),
    madeInWorktrees: made,
    copies: copiedIn([...logs, ...persons].map(({ log }) => log)),
    amended: new Map([...logs, ...persons].flatMap(({ log }) => amendedIn(log))),
    abandoned: abandonedOf(
      repository,
      commits,
      starts,
      logs.flatMap(({ log }) => lastIn(log) ?? []),
    ),
    persons: new Set(persons.flatMap(({ log, isPersons, now }) => madeOn(log, isPersons, now))),
  }
}

/** What is on no task's branch is mostly on none. @param heads where the tasks' worktrees are */
function abandonedOf(
  { git }: Repository,
  commits: readonly Commit[],
  tips: readonly string[],
  heads: readonly string[],
): Set<string> {
  const graph = new Map(commits.map((commit) => [commit.oid, commit]))
  const onBranches = reached(graph, tips)
  if (onBranches.size === graph.size) return new Set()
  const alive = reached(graph, [...tips, ...heads, ...branchTips(git).values()])
  return new Set([...graph.keys()].filter((oid) => !alive.has(oid)))
}

/** The tasks' commits where the base holds these besides. */
export function commitsBeyond(history: TaskHistory, landed: ReadonlySet<string>): TaskCommits {
  const commits = history.commits.filter(({ oid }) => !landed.has(oid))
  const graph = new Map(commits.map((commit) => [commit.oid, commit]))
  const onBranches = [...ownersOf(graph, history.tips)]
  const owners = new Map(onBranches.filter(([oid]) => !history.persons.has(oid)))
  const made = new Map([...history.madeInWorktrees].filter(([oid]) => graph.has(oid) && !owners.has(oid)))
  for (const [oid, from] of history.amended) {
    const owner = owners.get(from) ?? made.get(from)
    if (owner !== undefined && !owners.has(oid)) made.set(oid, owner)
  }
  return { owners, made, graph, authorship: authorshipIn(history, commits, owners, made) }
}

/**
 * Knows the tasks' work again under another id. Of what is on no task's branch only their own, not what an agent copied of
 * somebody else; and of what was given up only the signature: a person may have written the same.
 */
function authorshipIn(
  { persons, copies, amended, abandoned }: TaskHistory,
  commits: readonly Commit[],
  owners: ReadonlyMap<string, string>,
  made: ReadonlyMap<string, string>,
): Authorship {
  const isTasks = ({ oid }: Commit) => owners.has(oid) || made.has(oid)
  const originals = commits.filter((commit) => isTasks(commit) && !copies.has(commit.oid))
  const signatures = new Set(originals.map(({ signature }) => signature))
  const works = new Map<string, Commit[]>()
  for (const commit of commits) {
    const owner = owners.get(commit.oid) ?? (signatures.has(commit.signature) ? made.get(commit.oid) : undefined)
    if (owner === undefined) continue
    const told = abandoned.has(commit.oid) ? { ...commit, changes: [] } : commit
    works.set(owner, [...(works.get(owner) ?? []), told])
  }
  const isWritten = (oid: string) => persons.has(oid) && !copies.has(oid) && !amended.has(oid)
  return authorshipOf(works, ({ oid, signature }) => isWritten(oid) && !signatures.has(signature))
}

/** The HEAD logs of the tasks' worktrees: what the branches' names do not tell any more (renamed, on the side, detached). */
function logsOfTasks(
  { git }: Repository,
  policy: Policy,
  records: readonly WorktreeRecord[],
): { branch: string; log: string }[] {
  return openTasks(policy).flatMap(({ id, branch }) =>
    records.filter(({ task }) => task === id).map(({ gitDir }) => ({ branch, log: headLog(git, gitDir) })),
  )
}

/** The HEAD logs of the main worktree and of linked ones of no task; on branches of no task a person made what they tell. */
function logsOfPersons({ git, commonDir }: Repository, policy: Policy, records: readonly WorktreeRecord[]) {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const branches = new Set(policy.tasks.map(({ branch }) => branch))
  const isPersons = (branch: string) => !branches.has(branch) && isTaskBranch(branch) === null
  const linked = join(commonDir, 'worktrees')
  const ofTasks = new Set(records.filter(({ task }) => task !== null).map(({ gitDir }) => gitDir))
  const gitDirs = existsSync(linked) ? readdirSync(linked).map((name) => join(linked, name)) : []
  return [commonDir, ...gitDirs.filter((gitDir) => !ofTasks.has(gitDir))].map((gitDir) => ({
    log: headLog(git, gitDir),
    isPersons,
    now: branchOf(git, gitDir),
  }))
}
