/**
 * Databases that no variable names: snapshots, and what is on its way in or out of a role. Each is in the ledger before
 * it is made and until it is gone; whatever a kill leaves there without a name, or not ready, the next set-up or `gc`
 * takes away.
 */
import type { DatabaseSettings } from '../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../policy/errors.ts'
import type { Policy } from '../../policy/policy.ts'
import { type AsideRecord, changeRecord, type DatabaseRecord, type WorktreeRecord } from '../ledger.ts'
import type { PathStates } from '../path-states.ts'
import { randomHex } from '../random.ts'
import type { Repository } from '../repository.ts'
import { accessTo } from './access.ts'
import { destroyDatabase } from './destroying.ts'
import type { DatabaseProvider, DatabaseRequest, Destruction, Keeper, Owner } from './provider.ts'
import { writeValues } from './values.ts'

/** What is done to one role of a worktree; the caller holds the worktree's lock. */
export interface RoleWork {
  readonly repository: Repository
  readonly policy: Policy
  readonly owner: Owner
  readonly slug: string
  readonly states: PathStates
  readonly role: string
  readonly settings: DatabaseSettings
  readonly provider: DatabaseProvider
}

/** A request of this work, by default under a nonce of its own. */
export function requestOf(
  work: RoleWork,
  more: Partial<Pick<DatabaseRequest, 'from' | 'isSnapshot' | 'nonce' | 'settings'>> = {},
): DatabaseRequest {
  const { repository, policy, owner, slug, states, role, settings } = work
  const access = accessTo(repository, policy.settings, role, more.settings ?? settings, owner)
  return { ...access, slug, states, nonce: randomHex(4), isWhole: true, ...more }
}

/**
 * Makes a database aside.
 * @param name of a snapshot; left out, it is left over from the first moment
 * @throws `database`, also where there is nothing to make a copy of
 */
export async function makeAside(work: RoleWork, request: DatabaseRequest, name?: string): Promise<AsideRecord> {
  const plan = await work.provider.plan(request)
  if (plan.kind === 'answer') throw nothingToCopy(plan.note, work.role)
  const createdAt = new Date().toISOString()
  const aside = (record: DatabaseRecord): AsideRecord => ({ ...record, ...(name ? { name } : {}), createdAt })
  putAside(work.repository, work.owner.id, aside(plan.record))
  const made = await work.provider.make(
    plan.record,
    request,
    keeperOf(work, plan.record, (record) => putAside(work.repository, work.owner.id, aside(record))),
  )
  putAside(work.repository, work.owner.id, aside(made))
  return aside(made)
}

/** Where a provider writes while it makes a database of this work. */
export function keeperOf(
  { repository, owner }: RoleWork,
  database: DatabaseRecord,
  save: (record: DatabaseRecord) => void,
): Keeper {
  return { save, keepValues: (values) => writeValues(repository, owner.id, database, values) }
}

export function nothingToCopy(note: string, role: string): LanekeeperError {
  return new LanekeeperError('database', note, { hint: `Start empty: npx lanekeeper db reset ${role} --empty` })
}

/** Writes an aside down, over what the ledger has under its nonce. */
export function putAside(repository: Repository, id: string, one: AsideRecord): void {
  changeRecord(repository, id, (record) => ({ ...record, aside: [...asideBut(record, one.nonce), one] }))
}

function asideBut({ aside = [] }: WorktreeRecord, nonce: string): AsideRecord[] {
  return aside.filter((other) => other.nonce !== nonce)
}

/** What an interrupted command left, or a person gave up. */
export function isLeftOver({ name, state }: AsideRecord): boolean {
  return name === undefined || state !== 'ready'
}

/** An aside that could not be taken away, and why. */
export interface Refused {
  readonly database: AsideRecord
  readonly why: string
}

type Destroy = (
  repository: Repository,
  owner: Owner,
  record: DatabaseRecord,
  options: { readonly worktree?: string },
) => Promise<Destruction>

/**
 * Takes asides away; the ledger says `destroying` before each and forgets it after. What its provider refuses, or cannot
 * reach, stays in the ledger with the reason.
 * @param which those that are to go; by default what is left over
 * @param worktree see `DestroyOptions`
 */
export async function sweepAside(
  repository: Repository,
  record: WorktreeRecord,
  which: (aside: AsideRecord) => boolean = isLeftOver,
  { worktree, destroy = destroyDatabase }: { readonly worktree?: string; readonly destroy?: Destroy } = {},
): Promise<{ readonly record: WorktreeRecord; readonly refused: readonly Refused[] }> {
  let current = record
  const refused: Refused[] = []
  for (const one of (record.aside ?? []).filter(which)) {
    const destroying: AsideRecord = { ...one, state: 'destroying' }
    if (one.state !== 'destroying') putAside(repository, record.id, destroying)
    const outcome = await outcomeOf(() => destroy(repository, record, one, worktree === undefined ? {} : { worktree }))
    if (outcome.result === 'refused') {
      refused.push({ database: one, why: outcome.why })
      current = changeRecord(repository, record.id, (now) => ({
        ...now,
        aside: [...asideBut(now, one.nonce), { ...destroying, message: outcome.why }],
      }))
    } else current = changeRecord(repository, record.id, (now) => ({ ...now, aside: asideBut(now, one.nonce) }))
  }
  return { record: current, refused }
}

/** A provider that cannot tell (a server that does not answer, a file it may not read) leaves the database where it is. */
export async function outcomeOf(destroy: () => Promise<Destruction>): Promise<Destruction> {
  try {
    return await destroy()
  } catch (error) {
    return { result: 'refused', why: error instanceof Error ? error.message : String(error) }
  }
}
