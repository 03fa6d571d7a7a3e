/**
 * Another content for a worktree's database: the source's once more, none, or a snapshot's. A file keeps its name and is
 * filled again under its connections; elsewhere a new database is made first, takes the role in one write of the ledger,
 * and only then the old one goes. Killed at any point, the worktree has the old database or the new one, whole.
 */
import { LanekeeperError } from '../../policy/errors.ts'
import { type AsideRecord, changeRecord, type DatabaseRecord } from '../ledger.ts'
import { keeperOf, makeAside, nothingToCopy, putAside, type RoleWork, requestOf } from './aside.ts'
import type { DatabaseRequest } from './provider.ts'

export type Content =
  | { readonly kind: 'source' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'snapshot'; readonly snapshot: AsideRecord }

/**
 * Gives the role's database another content. What has to go afterwards (the old database, a copy that was only on its
 * way) is in the ledger as left over: `sweepAside`, once nothing names it any more.
 * @param current as the ledger has it, ready
 * @throws `database`; the old database is there then, as it was
 */
export async function replaceDatabase(work: RoleWork, current: DatabaseRecord, content: Content): Promise<void> {
  const stands = await work.provider.inspect(current, requestOf(work))
  if (work.provider.refill === undefined) return changePlaces(work, current, content)
  if (stands === 'missing') return makeInPlace(work, current, content)
  await fillAgain(work, current, content)
}

async function fillAgain(work: RoleWork, current: DatabaseRecord, content: Content): Promise<void> {
  const { repository, owner, provider } = work
  const request = requestOf(work, { nonce: current.nonce, settings: settingsFor(work, content) })
  const from = await contentOf(work, content)
  await provider.refill?.(current, from, request)
  const { message, isEmpty, ...rest } = current
  changeRecord(repository, owner.id, (record) => ({
    ...record,
    databases: record.databases.map((one) =>
      one.role === work.role ? { ...rest, ...(content.kind === 'empty' ? { isEmpty: true } : {}) } : one,
    ),
  }))
}

/** A copy of the source of its own: whoever writes there cannot disturb the filling. */
async function contentOf(work: RoleWork, content: Content): Promise<DatabaseRecord | null> {
  if (content.kind === 'empty') return null
  if (content.kind === 'snapshot') return content.snapshot
  return makeAside(work, requestOf(work, { isSnapshot: true }))
}

/** What somebody deleted is made again under its name. Empty, it is made by whoever opens it. */
async function makeInPlace(work: RoleWork, current: DatabaseRecord, content: Content): Promise<void> {
  const request = requestFor(work, content, current.nonce)
  const plan = await work.provider.plan(request)
  if (plan.kind === 'answer' && (content.kind !== 'empty' || plan.record === null))
    throw nothingToCopy(plan.note, work.role)
  const save = (made: DatabaseRecord) =>
    void changeRecord(work.repository, work.owner.id, (record) => ({
      ...record,
      databases: record.databases.map((one) => (one.role === work.role ? made : one)),
    }))
  if (plan.kind === 'answer') return save(plan.record as DatabaseRecord)
  save(plan.record)
  save(await work.provider.make(plan.record, request, keeperOf(work, plan.record, save)))
}

/** The new one first, then the swap in one write, which brings its values along; the old one is left over then. */
async function changePlaces(work: RoleWork, current: DatabaseRecord, content: Content): Promise<void> {
  const { repository, owner, provider, role } = work
  const request = requestFor(work, content)
  const plan = await provider.plan(request)
  if (plan.kind === 'answer') throw nothingToCopy(plan.note, role)
  const createdAt = new Date().toISOString()
  const save = (record: DatabaseRecord) => putAside(repository, owner.id, { ...record, createdAt })
  save(plan.record)
  const made = await provider.make(plan.record, request, keeperOf(work, plan.record, save))
  if (made.nonce === current.nonce)
    throw new LanekeeperError('database', `${made.resource} was not made anew.`, { hint: 'npx lanekeeper setup' })
  const fresh = content.kind === 'empty' ? { ...made, isEmpty: true } : made
  const outgoing: AsideRecord = { ...current, state: 'destroying', createdAt }
  changeRecord(repository, owner.id, (record) => ({
    ...record,
    databases: record.databases.map((one) => (one.role === role ? fresh : one)),
    aside: [...(record.aside ?? []).filter(({ nonce }) => nonce !== made.nonce), outgoing],
  }))
}

function requestFor(work: RoleWork, content: Content, nonce?: string): DatabaseRequest {
  const from = content.kind === 'snapshot' ? { from: content.snapshot } : {}
  return requestOf(work, { ...from, ...(nonce ? { nonce } : {}), settings: settingsFor(work, content) })
}

/** A fork was asked for, or an empty one, whatever the settings make of a new worktree. */
function settingsFor({ settings }: RoleWork, { kind }: Content): RoleWork['settings'] {
  if (kind === 'source') return settings
  return { ...settings, mode: kind === 'empty' ? 'empty' : 'fork' }
}
