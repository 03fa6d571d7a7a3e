/**
 * Making a worktree's database, in steps that a kill -9 may end anywhere:
 *
 * CREATE → mark → settings and privileges → shadow → values → `created` in the ledger. The name holds a nonce that only
 * the ledger knows, so what stands there without a mark is ours from between CREATE and mark, and is adopted; what has a
 * mark of ours is gone on with, or started over where its filling was broken off; anything else is foreign and stays.
 */

import { isForeign, madeEmpty, nothingToCopy } from '../../../policy/databases/postgres-errors.ts'
import type { Marker } from '../../../policy/databases/postgres-marker.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { DatabaseRequest, Keeper } from '../provider.ts'
import { carryOver } from './carry-over.ts'
import type { Connection } from './client.ts'
import { createEmpty } from './copy.ts'
import { explaining } from './explain.ts'
import { hasContent, type ServerFacts, serverFacts, sourceFacts } from './facts.ts'
import { type Filled, fork } from './fork.ts'
import { claimOn, mark, markOf, type Standing, standing } from './marker.ts'
import type { Located } from './server.ts'
import { inDatabase } from './session.ts'
import { ownerOf, valuesFor } from './values.ts'

/** Tries at what somebody else creates or drops at the same moment. */
const TRIES = 3

export interface Making {
  readonly connection: Connection
  readonly located: Located
  readonly request: DatabaseRequest
  readonly server: ServerFacts
  readonly planned: DatabaseRecord
  readonly name: string
  readonly source: string
  /** `of` names the database whose shadow this one is. */
  readonly of?: string
}

interface Made {
  readonly content: 'fork' | 'empty'
  readonly message?: string
}

/** Makes what was planned. Throws `database`; nothing half-made is left then. */
export async function makeDatabase(
  connection: Connection,
  located: Located,
  planned: DatabaseRecord,
  request: DatabaseRequest,
  keeper: Keeper,
): Promise<DatabaseRecord> {
  const { database: name = '', source = '', shadow } = planned.details ?? {}
  const server = await serverFacts(connection)
  const making: Making = { connection, located, request, server, planned, name, source }
  const made = await explaining(making, () => ensure(making, keeper))
  const refused = made.content === 'fork' || made.message === undefined ? await carryOver(connection, source, name) : []
  if (shadow !== undefined) await ensureShadow({ ...making, name: shadow, of: name }, keeper)
  const { values, shown, hasSecret } = valuesFor(request.found, name)
  if (hasSecret) keeper.keepValues(values)
  const message = [made.message, ...(refused.length > 0 ? [notCarried(name, refused)] : [])].filter(Boolean).join('\n')
  const created: DatabaseRecord = {
    ...planned,
    state: 'created',
    mark: markOf(planned),
    vars: request.isSnapshot ? [] : Object.keys(values),
    urls: request.isSnapshot ? {} : shown,
    ...(made.content === 'empty' ? { isEmpty: true } : {}),
    ...(message === '' ? {} : { message }),
  }
  keeper.save(created)
  return { ...created, state: 'ready' }
}

function notCarried(name: string, statements: readonly string[]): string {
  return `Not carried over to "${name}", for want of rights; as a superuser: ${statements.join(' ')}`
}

async function ensureShadow(making: Making, keeper: Keeper): Promise<void> {
  const request: DatabaseRequest = { ...making.request, settings: { ...making.request.settings, mode: 'empty' } }
  await explaining(making, () => ensure({ ...making, request }, keeper))
}

/** The database under its name, marked, whatever was there before. */
async function ensure(making: Making, keeper: Keeper): Promise<Made> {
  const { connection, request, planned, name } = making
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await standing(connection, name)
    const claim = claimOn(found, ownerOf(request), planned.nonce)
    if (claim === 'foreign') throw isForeign(name)
    if (claim === 'ours') return contentOf(making)
    if (found && claim === 'unmarked') {
      if (await isAdopted(making, found)) return contentOf(making)
    } else if (claim === 'filling') await drop(connection, name)
    const filled = await create(making, keeper)
    if (filled.created === 'created') return filled
  }
  throw new LanekeeperError('database', `"${name}" is being made and dropped by somebody else.`, {
    hint: 'Once that is over: npx lanekeeper setup --wait',
  })
}

/** What was made before this run is what the plan asks for. */
function contentOf({ request, planned }: Making): Made {
  return { content: planned.isEmpty || request.settings.mode === 'empty' ? 'empty' : 'fork' }
}

/** A crash came between CREATE and mark. One that is empty and was to be a fork may be a dump that never began. */
async function isAdopted(making: Making, found: Standing): Promise<boolean> {
  const { connection, located, request, planned, name, of } = making
  const owners = [located.server.user, located.owner]
  if (!owners.includes(found.owner)) throw isForeign(name)
  const wasOurs = planned.mark === markOf(planned)
  const isWhole = wasOurs || of !== undefined || request.settings.mode === 'empty'
  if (isWhole || (await inDatabase(located, name, hasContent))) {
    await mark(connection, name, markerOf(making))
    return true
  }
  await drop(connection, name)
  return false
}

async function create(making: Making, keeper: Keeper): Promise<Filled> {
  const { connection, planned, name } = making
  // from here to the mark an unmarked database of this name is ours
  if (planned.mark !== undefined && making.of === undefined) keeper.save(withoutMark(planned))
  try {
    const filled = await fill(making)
    if (filled.created === 'created') await mark(connection, name, markerOf(making))
    return filled
  } catch (error) {
    await dropHalf(making)
    throw error
  }
}

function withoutMark({ mark: _, ...record }: DatabaseRecord): DatabaseRecord {
  return record
}

async function fill(making: Making): Promise<Filled> {
  const { connection, located, request, server, name, of } = making
  const source = await sourceFacts(connection, making.source)
  const purpose = request.from ? 'own' : request.isWhole ? 'reset' : 'worktree'
  const isFork = request.settings.mode === 'fork' || request.from !== undefined
  if (isFork && source !== null && of === undefined)
    return fork({ connection, located, access: request, server, source, name, marker: markerOf(making), purpose })
  const isMissing = isFork && source === null && of === undefined
  if (isMissing && request.isWhole) throw nothingToCopy(located.facts, making.source)
  const created = await createEmpty(connection, { name, owner: located.owner }, source)
  const message = isMissing ? { message: madeEmpty(located.facts, request.settings.migrate) } : {}
  return { created, content: 'empty', ...message }
}

function markerOf({ request, planned, source, of }: Making): Marker {
  const { id: wt, clone } = ownerOf(request)
  const at = new Date().toISOString()
  const shadow = of === undefined ? {} : { of }
  return { clone, wt, role: request.role, nonce: planned.nonce, src: source, at, ...shadow }
}

/** What this run began and could not finish; what is not provably that stays. */
async function dropHalf({ connection, name, request, planned }: Making): Promise<void> {
  try {
    const claim = claimOn(await standing(connection, name), ownerOf(request), planned.nonce)
    if (claim === 'filling' || claim === 'unmarked') await drop(connection, name)
  } catch {
    // the ledger has its name; the next run finds it
  }
}

async function drop(connection: Connection, name: string): Promise<void> {
  await connection.rows(`DROP DATABASE IF EXISTS ${connection.identifier(name)}`)
}
