/**
 * Who brought what. Asked of the commits, never of the command: a task's branch by containment, and what came under new
 * commit ids (squash, cherry-pick, rebase, am) by authorship.
 */
import { authorshipOf, type Commit } from './policy/attribution.ts'
import type { Change } from './policy/changes.ts'
import { matcherOf } from './policy/patterns.ts'
import type { Policy } from './policy/policy.ts'
import type { BroughtLanding } from './policy/recorded-landings.ts'
import type { Contribution } from './policy/verdict.ts'
import { branchTips, changesOfMerge, commitIds, commitOf, commitsOf, noSuchCommit } from './system/history.ts'
import { openTasks } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'

/** What is known of commits beside the history. */
export interface Known {
  readonly picked?: readonly string[]
  readonly seen?: readonly string[]
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
  if (task) return [{ task, source: task.branch, changes: changesOfMerge(repository.git, landed, tip) }]
  return contributionsOfMove(repository, policy, landed, tip)
}

/** The head of a range, in a clone that need not have the branches it is about. */
export interface RangeHead extends Head {
  /** Branches of open tasks as the remote has them, where the clone has none: a merge queue's commit holds several. */
  readonly remoteTips: ReadonlyMap<string, string>
  /** Landings on record that it holds: what they brought is judged already. */
  readonly landings: readonly BroughtLanding[]
  /** Where these branches stand, as far as that can be found out; asked only where it matters. */
  tipsOf(branches: readonly string[]): ReadonlyMap<string, string>
}

/** Whether all that a branch of this name brings is one contribution: an open task's, or one of a branch that looks like a task's. */
export function isJudgedWhole(policy: Policy, name: string): boolean {
  const isTasks = openTasks(policy).some(({ branch }) => branch === name)
  return isTasks || matcherOf(policy.settings.taskBranches)(name) !== null
}

/**
 * What a range brings. A task's branch is known by its name; so is one that looks like a task's and is none. Anything else
 * is looked through for tasks as a move of the base is.
 */
export function contributionsOfRange(
  repository: Repository,
  policy: Policy,
  { name, tip, remoteTips }: RangeHead,
  landed: readonly string[],
): Contribution[] {
  const { git } = repository
  if (isJudgedWhole(policy, name)) {
    const task = openTasks(policy).find(({ branch }) => branch === name) ?? null
    return [{ task, source: name, changes: changesOfMerge(git, landed, tip) }]
  }
  const arrived = remoteTips.size === 0 ? new Set<string>() : commitIds(git, tip, landed)
  const merged = openTasks(policy).flatMap((one): Contribution[] => {
    const oid = remoteTips.get(one.branch)
    return oid !== undefined && arrived.has(oid)
      ? [{ task: one, source: one.branch, changes: changesOfMerge(git, landed, oid) }]
      : []
  })
  const others = contributionsOfMove(repository, policy, landed, tip)
  return [...merged, ...others.filter((other) => merged.every((one) => one.task?.id !== other.task?.id))]
}

/**
 * What a move of the base to `to` brings that `landed` does not hold.
 * @param picked commits that git says it is picking or has squashed: what arrives under a new id is then theirs
 * @param seen tips that the base had of its own: no task's, also where a task has merged them since
 */
export function contributionsOfMove(
  repository: Repository,
  policy: Policy,
  landed: readonly string[],
  to: string,
  { picked = [], seen = [] }: Known = {},
): Contribution[] {
  const arrived = commitsOf(repository.git, [to], landed)
  if (arrived.length === 0) return []
  const tips = branchTips(repository.git)
  const own = [...new Set([...landed, ...seen])]
  const { owners, authorship, newest } = taskCommits(repository, policy, own, tips)
  const ofTasks = openTasks(policy).flatMap((task) => {
    const tip = newest.get(task.branch)?.find(({ oid }) => arrived.some((commit) => commit.oid === oid))
    return tip ? [{ task, source: task.branch, changes: changesOfMerge(repository.git, own, tip.oid) }] : []
  })
  const foreign = arrived.filter(({ oid }) => !owners.has(oid))
  const pickedFrom = picked.map((oid) => owners.get(oid)).find((owner) => owner !== undefined)
  return [
    ...ofTasks,
    ...foreign.flatMap((commit) => attributed(commit, policy, owners, authorship, pickedFrom)),
    ...withoutTask(repository, policy, tips, arrived, own),
  ]
}

export interface TaskCommits {
  /** Commit → branch of the task whose it is. */
  readonly owners: ReadonlyMap<string, string>
  readonly authorship: ReturnType<typeof authorshipOf>
  /** Branch → its commits, newest first. */
  readonly newest: ReadonlyMap<string, readonly Commit[]>
}

/** Every commit that an open task's branch has and the base does not. */
export function taskCommits(
  repository: Repository,
  policy: Policy,
  landed: readonly string[],
  existing: ReadonlyMap<string, string>,
): TaskCommits {
  const branches = openTasks(policy).map(({ branch }) => branch)
  const refs = branches.filter((branch) => existing.has(branch)).map((branch) => `refs/heads/${branch}`)
  const commits = commitsOf(repository.git, refs, landed)
  const newest = new Map<string, Commit[]>()
  for (const commit of commits) {
    const branch = commit.source.replace(/^refs\/heads\//, '')
    newest.set(branch, [...(newest.get(branch) ?? []), commit])
  }
  const owners = new Map(commits.map(({ oid, source }) => [oid, source.replace(/^refs\/heads\//, '')]))
  return { owners, authorship: authorshipOf(newest), newest }
}

/** A commit with a new id that carries a task's work, or a merge of a task's branch with something made by hand. */
function attributed(
  commit: Commit,
  policy: Policy,
  owners: TaskCommits['owners'],
  authorship: TaskCommits['authorship'],
  pickedFrom: string | undefined,
): Contribution[] {
  const merged = commit.parents
    .slice(1)
    .map((parent) => owners.get(parent))
    .find((owner) => owner !== undefined)
  const owner = commit.parents.length > 1 ? merged : (pickedFrom ?? authorship.ownerOf(commit))
  const task = openTasks(policy).find(({ branch }) => branch === owner)
  return task ? [{ task, source: `commit ${commit.oid.slice(0, 10)}`, changes: commit.changes }] : []
}

/** Branches that look like a task's but have no open task, when their tip arrived. */
function withoutTask(
  repository: Repository,
  policy: Policy,
  tips: ReadonlyMap<string, string>,
  arrived: readonly Commit[],
  landed: readonly string[],
): Contribution[] {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const arrivedOids = new Set(arrived.map(({ oid }) => oid))
  const taken = new Set(openTasks(policy).map(({ branch }) => branch))
  return [...tips]
    .filter(([branch, tip]) => !taken.has(branch) && isTaskBranch(branch) !== null && arrivedOids.has(tip))
    .map(([branch, tip]) => ({ task: null, source: branch, changes: changesOfMerge(repository.git, landed, tip) }))
}

/** Paths of a merge in progress that none of its heads brings: made by hand, and judged as the merged task's. */
export function handMade(contributions: readonly Contribution[], made: readonly Change[]): Contribution[] {
  const first = contributions.find(({ task }) => task !== null)
  if (!first || made.length === 0) return []
  const brought = new Set(contributions.flatMap(({ changes }) => changes.map(({ path }) => path)))
  const rest = made.filter(({ path }) => !brought.has(path))
  return rest.length > 0 ? [{ ...first, source: `the merge of ${first.source}`, changes: rest }] : []
}
