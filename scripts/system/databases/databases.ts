/**
 * The worktree's databases: planned in the ledger first, then made, and only destroyed where the ledger proves them ours.
 *
 * After a crash: `planned` → whatever carries the nonce is ours, start over; `created` → the mark tells whether the
 * resource has its name already; `ready` → look, do nothing; `destroying` → finish that first (databases.md section 7).
 */
import { basename, dirname, join, relative } from 'node:path'
import { LanekeeperError } from '../../policy/errors.ts'
import { slugOf } from '../../policy/names.ts'
import type { DatabaseSettings } from '../../policy/settings.ts'
import { readEnvFile } from '../env-files.ts'
import type { DatabaseRecord, Problem, Step, WorktreeRecord } from '../ledger.ts'
import { openPathStates, type PathStates } from '../path-states.ts'
import type { Policy } from '../policy-source.ts'
import { randomHex } from '../random.ts'
import type { Repository } from '../repository.ts'
import type { DatabaseProvider, DestroyOptions, Destruction, FoundVariable } from './provider.ts'
import { sqlite } from './sqlite.ts'

/** The kinds of database there are; `none` in the settings means that worktrees share it knowingly. */
const PROVIDERS: readonly DatabaseProvider[] = [sqlite]

/** Env files of a folder, the later ones winning, as Next and Vite read them in development. */
const ENV_FILES = ['.env', '.env.development', '.env.local', '.env.development.local'] as const

export interface ProvisionedDatabases {
  /** Everything the ledger must go on knowing. */
  readonly databases: readonly DatabaseRecord[]
  readonly step: Step
  readonly problems: readonly Problem[]
}

interface Context {
  /** The ledger's word on a role, as last written. */
  known(role: string): DatabaseRecord | undefined
  readonly repository: Repository
  readonly policy: Policy
  readonly slug: string
  readonly maxBytes: number
  readonly states: PathStates
  save(record: DatabaseRecord): void
}

/** One role's outcome: what the ledger keeps, a note for the step, a problem for the person. */
interface Outcome {
  readonly record: DatabaseRecord | null
  readonly note?: string
  readonly problem?: Problem
}

/**
 * Gives the worktree its databases. Repeatable: what is ready is looked at and left. Never throws for a database that
 * fails: its record says so, and its variables are to be disabled (`databaseVariables`).
 * @param save writes the ledger; called before each effect
 * @param options.bytes a source bigger than this is left `planned` (step `pending`) for a caller that has time
 * @param options.states the caller's memory of what git makes of paths, so that git is asked once for all
 */
export async function provisionDatabases(
  repository: Repository,
  policy: Policy,
  record: WorktreeRecord,
  save: (databases: readonly DatabaseRecord[]) => void,
  options: { readonly bytes?: number; readonly states?: PathStates } = {},
): Promise<ProvisionedDatabases> {
  const roles = Object.entries(policy.settings.databases).filter(([, { provider }]) => provider !== 'none')
  if (roles.length === 0 || !repository.isLinked)
    return { databases: record.databases, step: { state: 'skipped' }, problems: [] }
  const known = new Map(record.databases.map((database) => [database.role, database]))
  const context: Context = {
    known: (role) => known.get(role),
    repository,
    policy,
    slug: slugOf(record.task ?? record.branch ?? basename(record.path)),
    maxBytes: options.bytes ?? Number.POSITIVE_INFINITY,
    states: options.states ?? openPathStates(repository, policy.settings, []),
    save: (database) => {
      known.set(database.role, database)
      save([...known.values()])
    },
  }
  const outcomes: Outcome[] = []
  for (const [role, settings] of roles) outcomes.push(await outcomeOf(role, settings, context))
  for (const { record: database } of outcomes) if (database) known.set(database.role, database)
  return {
    databases: [...known.values()],
    step: stepOf(outcomes),
    problems: outcomes.flatMap(({ problem }) => problem ?? []),
  }
}

