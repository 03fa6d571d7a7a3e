/** The one provisioner; every entrance calls it. */
import { disabledValue } from '../policy/env-file.ts'
import type { Policy } from '../policy/policy.ts'
import { urlsOf } from '../policy/ports.ts'
import { notesOf, stateOf, type WorktreeRecord } from '../system/ledger.ts'
import type { Output } from '../system/output.ts'
import type { Repository } from '../system/repository.ts'
import { worktreeSlug } from '../system/worktree-facts.ts'
import { hasSlowWork, SLOW_STEPS } from '../system/worktree-record.ts'
import { isInsideItself, provisionQuickly } from './provision-quickly.ts'
import type { Provisioned } from './quick-steps.ts'
import { slowSteps } from './slow-steps.ts'

export interface ProvisionOptions {
  /** true: stay until every step is answered; false: leave slow steps to a detached process. */
  readonly wait: boolean
  /** A person said that this branch's set-up commands and dependencies may run. */
  readonly trust?: boolean
}

/**
 * Provisions the worktree the repository was opened in. Idempotent, resumable, safe to run twice at once.
 * Never throws for a step that fails: the record says so.
 * @throws `usage` for the main worktree, `file-system` where the ledger cannot be written, `locked`
 */
export async function provision(
  repository: Repository,
  policy: Policy,
  options: ProvisionOptions,
  out: Output,
): Promise<WorktreeRecord> {
  return (await provisionTelling(repository, policy, options, out)).record
}

/** As `provision`, and tells what changed. */
export async function provisionTelling(
  repository: Repository,
  policy: Policy,
  { wait, trust = false }: ProvisionOptions,
  out: Output,
): Promise<Provisioned> {
  const quick = await provisionQuickly(repository, policy, { wait, trust, out })
  if (!wait || !hasSlowWork(quick.record, true) || isInsideItself(repository, quick.record)) return quick
  const record = await slowSteps(repository, policy, quick.record, trust, out)
  return { record, changed: [...quick.changed, ...newlyDone(quick.record, record)] }
}

function newlyDone(before: WorktreeRecord, after: WorktreeRecord): string[] {
  return SLOW_STEPS.filter((name) => after.steps[name]?.state === 'done' && before.steps[name]?.state !== 'done')
}

/** The document that `setup` and `new-task` print. */
export interface SetupDocument extends Readonly<Record<string, unknown>> {
  readonly ok: true
  readonly task: { readonly id: string; readonly branch: string; readonly base: string } | null
  readonly worktree: { readonly path: string; readonly branch: string | null }
  readonly ports: Readonly<Record<string, number>>
  readonly urls: Readonly<Record<string, string>>
  readonly databases: Readonly<Record<string, { readonly provider: string; readonly url: string }>>
  readonly state: ReturnType<typeof stateOf>
  /** What is good to know of its databases. */
  readonly notes: readonly string[]
  readonly problems: WorktreeRecord['problems']
}

/** What a worktree's set-up came to, as JSON. A database that is not ready has no URL but a value that says why. */
export function setupDocument(record: WorktreeRecord, policy: Policy): SetupDocument {
  const task = policy.tasks.find(({ id }) => id === record.task)
  const ports = record.ports?.ports ?? {}
  const databases = record.databases.map(({ role, provider, state, url, message }) => [
    role,
    { provider, url: state === 'ready' ? url : disabledValue(message ?? state) },
  ])
  return {
    ok: true,
    task: task ? { id: task.id, branch: task.branch, base: task.base } : null,
    worktree: { path: record.path, branch: record.branch },
    ports,
    urls: urlsOf(worktreeSlug(record), ports),
    databases: Object.fromEntries(databases),
    state: stateOf(record),
    notes: notesOf(record),
    problems: record.problems,
  }
}
