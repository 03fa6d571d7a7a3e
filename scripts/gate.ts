/**
 * Collects the facts of a move of the base and asks the one judge (policy/verdict.ts). Every door comes here: the hooks,
 * `check`, `review`, `land`, and the alarms of every entrance.
 *
 * Who brought what is asked of the commits, never of the command: a task's branch by containment, and what came under new
 * commit ids (squash, cherry-pick, rebase, am) by authorship.
 */
import { authorshipOf, type Commit } from './policy/attribution.ts'
import { type Change, SYMLINK_MODE } from './policy/changes.ts'
import { LanekeeperError } from './policy/errors.ts'
import { matcherOf } from './policy/patterns.ts'
import type { Task } from './policy/task.ts'
import { type Contribution, type Facts, judge, type Verdict } from './policy/verdict.ts'
import { branchTips, changesOfMerge, commitOf, commitsOf, isAncestor, upstreamTip } from './system/history.ts'
import { readObjects } from './system/objects.ts'
import { openTasks, type Policy } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly facts: Facts
}

/**
 * What landing this branch (or commit) on the base would bring, judged.
 * @throws `git` when there is no such branch
 */
export function judgeBranch(repository: Repository, policy: Policy, branch: string): Judgement {
  return judgeHeads(repository, policy, [branch])
}

/**
 * What merging these heads into the base would bring.
 * @param made what the merge itself shows (the index), when it is already there: paths that no head brings are hand-made
 */
export function judgeHeads(
  repository: Repository,
  policy: Policy,
  heads: readonly string[],
  made?: readonly Change[],
): Judgement {
  const contributions = heads.flatMap((head) => contributionsOfHead(repository, policy, head))
  return judged(repository, policy, [...contributions, ...handMade(contributions, made ?? [])])
}

/** A move of the base from one commit to another, whatever made it. */
export function judgeMove(repository: Repository, policy: Policy, from: string, to: string): Judgement {
  return judged(repository, policy, contributionsOfMove(repository, policy, from, to))
}

/** Changes that are this task's for sure (its own commit in its own worktree). */
export function judgeTaskChanges(
  repository: Repository,
  policy: Policy,
  task: Task,
  changes: readonly Change[],
): Judgement {
  return judged(repository, policy, [{ task, source: task.branch, changes }])
}

/** Staged changes on the base that came from somewhere: a cherry-pick without commit, an applied patch. */
export function judgeStaged(
  repository: Repository,
  policy: Policy,
  changes: readonly Change[],
  picked: string | null,
): Judgement {
  const { owners, authorship } = taskCommits(repository, policy, policy.baseTip ?? '')
  const owner = (picked ? owners.get(picked) : undefined) ?? authorship.ownerOfContent(changes)
  const task = openTasks(policy).find(({ branch }) => branch === owner) ?? null
  return judged(repository, policy, task ? [{ task, source: task.branch, changes }] : [])
}

function judged(repository: Repository, policy: Policy, contributions: readonly Contribution[]): Judgement {
  const judgeable = contributions.filter(({ changes }) => changes.length > 0)
  const changes = judgeable.flatMap((contribution) => contribution.changes)
  const facts: Facts = {
    base: policy.base,
    settings: policy.settings,
    openTasks: openTasks(policy),
    contributions: judgeable,
    linkTargets: linkTargetsOf(repository, changes),
    nameTwins: nameTwinsOf(repository, policy, changes),
  }
  return { verdict: judge(facts), facts }
}

function contributionsOfHead(repository: Repository, policy: Policy, head: string): Contribution[] {
  const { git } = repository
  const tips = branchTips(git)
  const tip = tips.get(head) ?? commitOf(git, head)
  if (tip === null) throw noSuchBranch(head)
  const base = landedTip(repository, policy)
  if (base === null || isAncestor(git, tip, base)) return []
  const branch = tips.has(head) ? head : ([...tips].find(([, oid]) => oid === tip)?.[0] ?? null)
  const task = openTasks(policy).find((open) => open.branch === branch)
  if (task) return [{ task, source: task.branch, changes: changesOfMerge(git, base, tip) }]
  return contributionsOfMove(repository, policy, base, tip)
}

/** The commit against which new work is measured: the base, or its upstream where that is ahead of it. */
function landedTip(repository: Repository, policy: Policy): string | null {
  if (policy.baseTip === null) return null
  const upstream = upstreamTip(repository.git, policy.base)
  return upstream !== null && isAncestor(repository.git, policy.baseTip, upstream) ? upstream : policy.baseTip
}

