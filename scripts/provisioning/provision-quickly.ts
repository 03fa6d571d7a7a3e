/** What the hook does: the quick steps, and the rest handed to a detached process. Nothing here loads an installer. */

import { reopenedStep } from '../policy/databases/migrate-commands.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { type WorktreeRecord, writeRecord } from '../system/ledger.ts'
import { isAlive, type Patient } from '../system/lock.ts'
import type { Output } from '../system/output.ts'
import type { Repository } from '../system/repository.ts'
import { startWorker, WORKING_ON } from '../system/worker.ts'
import { withWorktreeLock } from '../system/worktree-lock.ts'
import { hasSlowWork, isOpenStep, SLOW_STEPS } from '../system/worktree-record.ts'
import { type Provisioned, quickSteps } from './quick-steps.ts'

/** A hook waits that long for another set-up of the same worktree, whose longest part is forking a database. */
const LOCK_WAIT_MS = 60_000

export interface QuickProvisioning {
  /** true: the caller goes on with the slow steps itself. */
  readonly wait: boolean
  readonly trust: boolean
  /** Where a verb says that it waits for another process, as long as that one lives; a hook does not say, and gives up. */
  readonly out?: Output
}

/**
 * Does the quick steps and sees to it that somebody does the rest.
 * @throws `usage` for the main worktree, `file-system` where the ledger cannot be written, `locked`
 */
export async function provisionQuickly(
  repository: Repository,
  policy: Policy,
  { wait, trust, out }: QuickProvisioning,
): Promise<Provisioned> {
  if (!repository.isLinked) throw keepsItsOwn(repository)
  const work = async () => {
    const done = await quickSteps(repository, policy, { isPatient: wait })
    if (wait || isInsideItself(repository, done.record)) return done
    return { ...done, record: leaveToWorker(repository, done.record, trust) }
  }
  return inTurn(repository, work, out)
}

/**
 * Runs `work` while nobody else provisions this worktree or writes its record.
 * @param out where it is said who is waited for, for as long as it takes; without it `locked` is thrown after a minute
 */
export function inTurn<T>(repository: Repository, work: () => T | Promise<T>, out?: Output): Promise<T> {
  const patience = out === undefined ? LOCK_WAIT_MS : sayingSo(repository, out)
  return withWorktreeLock(repository.gitDir, patience, work)
}

/** Waits as long as it takes, and says for whom. */
export function sayingSo({ root }: Repository, out: Output): Patient {
  return {
    onLongWait: (pid) => out.warn(`Waiting for process ${pid}, which is at work on ${root} (see it: ps -p ${pid})`),
  }
}

/** A set-up command of this worktree called us: the slow steps are being done, above us, and would wait for themselves. */
export function isInsideItself(repository: Repository, record: WorktreeRecord): boolean {
  return repository.env[WORKING_ON] === record.id
}

/** Starts the worker and records it; it needs the lock that we hold, so it cannot be faster than the record. */
function leaveToWorker(repository: Repository, record: WorktreeRecord, trust: boolean): WorktreeRecord {
  const isLeft = hasSlowWork(record, false) || record.steps.databases?.state === 'pending'
  if (!isLeft || (record.worker !== null && isAlive(record.worker))) return record
  try {
    const worker = startWorker(repository.root, repository.env, { trust })
    return writeRecord(repository, { ...record, ...reopened(record), worker })
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    const problem = { step: 'setup' as const, message: error.message, ...(error.hint ? { hint: error.hint } : {}) }
    return writeRecord(repository, { ...record, worker: null, problems: [...record.problems, problem] })
  }
}

/** What the worker is going to repeat is pending again. */
function reopened(record: WorktreeRecord): Pick<WorktreeRecord, 'steps' | 'problems'> {
  const names = SLOW_STEPS.filter((name) => isOpenStep(record.steps[name], false))
  const again = Object.fromEntries(names.map((name) => [name, reopenedStep(record.steps[name], [])]))
  return {
    steps: { ...record.steps, ...again },
    problems: record.problems.filter(({ step }) => !names.some((name) => name === step)),
  }
}

function keepsItsOwn({ root }: Repository): LanekeeperError {
  return new LanekeeperError('usage', `${root} is the main worktree: it keeps its own ports, env files and database.`, {
    hint: 'Set up a linked worktree: npx lanekeeper setup <path>\nMake one: npx lanekeeper new-task',
  })
}
