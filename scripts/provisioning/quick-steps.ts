/**
 * The steps that every entrance does at once, the hook included: identity, ports, databases, env files, documents. Each
 * may be repeated at any time, and each is in the ledger as `pending` before it begins. A step that fails is recorded,
 * and those after it go on; env files come after databases, so that nothing ever points at a shared one.
 */
import { rolesToMigrate } from '../policy/databases/database-settings.ts'
import { reopenedStep } from '../policy/databases/migrate-commands.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { composeEnvFiles } from '../system/compose.ts'
import { isLeftOver, sweepAside } from '../system/databases/aside.ts'
import { provisionDatabases } from '../system/databases/databases.ts'
import { forksAhead } from '../system/databases/fork-ahead.ts'
import { isLocal } from '../system/databases/providers.ts'
import { DOCUMENT_NAMES, writeDocuments } from '../system/documents.ts'
import { writeEnvFiles } from '../system/env-writer.ts'
import { worktreeId } from '../system/identity.ts'
import {
  type AsideRecord,
  type DatabaseRecord,
  type Problem,
  readRecord,
  type Step,
  type StepName,
  type WorktreeRecord,
  writeRecord,
} from '../system/ledger.ts'
import { thisProcess } from '../system/lock.ts'
import { openPathStates, type PathStates } from '../system/path-states.ts'
import type { Repository } from '../system/repository.ts'
import { provisionPorts } from '../system/worktree-ports.ts'
import { openRecord, writeIfNew } from '../system/worktree-record.ts'

/** A bigger database is left to the detached worker: at 1 GB/s this is 0.06 s of `git worktree add`. */
const QUICK_DATABASE_BYTES = 64 * 1024 ** 2

export interface QuickOptions {
  /** The caller has time: databases of any size are forked now. */
  readonly isPatient: boolean
}

export interface Provisioned {
  readonly record: WorktreeRecord
  /** What was done, in words for a person; empty when everything was right already. */
  readonly changed: readonly string[]
}

/** What a step answers: facts for the record, its state (`done` unless it says otherwise), problems, what it changed. */
interface Outcome {
  readonly patch?: Partial<WorktreeRecord>
  readonly step?: Step
  readonly problems?: readonly Pick<Problem, 'message' | 'hint'>[]
  readonly changed?: readonly string[]
  /** Roles whose databases are new: their commands are to run. */
  readonly toMigrate?: readonly string[]
}

interface Work {
  readonly repository: Repository
  readonly policy: Policy
  readonly options: QuickOptions
  /** What the ledger said when the set-up began. */
  readonly known: WorktreeRecord | null
  readonly states: PathStates
}

type QuickStep = (work: Work, record: WorktreeRecord) => Promise<Outcome>

/** In this order. Identity is made by opening the record. */
const QUICK_STEPS: readonly [StepName, QuickStep][] = [
  ['ports', portsStep],
  ['databases', databasesStep],
  ['env', envStep],
  ['docs', docsStep],
]

/**
 * Does the quick steps; the caller holds the worktree's lock. The ledger is written before the first step, by the
 * databases before each effect of theirs, and at the end: a lease names its worktree itself, and env files and documents
 * vanish with it.
 * @throws `file-system` where the ledger itself cannot be written; whatever a step throws is in the record
 */
export async function quickSteps(repository: Repository, policy: Policy, options: QuickOptions): Promise<Provisioned> {
  const id = worktreeId(repository.gitDir)
  const known = readRecord(repository, id)
  const also = [...DOCUMENT_NAMES, ...composeEnvFiles(repository, policy.settings)]
  const states = openPathStates(repository, policy.settings, also)
  const work: Work = { repository, policy, options, known, states }
  const changed: string[] = []
  let record = writeIfNew(repository, known, openRecord(repository, policy, id, known))
  for (const [name, step] of QUICK_STEPS) {
    const outcome = await answerOf(step, work, record)
    record = withOutcome(record, name, outcome)
    changed.push(...(outcome.changed ?? []))
  }
  // the databases may have written states on the way to what the ledger said at the beginning
  const written = writeIfNew(repository, readRecord(repository, id), withoutUs(record))
  // now that nothing names it any more
  const isDue = (one: AsideRecord) => isLeftOver(one) && (options.isPatient || isLocal(one.provider))
  return { record: (await sweepAside(repository, written, isDue)).record, changed }
}

