/**
 * A range of commits as `check --base REF --head REF` names it, in whatever clone a CI system made: detached, shallow,
 * without the base's branch, the tasks, hooks or packages. What is missing is fetched, and only that.
 */
import type { Head } from './contributions.ts'
import { branchOfCi, targetOfCi } from './policy/ci-variables.ts'
import { LanekeeperError } from './policy/errors.ts'
import type { Policy } from './policy/policy.ts'
import { commandLine } from './policy/shell-quote.ts'
import { type Deepened, deepenUntilTheyMeet } from './system/deepen.ts'
import { commitOf } from './system/history.ts'
import { readPolicyAt, TASKS_REF } from './system/policy-source.ts'
import { fetchFrom, isShallow, noRemote, remoteRefs, remotesOf } from './system/remote.ts'
import { branchOf, type Repository } from './system/repository.ts'

export interface RangeInput {
  /** As typed; undefined where it was not. */
  readonly base: string | undefined
  readonly head: string | undefined
  /** The head's branch, where a person or a workflow names it. */
  readonly branch: string | undefined
}

export interface Range {
  readonly policy: Policy
  readonly base: { readonly ref: string; readonly commit: string }
  /** Its name is the branch's. */
  readonly head: Head
  /** What had to be fetched, and what is not there: one sentence each. */
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** A ref of a person's, as far as its name tells. */
interface Named {
  /** The remote it is on; null for a local name. */
  readonly remote: string | null
  /** The branch; null for HEAD, a commit id, a tag. */
  readonly branch: string | null
}

/**
 * Finds both ends, the history between them, and the policy at the base.
 * @param defaultBase the base's branch where none is named
 * @throws `git` where something cannot be fetched, `usage` where nothing names the branch
 */
export function openRange(repository: Repository, input: RangeInput, defaultBase: () => string): Range {
  const remotes = remotesOf(repository.git)
  const baseRef = input.base ?? targetRef(repository, remotes) ?? defaultBase()
  const headRef = input.head ?? input.branch ?? 'HEAD'
  const base = { ref: baseRef, commit: presentCommit(repository, baseRef, remotes) }
  const tip = presentCommit(repository, headRef, remotes)
  const name = input.branch ?? branchNamed(repository, headRef, remotes)
  if (name === null) throw namelessHead(headRef)
  const named = nameOf(repository, baseRef, remotes)
  const remote = named.remote ?? remotes[0] ?? null
  const deepened = deepenUntilTheyMeet(repository, remote, base.commit, tip)
  const tasks = fetchTasks(repository, remote)
  const policy = readPolicyAt(repository, base, named.branch ?? targetOfCi(repository.env))
  return {
    policy,
    base,
    head: { name, tip },
    notes: [...(deepened ? [deepenedNote(deepened)] : []), ...tasks.notes],
    warnings: [...tasks.warnings, ...withoutSettings(policy, baseRef)],
  }
}

function targetRef({ env }: Repository, remotes: readonly string[]): string | null {
  const target = targetOfCi(env)
  return target === null || remotes[0] === undefined ? null : `${remotes[0]}/${target}`
}

/** `origin/main` is a branch of a remote, `main` a local one where it exists; anything else only names a commit. */
function nameOf({ git }: Repository, ref: string, remotes: readonly string[]): Named {
  const plain = ref.replace(/^refs\/remotes\//, '')
  const remote = remotes.find((one) => plain.startsWith(`${one}/`))
  const local = ref.replace(/^refs\/heads\//, '')
  if (commitOf(git, `refs/heads/${local}`) !== null) return { remote: null, branch: local }
  return remote === undefined ? { remote: null, branch: null } : { remote, branch: plain.slice(remote.length + 1) }
}

/** The commit of a ref; a remote's branch that the clone has not fetched is fetched. */
function presentCommit(repository: Repository, ref: string, remotes: readonly string[]): string {
  const { git } = repository
  const known = commitOf(git, `refs/heads/${ref}`) ?? commitOf(git, ref)
  if (known !== null) return known
  const { remote, branch } = nameOf(repository, ref, remotes)
  if (remote === null || branch === null) throw noSuchRef(ref, remotes)
  return fetchBranch(repository, remote, branch)
}

/** Where its commit is there already nothing is downloaded; a shallow clone gets no more than the tip. */
function fetchBranch({ git }: Repository, remote: string, branch: string): string {
  const [ref, tracking] = [`refs/heads/${branch}`, `refs/remotes/${remote}/${branch}`]
  const what = `the branch ${branch}`
  const oid = remoteRefs(git, remote, [ref], what).get(ref)
  if (oid === undefined)
    throw new LanekeeperError('git', `${remote} has no branch ${branch}.`, {
      hint: `All branches: git ls-remote --heads ${remote}`,
    })
  const isHere = commitOf(git, oid) !== null
  if (isHere) git.text(['update-ref', tracking, oid])
  else fetchFrom(git, remote, [`+${ref}:${tracking}`], { what, depth: isShallow(git) ? ['--depth=1'] : [] })
  return commitOf(git, tracking) ?? oid
}

function noSuchRef(ref: string, remotes: readonly string[]): LanekeeperError {
  const [first] = remotes
  if (first === undefined) return noRemote(ref)
  return new LanekeeperError('git', `There is no branch or commit "${ref}" in this clone.`, {
    hint: `A branch of the remote is fetched when it is named as such: --base ${commandLine([`${first}/${ref}`])}`,
  })
}

/** A branch's name says it; a detached HEAD or a commit id is what the CI says it is. */
function branchNamed(repository: Repository, ref: string, remotes: readonly string[]): string | null {
  const attached = ref === 'HEAD' ? branchOf(repository.gitDir) : nameOf(repository, ref, remotes).branch
  return attached ?? branchOfCi(repository.env)
}

function namelessHead(ref: string): LanekeeperError {
  return new LanekeeperError(
    'usage',
    `Nothing tells which branch ${ref} is: it is no branch's name, and no variable of a CI names one.`,
    { hint: `Name it, so that its task is found: npx lanekeeper check … --head ${commandLine([ref])} --branch NAME` },
  )
}

/** The tasks, and the leases with them, where the clone has none: git fetches neither by itself. */
function fetchTasks({ git }: Repository, remote: string | null): Pick<Range, 'notes' | 'warnings'> {
  if (commitOf(git, TASKS_REF) !== null) return { notes: [], warnings: [] }
  if (remote === null)
    return { notes: [], warnings: [`There are no tasks here (${TASKS_REF}), and no remote to fetch them from.`] }
  const what = `the tasks (${TASKS_REF})`
  const refs = ['tasks*', 'leases/*'].map((pattern) => `+refs/lanekeeper/${pattern}:refs/lanekeeper/${pattern}`)
  fetchFrom(git, remote, refs, { what })
  if (commitOf(git, TASKS_REF) !== null) return { notes: [`Fetched ${what} from ${remote}.`], warnings: [] }
  return {
    notes: [],
    warnings: [
      [
        `${remote} has no ${TASKS_REF}: no task is known here, so a task's branch is refused and any other passes.`,
        `Where the tasks are: git push ${remote} refs/lanekeeper/tasks '+refs/lanekeeper/leases/*'. In a fork's own pipeline there are none: let it run in the project itself.`,
      ].join(' '),
    ],
  }
}

function withoutSettings({ settingsFrom }: Policy, ref: string): string[] {
  return settingsFrom === 'defaults' ? [`${ref} has no lanekeeper.json: judged by the default settings.`] : []
}

function deepenedNote({ steps, depth }: Deepened): string {
  const times = steps === 1 ? 'once' : `${steps} times`
  return `The clone was too shallow to see where the branch left the base: deepened ${times}. A depth of ${depth} is what this check needed.`
}
