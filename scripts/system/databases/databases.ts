/**
 * The worktree's databases: planned in the ledger first, then made, and only destroyed where the ledger proves them ours.
 *
 * After a crash: `planned` → whatever carries the nonce is ours, start over; `created` → the mark tells whether the
 * resource has its name already; `ready` → look, do nothing; `destroying` → finish that first (databases.md section 7).
 */
import { basename } from 'node:path'
import type { DatabaseSettings } from '../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../policy/errors.ts'
import { slugOf } from '../../policy/names.ts'
import type { Policy } from '../../policy/policy.ts'
import type { DatabaseRecord, Problem, Step, WorktreeRecord } from '../ledger.ts'
import { openPathStates, type PathStates } from '../path-states.ts'
import { randomHex } from '../random.ts'
import type { Repository } from '../repository.ts'
import { accessTo } from './access.ts'
import { destroyDatabase } from './destroying.ts'
import type { DatabaseProvider, DatabaseRequest, Keeper, Owner } from './provider.ts'
import { isLocal, providerOf } from './providers.ts'
import { standingOf } from './standing.ts'
import { writeValues } from './values.ts'

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
  readonly owner: Owner
  readonly slug: string
  /** A bigger source, and whatever is not on this machine, is left to a caller that has time. */
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
 * @param options.bytes a source bigger than this, or on a server, is left `planned` (step `pending`) for a caller that
 *   has time
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
    owner: record,
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
  for (const [index, { record: database }] of outcomes.entries())
    if (database) known.set(database.role, database)
    // nothing to fork: what was planned before is cleared away
    else known.delete(roles[index]?.[0] ?? '')
  return {
    databases: [...known.values()],
    step: stepOf(outcomes),
    problems: outcomes.flatMap(({ problem }) => problem ?? []),
  }
}

function stepOf(outcomes: readonly Outcome[]): Step {
  const states = outcomes.map(({ record }) => record?.state)
  const isOpen = states.some((state) => state === 'planned' || state === 'created' || state === 'destroying')
  const state = states.includes('failed') ? 'failed' : isOpen ? 'pending' : 'done'
  // the notes of a step that is done are told beside the problems
  const notes = outcomes.flatMap(({ note, problem }) => (state === 'done' ? note : (problem?.message ?? note)) ?? [])
  return { state, ...(notes.length > 0 ? { message: notes.join('\n') } : {}) }
}

async function outcomeOf(role: string, settings: DatabaseSettings, context: Context): Promise<Outcome> {
  const nonce = context.known(role)?.nonce ?? randomHex(4)
  try {
    return await provisionRole(role, settings, nonce, context)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const hint = error instanceof LanekeeperError ? error.hint : undefined
    return {
      record: {
        ...unplanned(role, settings, nonce),
        ...context.known(role),
        vars: settings.vars,
        state: 'failed',
        message,
      },
      problem: { step: 'databases', message, ...(hint ? { hint } : {}) },
    }
  }
}

function unplanned(role: string, { provider, vars }: DatabaseSettings, nonce: string): DatabaseRecord {
  return { role, provider, state: 'planned', nonce, resource: '', source: '', url: '', vars }
}

async function provisionRole(
  role: string,
  settings: DatabaseSettings,
  nonce: string,
  context: Context,
): Promise<Outcome> {
  const known = context.known(role)
  if (isLeft(settings, context)) return leftOutcome(known ?? unplanned(role, settings, nonce), context)
  const request = requestOf(role, settings, nonce, context)
  const provider = await providerOf(settings.provider)
  const { save, repository, owner } = context
  const keeper: Keeper = { save, keepValues: (values) => writeValues(repository, owner.id, { role, nonce }, values) }
  const standing = known ? await standingOf(provider, known, request, keeper) : null
  if (standing?.kind === 'stands') return standing
  // what a crash cut short is brought to its end by its maker, who knows what else there may be
  if (standing?.kind === 'unfinished') return made(provider, standing.record, request, keeper)
  if (standing?.kind === 'foreign') {
    // a name of its own, and the other's is left alone
    const fresh = unplanned(role, settings, randomHex(4))
    save(fresh)
    return provisionRole(role, settings, fresh.nonce, context)
  }
  if (known?.state === 'destroying') await clearAway(known, context)
  const plan = await provider.plan(request)
  // what a crash or other settings left is of no use to this plan
  if (known && (plan.kind === 'answer' || known.resource !== plan.record.resource)) await clearAway(known, context)
  if (plan.kind === 'answer') return { record: plan.record, note: plan.note }
  // in a worktree that was moved, what stands at the new place bears the mark
  const carried = known?.provider === plan.record.provider ? known.mark : undefined
  const planned = { ...plan.record, ...(carried === undefined ? {} : { mark: carried }) }
  context.save(planned)
  if (plan.bytes > context.maxBytes) return { record: planned, note: `${planned.source} is being copied.` }
  const note = plan.note === undefined ? {} : { note: plan.note }
  return { ...note, ...(await made(provider, planned, request, keeper)) }
}

async function made(
  provider: DatabaseProvider,
  planned: DatabaseRecord,
  request: DatabaseRequest,
  keeper: Keeper,
): Promise<Outcome> {
  const { message, ...record } = await provider.make(planned, request, keeper)
  const database = request.settings.mode === 'empty' ? { ...record, isEmpty: true } : record
  if (message === undefined) return { record: database }
  return { record: { ...database, message }, problem: { step: 'databases', message } }
}

function requestOf(role: string, settings: DatabaseSettings, nonce: string, context: Context): DatabaseRequest {
  const { repository, policy, owner, slug, states } = context
  const known = context.known(role)
  const named = { slug, nonce, states, ...(known ? { known } : {}) }
  return { ...accessTo(repository, policy.settings, role, settings, owner), ...named }
}

/** A caller in a hurry asks no server. */
function isLeft({ provider }: DatabaseSettings, { maxBytes }: Context): boolean {
  return Number.isFinite(maxBytes) && !isLocal(provider)
}

function leftOutcome(known: DatabaseRecord, { save }: Context): Outcome {
  if (known.state === 'ready') return { record: known }
  // what a crash left half-made keeps its state: the worker has to know
  const left: DatabaseRecord = known.state === 'failed' ? { ...known, state: 'planned' } : known
  save(left)
  return { record: left, note: `Database ${known.role} is being made.` }
}

async function clearAway(known: DatabaseRecord, { save, repository, owner }: Context): Promise<void> {
  save({ ...known, state: 'destroying' })
  // refused: what stands there is not ours, so there is nothing of ours to lose sight of
  await destroyDatabase(repository, owner, known)
}
