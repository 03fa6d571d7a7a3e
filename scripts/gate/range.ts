/**
 * A range of commits as `check --base REF --head REF` names it, in whatever clone a CI system made: detached, shallow,
 * without the base's branch, the tasks, hooks or packages. What is missing is fetched, and only that.
 */

import { isCi, targetOfCi } from '../policy/ci-variables.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { recordedLandings } from '../policy/recorded-landings.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { commitsOnTasks } from '../system/audit-log.ts'
import { type Deepened, deepenFor } from '../system/deepen.ts'
import { commitOf } from '../system/history.ts'
import { openTasks, readPolicyAt, TASKS_REF } from '../system/policy-source.ts'
import { fetchFrom, remotesOf } from '../system/remote.ts'
import type { Repository } from '../system/repository.ts'
import { isJudgedWhole, type RangeHead } from './range-contributions.ts'
import { baseCommit, branchNamed, nameOf, presentCommit } from './range-ends.ts'
import { landingsOfRange } from './range-landings.ts'
import { branchesAt, tipsElsewhere } from './range-rivals.ts'

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
  readonly head: RangeHead
  /** What had to be fetched: a sentence each. */
  readonly notes: readonly string[]
  /** What is not there. */
  readonly warnings: readonly string[]
}

/**
 * Finds both ends, the history between them, and the policy at the base.
 * @param defaultBase the base's branch where none is named
 * @throws `git` where something cannot be fetched, `usage` where nothing names the branch
 */
export function openRange(repository: Repository, input: RangeInput, defaultBase: () => string): Range {
  const { git, env } = repository
  const remotes = remotesOf(git)
  const baseRef = input.base ?? targetRef(repository, remotes) ?? defaultBase()
  const headRef = input.head ?? 'HEAD'
  const tip = presentCommit(repository, headRef, remotes)
  const { commit, warnings: stale } = baseCommit(repository, baseRef, remotes, tip)
  const name = input.branch?.replace(/^refs\/heads\//, '') ?? branchNamed(repository, headRef, remotes)
  if (name === null) throw namelessHead(headRef)
  const named = nameOf(repository, baseRef, remotes)
  const remote = named.remote ?? remotes[0] ?? null
  const tasks = fetchTasks(repository, remote)
  const base = { ref: baseRef, commit }
  const policy = readPolicyAt(repository, base, named.branch ?? targetOfCi(env))
  const records = recordedLandings(commitsOnTasks(git).map(({ message }) => message))
  const hasLanded = policy.tasks.some(({ id, branch }) => branch === name && records.some(({ task }) => task === id))
  const about = isJudgedWhole(policy, name) && !hasLanded ? 'diff' : 'commits'
  const deepened = deepenFor(repository, remote, { base: commit, head: tip, about })
  const found = landingsOfRange(git, { base: commit, tip }, records)
  return {
    policy,
    base,
    head: {
      name,
      tip,
      remoteTips: remoteTipsOf(repository, remote, policy, name),
      landings: found.landings,
      tipsOf: (branches) => tipsElsewhere(repository, remote, branches),
    },
    notes: [...tasks.notes, ...(deepened ? [deepenedNote(deepened)] : []), ...found.notes],
    warnings: [...stale, ...tasks.warnings, ...withoutSettings(policy, baseRef), ...found.warnings],
  }
}

function targetRef({ env }: Repository, remotes: readonly string[]): string | null {
  const target = targetOfCi(env)
  return target === null || remotes[0] === undefined ? null : `${remotes[0]}/${target}`
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
  return { notes: [], warnings: [noTasks(remote)] }
}

function noTasks(remote: string): string {
  return [
    `${remote} has no ${TASKS_REF}: no task is known here, so a task's branch is refused and any other passes.`,
    `From where the tasks are: git push ${remote} ${TASKS_REF} '+refs/lanekeeper/leases/*'`,
    "A fork's own pipeline has none: let it run in the project that the request is made to.",
  ].join('\n')
}

/**
 * Where the remote has the open tasks' branches; asked only in CI, of a head that is no task's: a merge queue's commit, or a
 * person's branch with a task's merged in.
 */
function remoteTipsOf(
  { git, env }: Repository,
  remote: string | null,
  policy: Policy,
  name: string,
): ReadonlyMap<string, string> {
  const branches = openTasks(policy).map(({ branch }) => branch)
  if (remote === null || branches.length === 0 || branches.includes(name) || !isCi(env)) return new Map()
  return branchesAt(git, remote, branches)
}

function withoutSettings({ settingsFrom }: Policy, ref: string): string[] {
  return settingsFrom === 'defaults' ? [`${ref} has no lanekeeper.json: judged by the default settings.`] : []
}

function deepenedNote({ steps, depth }: Deepened): string {
  const times = steps === 1 ? 'once' : `${steps} times`
  return `The clone was too shallow to see where the branch left the base: deepened ${times}. A depth of ${depth} is what this check needed.`
}