/** The first set-up of a worktree is in its record while it lasts. */
function withoutUs(record: WorktreeRecord): WorktreeRecord {
  return record.worker === thisProcess() ? { ...record, worker: null } : record
}

async function portsStep({ repository, policy, known }: Work, record: WorktreeRecord): Promise<Outcome> {
  const ports = await provisionPorts(policy.settings, record, repository, known !== null)
  const isNew = known?.ports?.first !== ports.first
  return { patch: { ports }, changed: isNew ? [`ports ${ports.first} to ${ports.first + ports.size - 1}`] : [] }
}

async function databasesStep(
  { repository, policy, options, known, states }: Work,
  record: WorktreeRecord,
): Promise<Outcome> {
  const steps = { ...record.steps, databases: { state: 'pending' as const } }
  const save = (databases: readonly DatabaseRecord[]) => void writeRecord(repository, { ...record, steps, databases })
  const limit = options.isPatient ? { states } : { states, bytes: QUICK_DATABASE_BYTES }
  const { databases, step, problems } = await provisionDatabases(repository, policy, record, save, limit)
  const fresh = databases.filter((one) => one.state === 'ready' && !wasReady(one, known))
  const withCommands = rolesToMigrate(policy.settings).map(([name]) => name)
  const toMigrate = fresh.map(({ role }) => role).filter((role) => withCommands.includes(role))
  return {
    patch: { databases },
    step: withNotes(step, forksAhead(repository, policy, databases)),
    problems,
    changed: fresh.map(({ role }) => `database ${role}`),
    toMigrate,
  }
}

/** The same one: a file that was made anew has another mark. */
function wasReady({ role, nonce, mark }: DatabaseRecord, known: WorktreeRecord | null): boolean {
  const before = known?.databases.find((one) => one.role === role)
  return before?.state === 'ready' && before.nonce === nonce && before.mark === mark
}

function withNotes(step: Step, notes: readonly string[]): Step {
  if (notes.length === 0) return step
  return { ...step, message: [...(step.message === undefined ? [] : [step.message]), ...notes].join('\n') }
}

async function envStep({ repository, policy, states }: Work, record: WorktreeRecord): Promise<Outcome> {
  const { files, changed, problems } = await writeEnvFiles(repository, policy.settings, record, states)
  const [first] = problems
  return {
    patch: { envFiles: files },
    changed,
    problems: problems.map(problemOf),
    ...(first ? { step: { state: 'failed', message: first.message } } : {}),
  }
}

async function docsStep({ repository, policy, states }: Work, record: WorktreeRecord): Promise<Outcome> {
  return { changed: await writeDocuments(repository, policy, record, states) }
}

/** Turns whatever a step throws into its answer. */
async function answerOf(step: QuickStep, work: Work, record: WorktreeRecord): Promise<Outcome> {
  try {
    return await step(work, record)
  } catch (error) {
    const problem =
      error instanceof LanekeeperError
        ? problemOf(error)
        : { message: `A bug of ours: ${error instanceof Error ? error.stack : String(error)}` }
    // what was made before it threw is in the ledger, and nowhere else
    const { databases } = readRecord(work.repository, record.id) ?? record
    return { patch: { databases }, step: { state: 'failed', message: problem.message }, problems: [problem] }
  }
}

function problemOf({ message, hint }: LanekeeperError): Pick<Problem, 'message' | 'hint'> {
  return hint === undefined ? { message } : { message, hint }
}

function withOutcome(record: WorktreeRecord, name: StepName, outcome: Outcome): WorktreeRecord {
  const others = record.problems.filter(({ step }) => step !== name)
  const problems = (outcome.problems ?? []).map(({ message, hint }) =>
    hint === undefined ? { step: name, message } : { step: name, message, hint },
  )
  const anew = outcome.toMigrate ?? []
  const again = anew.length > 0 ? { migrate: reopenedStep(record.steps.migrate, anew) } : {}
  const steps = { ...record.steps, ...again, [name]: outcome.step ?? { state: 'done' } }
  return { ...record, ...outcome.patch, steps, problems: [...others, ...problems] }
}