/** `from` may be the base's tip or what was last verified; the upstream's commits are nobody's contribution. */
function contributionsOfMove(repository: Repository, policy: Policy, from: string, to: string): Contribution[] {
  const { git } = repository
  const upstream = upstreamTip(git, policy.base)
  if (isAncestor(git, to, from) || (upstream !== null && isAncestor(git, to, upstream))) return []
  const known = upstream === null ? [from] : [from, upstream]
  const arrived = commitsOf(git, [to], known)
  const landed = upstream !== null && isAncestor(git, from, upstream) ? upstream : from
  const { owners, authorship, newest } = taskCommits(repository, policy, landed)
  const ofTasks = openTasks(policy).flatMap((task) => {
    const tip = newest.get(task.branch)?.find(({ oid }) => arrived.some((commit) => commit.oid === oid))
    return tip ? [{ task, source: task.branch, changes: changesOfMerge(git, landed, tip.oid) }] : []
  })
  const foreign = arrived.filter(({ oid }) => !owners.has(oid))
  return [
    ...ofTasks,
    ...foreign.flatMap((commit) => attributed(commit, policy, owners, authorship)),
    ...withoutTask(repository, policy, arrived, landed),
  ]
}

interface TaskCommits {
  /** Commit → branch of the task whose it is. */
  readonly owners: ReadonlyMap<string, string>
  readonly authorship: ReturnType<typeof authorshipOf>
  /** Branch → its commits, newest first. */
  readonly newest: ReadonlyMap<string, readonly Commit[]>
}

/** Every commit that an open task's branch has and the base does not. */
function taskCommits(repository: Repository, policy: Policy, landed: string): TaskCommits {
  const branches = openTasks(policy).map(({ branch }) => branch)
  const existing = branchTips(repository.git)
  const refs = branches.filter((branch) => existing.has(branch)).map((branch) => `refs/heads/${branch}`)
  const commits = landed === '' ? [] : commitsOf(repository.git, refs, [landed])
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
): Contribution[] {
  const merged = commit.parents
    .slice(1)
    .map((parent) => owners.get(parent))
    .find((owner) => owner !== undefined)
  const owner = commit.parents.length > 1 ? merged : authorship.ownerOf(commit)
  const task = openTasks(policy).find(({ branch }) => branch === owner)
  return task ? [{ task, source: `commit ${commit.oid.slice(0, 10)}`, changes: commit.changes }] : []
}

/** Branches that look like a task's but have no open task, when their tip arrived. */
function withoutTask(
  repository: Repository,
  policy: Policy,
  arrived: readonly Commit[],
  landed: string,
): Contribution[] {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const arrivedOids = new Set(arrived.map(({ oid }) => oid))
  const taken = new Set(openTasks(policy).map(({ branch }) => branch))
  return [...branchTips(repository.git)]
    .filter(([branch, tip]) => !taken.has(branch) && isTaskBranch(branch) !== null && arrivedOids.has(tip))
    .map(([branch, tip]) => ({ task: null, source: branch, changes: changesOfMerge(repository.git, landed, tip) }))
}

/** Paths of a merge in progress that none of its heads brings: made by hand, and judged as the merged task's. */
function handMade(contributions: readonly Contribution[], made: readonly Change[]): Contribution[] {
  const [first] = contributions.filter(({ task }) => task !== null)
  const brought = new Set(contributions.flatMap(({ changes }) => changes.map(({ path }) => path)))
  const rest = made.filter(({ path }) => !brought.has(path))
  return first && rest.length > 0 ? [{ ...first, source: `the merge of ${first.source}`, changes: rest }] : []
}

function linkTargetsOf(repository: Repository, changes: readonly Change[]): ReadonlyMap<string, string> {
  const links = changes.filter(({ newMode, oid }) => newMode === SYMLINK_MODE && !/^0+$/.test(oid))
  const targets = readObjects(
    repository.git,
    links.map(({ oid }) => oid),
  )
  return new Map(links.map(({ path }, index) => [path, targets[index]?.content.toString('utf8') ?? '']))
}

/** Added paths that the base holds already but for case or Unicode form, directories included. */
function nameTwinsOf(repository: Repository, policy: Policy, changes: readonly Change[]): ReadonlyMap<string, string> {
  const added = changes.filter(({ status }) => status === 'A').map(({ path }) => path)
  if (added.length === 0 || policy.baseTip === null) return new Map()
  const directories = [...new Set(added.flatMap(ancestorsOf))]
  const top = repository.git.nul(['ls-tree', '-z', '--name-only', policy.baseTip])
  const below =
    directories.length === 0
      ? []
      : repository.git.nul([
          'ls-tree',
          '-z',
          '--name-only',
          policy.baseTip,
          '--',
          ...directories.map((directory) => `${directory}/`),
        ])
  const deleted = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  const known = new Map([...top, ...below].filter((path) => !deleted.has(path)).map((path) => [folded(path), path]))
  const exact = new Set([...top, ...below])
  return new Map(
    added.flatMap((path) => {
      const twin = [...ancestorsOf(path), path].find((part) => !exact.has(part) && known.has(folded(part)))
      return twin === undefined ? [] : [[path, known.get(folded(twin)) ?? ''] as const]
    }),
  )
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

/** `a/b/c.ts` → `a`, `a/b`. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function noSuchBranch(name: string): LanekeeperError {
  return new LanekeeperError('git', `There is no branch or commit "${name}".`, {
    hint: 'All branches: git branch --list',
  })
}
