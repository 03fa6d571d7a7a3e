/** Collects what `status` tells of every two open tasks: what both may change, and where they would conflict. */
import { join } from 'node:path'
import { isOrdered, type Lane, laneOf, overlapOf } from '../policy/overlap.ts'
import type { Policy } from '../policy/policy.ts'
import type { Settings } from '../policy/settings.ts'
import type { Task } from '../policy/task.ts'
import { type BaseConflicts, MOST_FILES, type TaskPair } from '../policy/task-pairs.ts'
import type { WorktreeStatus } from '../policy/worktree-status.ts'
import { readJsonIfExists, writeCache } from '../system/files.ts'
import { pairsApart } from '../system/footprints.ts'
import { conflictsOfPairs, type Side } from '../system/foretold-conflicts.ts'
import { treePaths } from '../system/history.ts'
import { openTasks } from '../system/policy-source.ts'
import { refTip } from '../system/refs.ts'
import type { Repository } from '../system/repository.ts'
import type { Uncommitted } from '../system/uncommitted.ts'
import { fingerprintOf } from '../system/work-fingerprint.ts'

/** A merge takes 20 ms: what is left out is foretold the next time, when these are known. */
const MOST_MERGES = 200
/** Answers that are kept, the newest first. */
const MOST_KEPT = 2000

/** A side with nothing of its own yet is null; a question that is not asked this time is null as a whole. */
type Question = readonly [Side | null, Side | null] | null

export type PlannedPair = Omit<TaskPair, 'conflicts' | 'isOrdered'>

export interface Pairs {
  readonly pairs: readonly TaskPair[]
  readonly base: readonly BaseConflicts[]
}

/**
 * @param meetings what `meetingsOf` says of the same tasks
 * @param wanted `likely`: only lanes that meet are merged in passing, which is enough to tell a person of trouble
 * @param uncommitted by directory, as the statuses were made from it
 */
export async function taskPairs(
  repository: Repository,
  policy: Policy,
  meetings: readonly PlannedPair[],
  worktrees: readonly WorktreeStatus[],
  uncommitted: ReadonlyMap<string, Uncommitted | null>,
  wanted: 'all' | 'likely',
): Promise<Pairs> {
  const tasks = openTasks(policy)
  if (tasks.length < 2 || (wanted === 'likely' && meetings.length === 0)) return { pairs: [], base: [] }
  const planned = everyPair(tasks, meetings)
  const sides = new Map(tasks.map((task) => [task.id, sideOf(repository, policy, task, worktrees, uncommitted)]))
  const base =
    policy.baseTip === null ? null : { key: policy.baseTip, tip: policy.baseTip, dirty: null, uncommitted: [] }
  const questions: Question[] = [
    ...(wanted === 'all' ? tasks.map(({ id }) => [sides.get(id) ?? null, base] as const) : []),
    ...planned.map((pair) => questionOf(pair, sides, wanted)),
  ]
  const answers = await foretold(repository, questions)
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const ofBase = wanted === 'all' ? tasks.map(({ id }, index) => ({ task: id, conflicts: answers[index] ?? null })) : []
  return {
    base: ofBase,
    pairs: planned.map((pair, index) => ({
      ...pair,
      isOrdered: areOrdered(pair, byId, policy),
      conflicts: answers[ofBase.length + index] ?? null,
    })),
  }
}

function areOrdered({ tasks: [a, b] }: PlannedPair, open: ReadonlyMap<string, Task>, policy: Policy): boolean {
  const [first, second] = [open.get(a), open.get(b)]
  return first !== undefined && second !== undefined && isOrdered(first, second, policy.tasks)
}

function questionOf(pair: PlannedPair, sides: ReadonlyMap<string, Side | null>, wanted: string): Question {
  const [a, b] = pair.tasks.map((id) => sides.get(id) ?? null)
  return wanted === 'all' || isMeeting(pair) ? [a ?? null, b ?? null] : null
}

function isMeeting({ overlap, shared }: PlannedPair): boolean {
  return overlap !== 'disjoint' || shared.length > 0
}

