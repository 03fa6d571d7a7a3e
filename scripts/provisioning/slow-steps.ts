/**
 * The steps that may take minutes: dependencies, migrations and the project's set-up commands. They hold a lock of their own, so that
 * `setup` and `status` answer meanwhile, and write the record only in short turns.
 */
import { join } from 'node:path'
import { type DoneCommands, reopenedStep } from '../policy/databases/migrate-commands.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { installDependencies } from '../system/dependencies.ts'
import { worktreeEnvironment } from '../system/env-files.ts'
import { worktreeStateDir } from '../system/identity.ts'
import { readRecord, type Step, type WorktreeRecord, writeRecord } from '../system/ledger.ts'
import { thisProcess } from '../system/lock.ts'
import type { Output } from '../system/output.ts'
import type { Repository } from '../system/repository.ts'
import { runMigrations, runSetupCommands } from '../system/setup-commands.ts'
import { WORKING_ON } from '../system/worker.ts'
import { withSlowLock } from '../system/worktree-lock.ts'
import { isOpenStep, SLOW_STEPS } from '../system/worktree-record.ts'
import { inTurn, sayingSo } from './provision-quickly.ts'

type SlowStep = (typeof SLOW_STEPS)[number]

const RUN = { dependencies: installDependencies, migrate: runMigrations, setup: runSetupCommands }
const TITLE = {
  dependencies: 'Installing dependencies',
  migrate: 'Migrating the databases',
  setup: 'Running the set-up commands',
}

/** Where the output of installs and set-up commands goes. */
export function setupLog(repository: Repository): string {
  return join(worktreeStateDir(repository.gitDir), 'setup.log')
}

/** Does the slow steps that are open, in this process; waits for another process that is at it. */
export async function slowSteps(
  repository: Repository,
  policy: Policy,
  record: WorktreeRecord,
  trust: boolean,
  out: Output,
): Promise<WorktreeRecord> {
  return withSlowLock(repository.gitDir, sayingSo(repository, out), async () => {
    const write = (change: (current: WorktreeRecord) => WorktreeRecord) =>
      inTurn(repository, () => writeRecord(repository, change(readRecord(repository, record.id) ?? record)), out)
    let current = await write((now) => ({ ...now, worker: thisProcess() }))
    try {
      for (const name of SLOW_STEPS) {
        if (!isOpenStep(current.steps[name], true)) continue
        // what the install failed at, the commands would only trip over
        if (name !== 'dependencies' && current.steps.dependencies?.state === 'failed') break
        out.note(TITLE[name])
        current = await write((now) => answered(repository, now, name, reopenedStep(now.steps[name], [])))
        const save = (done: DoneCommands) =>
          write((now) => answered(repository, now, name, { state: 'pending', done })).then(() => {})
        const step = await run(name, repository, policy, current, { trust, save })
        current = await write((now) => answered(repository, now, name, step))
      }
    } finally {
      current = await write((now) => ({ ...now, worker: null }))
    }
    return current
  })
}

async function run(
  name: SlowStep,
  repository: Repository,
  policy: Policy,
  record: WorktreeRecord,
  { trust, save }: { readonly trust: boolean; readonly save: (done: DoneCommands) => Promise<void> },
) {
  const env = { ...repository.env, ...worktreeEnvironment(repository, record), [WORKING_ON]: record.id }
  try {
    return await RUN[name](repository, policy, { trust, log: setupLog(repository), env, save }, record)
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies Step
  }
}

/** The record with a step's answer, and a problem where it is a bad one. */
function answered(repository: Repository, record: WorktreeRecord, name: SlowStep, step: Step): WorktreeRecord {
  const problems = record.problems.filter((problem) => problem.step !== name)
  const again = commandLine(['npx', 'lanekeeper', 'setup', repository.root, '--wait'])
  const hint = `Output: ${setupLog(repository)}\nOnce mended: ${again}`
  const problem = { step: name, message: step.message ?? `${name} failed`, hint }
  return {
    ...record,
    steps: { ...record.steps, [name]: step },
    problems: step.state === 'failed' ? [...problems, problem] : problems,
  }
}
