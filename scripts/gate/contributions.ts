/**
 * Who brought what. Asked of the commits, never of the command: a task's branch by containment, and what came under new
 * commit ids (squash, cherry-pick, rebase, am) by authorship.
 */
import type { Commit, Part } from '../policy/attribution.ts'
import type { Change } from '../policy/changes.ts'
import { headsAmong } from '../policy/lineage.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { withoutTakenOver } from '../policy/taken-over.ts'
import type { Task } from '../policy/task.ts'
import type { Contribution } from '../policy/verdict.ts'
import type { Git } from '../system/git.ts'
import { handMadeChanges } from '../system/hand-made.ts'
import { branchTips, changesBetween, changesOfMerge, commitOf, commitsOf, noSuchCommit } from '../system/history.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { type TaskCommits, taskCommits } from './task-commits.ts'

/** What is known of commits beside the history. */
export interface Known {
  /** Commits that git says it is picking or has squashed: what arrives under a new id is then theirs. */
  readonly picked?: readonly string[]
  /** Tips that the base had of its own: no task's, also where a task has merged them since. */
  readonly seen?: readonly string[]
  /** The tasks' commits that the base had not yet, where they are known already. */
  readonly tasks?: TaskCommits
}

/** One side of a merge. */
export interface Head {
  /** As a person typed it, or the commit id again. */
  readonly name: string
  /** A commit id or a full ref. */
  readonly tip: string
}

/**
 * The head a name stands for; a branch wins over a tag of the same name, as everywhere here. An open task's branch is not
 * looked up: whatever reads it next says when it is not there.
 * @throws `git` when there is no such branch or commit
 */
export function headOf(repository: Repository, policy: Policy, name: string): Head {
  if (openTasks(policy).some(({ branch }) => branch === name)) return { name, tip: `refs/heads/${name}` }
  const tip = commitOf(repository.git, `refs/heads/${name}`) ?? commitOf(repository.git, name)
  if (tip === null) throw noSuchCommit(name)
  return { name, tip }
}

/**
 * What merging one head would bring to a base that holds `landed`.
 * @param landed commits that are there already: the base's tip, and its upstream's where that counts
 */
export function contributionsOfHead(
  repository: Repository,
  policy: Policy,
  { name, tip }: Head,
  landed: readonly string[],
): Contribution[] {
  const task = openTasks(policy).find(({ branch }) => branch === name)
  if (task) return [contributionOf(repository.git, landed, task, tip)]
  return contributionsOfMove(repository, policy, landed, tip)
}

/** What a move of the base to `to` brings that `landed` does not hold. */
export function contributionsOfMove(
  repository: Repository,
  policy: Policy,
  landed: readonly string[],
  to: string,
  { picked = [], seen = [], tasks: known }: Known = {},
): Contribution[] {
  const arrived = commitsOf(repository.git, [to], landed)
  if (arrived.length === 0) return []
  const own = [...new Set([...landed, ...seen])]
  const tasks = known ?? taskCommits(repository, policy, own)
  const ofTasks = openTasks(policy).flatMap((task) => {
    const itsOwn = arrived.filter(({ oid }) => tasks.owners.get(oid) === task.branch)
    return headsAmong(tasks.graph, itsOwn).map(({ oid }) => contributionOf(repository.git, own, task, oid))
  })
  const foreign = arrived.filter(({ oid }) => !tasks.owners.has(oid))
  const brought = [
    ...withoutTakenOver(ofTasks, policy.settings),
    ...partsOf(repository, policy, { arrived, foreign, picked }, tasks),
  ]
  return [
    ...(foreign.length === 0 ? brought : standing(brought, () => changesOfMerge(repository.git, landed, to))),
    ...withoutTask(repository, policy, arrived, own),
  ]
}

interface Move {
  readonly arrived: readonly Commit[]
  /** Those of them that are on no task's branch. */
  readonly foreign: readonly Commit[]
  readonly picked: readonly string[]
}

/** What commits that are on no task's branch hold of a task's. */
function partsOf(
  repository: Repository,
  policy: Policy,
  { arrived, foreign, picked }: Move,
  { owners, made, authorship }: TaskCommits,
): Contribution[] {
  const known = new Map([...made, ...owners])
  const pickedFrom = picked.map((oid) => known.get(oid)).find((owner) => owner !== undefined)
  const oids = new Set(arrived.map(({ oid }) => oid))
  const partOf = (commit: Commit): Part | null => {
    if (commit.parents.length > 1) return partOfMerge(repository, commit, known, (oid) => !oids.has(oid))
    const owner = pickedFrom ?? known.get(commit.oid)
    return owner === undefined ? authorship.partOf(commit) : { owner, changes: commit.changes }
  }
  return foreign.flatMap((commit) => contributionOfPart(policy, commit, partOf(commit)))
}

/** What a later commit has taken back is not brought. */
function standing(brought: readonly Contribution[], changes: () => readonly Change[]): Contribution[] {
  if (brought.length === 0) return []
  const paths = new Set(changes().map(({ path }) => path))
  return brought.map((one) => ({ ...one, changes: one.changes.filter(({ path }) => paths.has(path)) }))
}

/** What merging a task's branch, as far as `tip`, would bring to a base that holds `landed`. */
export function contributionOf(git: Git, landed: readonly string[], task: Task, tip: string): Contribution {
  return { task, source: task.branch, changes: changesOfMerge(git, landed, tip) }
}

function contributionOfPart(policy: Policy, { oid }: Commit, part: Part | null): Contribution[] {
  const task = openTasks(policy).find(({ branch }) => branch === part?.owner)
  return task && part ? [{ task, source: `commit ${oid.slice(0, 10)}`, changes: part.changes }] : []
}

/** What was made by hand in a merge of a task's work, or in a task's worktree; seen from the side that is landed, where one is. */
function partOfMerge(
  { git }: Repository,
  { oid, parents }: Commit,
  owners: ReadonlyMap<string, string>,
  isLanded: (oid: string) => boolean,
): Part | null {
  const owner = [oid, ...parents].map((one) => owners.get(one)).find((found) => found !== undefined)
  const into = parents.find(isLanded) ?? parents[0]
  if (owner === undefined || into === undefined) return null
  const tips = parents.filter((parent) => parent !== into)
  return { owner, changes: handMadeChanges(git, into, tips, (start) => changesBetween(git, start, oid)) }
}

/** Branches that look like a task's but have no open task, when their tip arrived. */
function withoutTask(
  repository: Repository,
  policy: Policy,
  arrived: readonly Commit[],
  landed: readonly string[],
): Contribution[] {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const arrivedOids = new Set(arrived.map(({ oid }) => oid))
  const taken = new Set(openTasks(policy).map(({ branch }) => branch))
  return [...branchTips(repository.git)]
    .filter(([branch, tip]) => !taken.has(branch) && isTaskBranch(branch) !== null && arrivedOids.has(tip))
    .map(([branch, tip]) => ({ task: null, source: branch, changes: changesOfMerge(repository.git, landed, tip) }))
}

/**
 * What was made by hand in a merge in progress: it is judged as the merged task's.
 * @param madeSince what the index changes, seen from a commit or tree
 */
export function handMade(
  { git }: Repository,
  { baseTip }: Policy,
  heads: readonly Head[],
  contributions: readonly Contribution[],
  madeSince: (start: string) => Change[],
): Contribution[] {
  const first = contributions.find(({ task }) => task !== null)
  if (!first || baseTip === null) return []
  const tips = heads.map(({ tip }) => tip)
  return [{ ...first, source: `the merge of ${first.source}`, changes: handMadeChanges(git, baseTip, tips, madeSince) }]
}