/** The task's branch with what is uncommitted on it; null where it has no branch or nothing of its own yet. */
function sideOf(
  repository: Repository,
  policy: Policy,
  { branch }: Task,
  worktrees: readonly WorktreeStatus[],
  uncommitted: ReadonlyMap<string, Uncommitted | null>,
): Side | null {
  const worktree = worktrees.find((one) => one.branch === branch && one.state !== 'missing')
  const tip = worktree?.head ?? refTip(repository, `refs/heads/${branch}`)
  if (tip === null) return null
  const changes = worktree ? (uncommitted.get(worktree.path) ?? []) : []
  const mark = worktree && changes.length > 0 ? fingerprintOf(worktree.path, changes) : null
  if (worktree && mark !== null) return { key: `${tip} ${mark}`, tip, dirty: worktree.path, uncommitted: changes }
  return worktree?.ahead === 0 || tip === policy.baseTip ? null : { key: tip, tip, dirty: null, uncommitted: [] }
}

/** Every two tasks, in their order; those that do not meet have nothing in common. */
function everyPair(tasks: readonly Task[], meetings: readonly PlannedPair[]): PlannedPair[] {
  const known = new Map(meetings.map((pair) => [pair.tasks.join(' '), pair]))
  return pairsIn(tasks.map(({ id }) => id)).map(
    (ids) =>
      known.get(ids.join(' ')) ?? {
        tasks: ids,
        overlap: 'disjoint',
        files: [],
        fileCount: 0,
        witness: null,
        shared: [],
      },
  )
}

/** The open tasks that may change the same, from the base's tree; kept while base, settings and lanes stay as they are. */
export function meetingsOf(repository: Repository, policy: Policy): PlannedPair[] {
  const { baseTip, settings } = policy
  const tasks = openTasks(policy)
  if (tasks.length < 2) return []
  const file = join(repository.stateDir, 'cache', 'meetings.json')
  const lanes = tasks.map(({ id, allow, deny, shared, migrations }) => [id, allow, deny, shared, migrations])
  const key = JSON.stringify([baseTip, settings, lanes])
  const known = readJsonIfExists<{ key: string; meetings: PlannedPair[] }>(file)
  if (known?.key === key) return known.meetings
  const files = baseTip === null ? [] : treePaths(repository.git, baseTip)
  const made = tasks.map((task) => laneOf(task, settings, files))
  const meetings = pairsIn(made)
    .map((pair) => planned(pair, settings))
    .filter(isMeeting)
  writeCache(file, { key, meetings })
  return meetings
}

function planned([mine, theirs]: readonly [Lane, Lane], settings: Settings): PlannedPair {
  const { kind, files: common, witness, shared } = overlapOf(mine, theirs, settings)
  const named = common.slice(0, MOST_FILES)
  const tasks = [mine.task.id, theirs.task.id] as const
  return { tasks, overlap: kind, files: named, fileCount: common.length, witness, shared }
}

function pairsIn<T>(all: readonly T[]): (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const))
}

/** Merges what is not known yet and keeps it: the same two contents always merge alike. */
async function foretold(repository: Repository, questions: readonly Question[]): Promise<(readonly string[] | null)[]> {
  const file = join(repository.stateDir, 'cache', 'conflicts.json')
  const known = readJsonIfExists<Record<string, readonly string[]>>(file) ?? {}
  const asked = new Map(questions.flatMap((question) => (isMerge(question) ? [[keyOf(question), question]] : [])))
  const fresh = [...asked].filter(([key]) => known[key] === undefined)
  const found = await freshlyFound(repository, fresh)
  const all = { ...Object.fromEntries(found), ...known }
  if (found.length > 0) writeCache(file, Object.fromEntries(Object.entries(all).slice(0, MOST_KEPT)))
  return questions.map((question) => {
    if (question === null) return null
    // who has nothing of its own yet conflicts with nobody
    return isMerge(question) ? (all[keyOf(question)] ?? null) : []
  })
}

/** Sides that change nothing in common need no merge; a merge that git could not make has no answer. */
async function freshlyFound(
  repository: Repository,
  fresh: readonly (readonly [string, readonly [Side, Side]])[],
): Promise<(readonly [string, readonly string[]])[]> {
  const isApart = pairsApart(
    repository.git,
    fresh.map(([, pair]) => pair),
  )
  const apart = fresh.filter((_, index) => isApart[index]).map(([key]) => [key, []] as const)
  const merged = fresh.filter((_, index) => !isApart[index]).slice(0, MOST_MERGES)
  const answers = await conflictsOfPairs(
    repository,
    merged.map(([, pair]) => pair),
  )
  return [...apart, ...merged.flatMap(([key], index) => (answers[index] ? [[key, answers[index]] as const] : []))]
}

function isMerge(question: Question): question is readonly [Side, Side] {
  return question !== null && question[0] !== null && question[1] !== null
}

function keyOf(pair: readonly [Side, Side]): string {
  return pair
    .map(({ key }) => key)
    .sort()
    .join(' ')
}
