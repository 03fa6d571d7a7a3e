/** A worktree's record as it stands when a set-up begins, and which of its slow steps are still to be done. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { rolesToMigrate } from '../policy/databases/database-settings.ts'
import type { Policy } from '../policy/policy.ts'
import { workBranchOf } from './head.ts'
import { cloneId } from './identity.ts'
import { type Step, type StepName, type WorktreeRecord, writeRecord } from './ledger.ts'
import { isAlive, thisProcess } from './lock.ts'
import type { Repository } from './repository.ts'

export const SLOW_STEPS = ['dependencies', 'migrate', 'setup'] as const satisfies readonly StepName[]
const NOTHING_TO_DO = 'nothing to do'

/** The record before the steps: of a new worktree all are pending; of a known one the facts are brought up to date. */
export function openRecord(
  repository: Repository,
  policy: Policy,
  id: string,
  known: WorktreeRecord | null,
): WorktreeRecord {
  const { git, root: path, gitDir } = repository
  const branch = workBranchOf(git, gitDir)
  const start = known ?? newRecord(id, cloneId(repository), new Date().toISOString())
  const steps = { ...start.steps, identity: { state: 'done' as const }, ...slowStepsOf(repository, policy, start) }
  const worker = start.worker !== null && isAlive(start.worker) ? start.worker : null
  // a copied clone has an id of its own, and what its ledger brought along is the other's
  return { ...start, clone: cloneId(repository), path, gitDir, branch, task: taskOn(branch, policy), steps, worker }
}

function newRecord(id: string, clone: string, createdAt: string): WorktreeRecord {
  return {
    id,
    clone,
    path: '',
    gitDir: '',
    branch: null,
    task: null,
    steps: {},
    ports: null,
    databases: [],
    problems: [],
    // until the quick steps are over: what finds the worktree gone meanwhile must know that somebody is still at it
    worker: thisProcess(),
    createdAt,
    updatedAt: '',
  }
}

/** The open task of a branch, else the last one it had. */
function taskOn(branch: string | null, { tasks }: Policy): string | null {
  const here = tasks.filter((task) => task.branch === branch)
  return (here.find(({ state }) => state === 'open') ?? here.at(-1))?.id ?? null
}

/** A slow step that has nothing to do is answered here, so that no process is started to find out. */
function slowStepsOf(repository: Repository, { settings }: Policy, { steps }: WorktreeRecord): WorktreeRecord['steps'] {
  const hasDependencies = settings.dependencies !== 'none' && existsSync(join(repository.root, 'package.json'))
  const answer = (name: StepName, hasWork: boolean): Step => {
    if (!hasWork) return { state: 'skipped', message: NOTHING_TO_DO }
    const step = steps[name]
    return step === undefined || step.message === NOTHING_TO_DO ? { state: 'pending' } : step
  }
  return {
    dependencies: answer('dependencies', hasDependencies),
    migrate: answer('migrate', rolesToMigrate(settings).length > 0),
    setup: answer('setup', settings.setup.length > 0),
  }
}

/**
 * Whether a slow step has to be done, or done again: what is pending or failed, and for a caller that has time also what
 * was skipped, since there may be something to do by now.
 */
export function isOpenStep(step: Step | undefined, isPatient: boolean): boolean {
  if (step === undefined || step.state === 'pending' || step.state === 'failed') return true
  return isPatient && step.state === 'skipped' && step.message !== NOTHING_TO_DO
}

/** Whether anything is left for a process that has time. */
export function hasSlowWork({ steps }: WorktreeRecord, isPatient: boolean): boolean {
  return SLOW_STEPS.some((name) => isOpenStep(steps[name], isPatient))
}

/** Writes the record where it differs from what the ledger has: an fsync less where nothing is new. */
export function writeIfNew(
  repository: Repository,
  known: WorktreeRecord | null,
  record: WorktreeRecord,
): WorktreeRecord {
  const asKnown = { ...record, updatedAt: known?.updatedAt ?? '' }
  return known !== null && JSON.stringify(asKnown) === JSON.stringify(known) ? known : writeRecord(repository, record)
}
