/** Tests a merge where it was made: provisioned like any worktree, with its own ports and database. */
import { join } from 'node:path'
import type { Session } from '../command.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { lastWords } from '../policy/last-words.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { provision } from '../provisioning/provision.ts'
import { setupLog } from '../provisioning/slow-steps.ts'
import { worktreeEnvironment } from '../system/env-files.ts'
import { readIfExists, writeAtomically } from '../system/files.ts'
import type { WorktreeRecord } from '../system/ledger.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { withoutLog } from '../system/setup-commands.ts'
import { runShellLine } from '../system/shell.ts'

/** How much of a red run a person sees at once; the rest is in the log. */
const LAST_LINES = 20
/** Steps without which a test run says nothing about the merge. */
const NEEDED = ['dependencies', 'setup'] as const

/** The merged result, ready to run things in. */
export interface MergeSetUp {
  /** Opened in the throw-away worktree. */
  readonly place: Repository
  readonly record: WorktreeRecord
  readonly log: string
}

/**
 * Provisions the merged result: dependencies, ports, databases, set-up commands.
 * @param path the throw-away worktree
 * @throws `set-up` where it cannot be done
 */
export async function setUpMerge(
  repository: Repository,
  policy: Policy,
  task: Task,
  path: string,
  { env, out }: Session,
): Promise<MergeSetUp> {
  const log = join(repository.stateDir, 'logs', `landing-${task.id}.log`)
  writeAtomically(log, '')
  const place = openRepository(path, env)
  // landing is a person's act: they answer for the manifests it brings
  const record = await provision(place, policy, { wait: true, trust: true }, out)
  keepLog(setupLog(place), log)
  assertSetUp(record, task, log)
  return { place, record, log }
}

/**
 * Runs the project's test command on the merged result.
 * @throws `tests-failed` with the last lines and the log
 */
export async function testMerge(
  { place, record, log }: MergeSetUp,
  task: Task,
  line: string,
  { env, out }: Session,
): Promise<void> {
  out.note(`${task.id}: ${line} (log: ${log})`)
  // vitest, jest and others would stay and watch; a CI of the caller's own has its own word
  const own = { CI: 'true', ...env, ...worktreeEnvironment(place, record) }
  const { status, output } = await runShellLine(line, { cwd: place.root, env: own, log, endsWhole: true })
  if (status !== 0) throw testsFailed(task, line, status, output, log)
}

/** The place goes, and with it the set-up's own log: what it says is kept in the landing's. */
function keepLog(from: string, log: string): void {
  const said = readIfExists(from)
  if (said !== null) writeAtomically(log, said)
}

function assertSetUp({ steps, problems }: WorktreeRecord, task: Task, log: string): void {
  const failed = NEEDED.find((name) => steps[name]?.state === 'failed')
  if (failed === undefined) return
  const said = problems.filter(({ step }) => step === failed).map(({ message }) => message)
  const why = withoutLog(said.join('\n') || steps[failed]?.message || failed)
  throw new LanekeeperError('set-up', `The merge of "${task.id}" could not be set up for its test: ${why}`, {
    hint: `All of it: ${log}\nMend it in the task's worktree, then: npx lanekeeper land ${task.id}`,
  })
}

function testsFailed(task: Task, line: string, status: number, output: string, log: string): LanekeeperError {
  const last = lastWords(output, LAST_LINES).split('\n')
  const head = `${line} failed (${status}) on "${task.id}" merged into ${task.base}; ${task.base} is untouched.`
  return new LanekeeperError('tests-failed', [head, ...last.map((one) => `  ${one}`)].join('\n'), {
    hint: `All of it: ${log}\nMend it in the task's worktree, then: npx lanekeeper land ${task.id}`,
  })
}