function stepOf(outcomes: readonly Outcome[]): Step {
  const states = outcomes.map(({ record }) => record?.state)
  const notes = outcomes.flatMap(({ note, problem }) => problem?.message ?? note ?? [])
  const state = states.includes('failed') ? 'failed' : states.includes('planned') ? 'pending' : 'done'
  return { state, ...(notes.length > 0 ? { message: notes.join('\n') } : {}) }
}

async function outcomeOf(role: string, settings: DatabaseSettings, context: Context): Promise<Outcome> {
  const nonce = context.known(role)?.nonce ?? randomHex(4)
  try {
    return await provisionRole(role, settings, nonce, context)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const hint = error instanceof LanekeeperError ? error.hint : undefined
    const { provider, vars } = settings
    const unplanned = { role, provider, nonce, resource: '', source: '', url: '', vars }
    return {
      record: { ...unplanned, ...context.known(role), vars, state: 'failed', message },
      problem: { step: 'databases', message, ...(hint ? { hint } : {}) },
    }
  }
}

async function provisionRole(
  role: string,
  settings: DatabaseSettings,
  nonce: string,
  context: Context,
): Promise<Outcome> {
  const provider = providerOf(settings.provider)
  const known = context.known(role)
  if (known && (await standsAlready(provider, known))) return { record: { ...known, state: 'ready' } }
  if (known?.state === 'destroying') await clearAway(known, context)
  const found = variablesOf(context, settings)
  const { repository, slug, states } = context
  const plan = await provider.plan({ role, settings, found, repository, slug, nonce, states })
  // what a crash or other settings left is of no use to this plan
  if (known && (plan.kind === 'answer' || known.resource !== plan.record.resource)) await clearAway(known, context)
  if (plan.kind === 'answer') return { record: plan.record, note: plan.note }
  // in a worktree that was moved, what stands at the new place bears the mark
  const planned = { ...plan.record, ...(known?.mark === undefined ? {} : { mark: known.mark }) }
  context.save(planned)
  if (plan.bytes > context.maxBytes) return { record: planned, note: `${planned.source} is being copied.` }
  const made = await provider.make(planned, context.repository, context.save)
  if (made.message === undefined) return { record: made }
  return { record: made, problem: { step: 'databases', message: made.message } }
}

/** Ready and still there (whoever replaced it: it is the worktree's own), or made just before a crash. */
async function standsAlready(provider: DatabaseProvider, known: DatabaseRecord): Promise<boolean> {
  if (known.state !== 'ready' && known.state !== 'created') return false
  const found = await provider.inspect(known)
  return found === 'ours' || (found === 'replaced' && known.state === 'ready')
}

async function clearAway(known: DatabaseRecord, { save }: Context): Promise<void> {
  save({ ...known, state: 'destroying' })
  // refused: what stands there is not ours, so there is nothing of ours to lose sight of
  await destroyDatabase(known)
}

/** The role's variables in the main worktree's env files: at its root, and beside each env file of the settings. */
function variablesOf({ repository, policy }: Context, { vars }: DatabaseSettings): FoundVariable[] {
  const folders = new Set(['.', ...policy.settings.env.map(({ file }) => dirname(file))])
  const found = new Map<string, FoundVariable>()
  for (const folder of folders)
    for (const name of ENV_FILES) {
      const path = join(repository.mainWorktree, folder, name)
      for (const [variable, value] of Object.entries(readEnvFile(path)))
        if (vars.includes(variable) && value !== '')
          found.set(`${folder} ${variable}`, { name: variable, value, file: relative(repository.mainWorktree, path) })
    }
  return [...found.values()]
}

function providerOf(id: string): DatabaseProvider {
  const provider = PROVIDERS.find((candidate) => candidate.id === id)
  if (provider) return provider
  throw new LanekeeperError('database', `There is no database provider "${id}".`)
}

/**
 * Takes a database away, if it is proved to be the one we made. The caller writes `destroying` to the ledger before and
 * forgets the record after.
 */
export async function destroyDatabase(record: DatabaseRecord, options: DestroyOptions = {}): Promise<Destruction> {
  return await providerOf(record.provider).destroy(record, options)
}
