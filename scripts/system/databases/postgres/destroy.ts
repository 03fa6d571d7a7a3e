/** Dropping what is provably ours, and listing it. No session is ended for it, unless the settings say `terminate`. */
import { setTimeout as pause } from 'node:timers/promises'
import { mayNotDrop } from '../../../policy/databases/postgres-errors.ts'
import { type Marker, TEMPLATE_OWNER } from '../../../policy/databases/postgres-marker.ts'
import { isRemote, parsePostgresUrl, serverName } from '../../../policy/databases/postgres-url.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { SETTINGS_FILE } from '../../../policy/settings.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access, Destruction, Owned } from '../provider.ts'
import { type Connection, codeOf } from './client.ts'
import { sessionsOn } from './facts.ts'
import { claimOn, markedBy, markOf, type Standing, standing } from './marker.ts'
import type { Located } from './server.ts'
import { ownerOf } from './values.ts'

const POLL_MS = 50
/** Somebody who has just hung up is gone by then. Postgres' own DROP waits 5 s for clients, which no dev server ends in. */
const LEAVING_MS = 500
/** `client_connection_check_interval` is 0.5 s; servers that do not know it go on to the end. */
const CREATION_MS = 60_000

/** Drops a worktree's database, its shadow first: while the one with the name in the ledger stands, both are found. */
export async function destroyDatabase(
  connection: Connection,
  located: Located,
  record: DatabaseRecord,
  access: Access,
): Promise<Destruction> {
  const { database = '', shadow } = record.details ?? {}
  let result: Destruction = { result: 'already-gone' }
  for (const name of [shadow, database]) {
    if (name === undefined || name === '') continue
    if (record.mark !== markOf(record)) await creationIsOver(connection, name)
    const found = await standing(connection, name)
    if (!found) continue
    const why = whyNotDrop(found, located, record, access)
    if (why !== null) return { result: 'refused', why: mayNotDrop(name, why) }
    const refused = await dropped(connection, located, name, access)
    if (refused) return refused
    result = { result: 'destroyed' }
  }
  return result
}

/** A client that was killed in the middle of CREATE DATABASE is missed by its server only after a while. */
async function creationIsOver(connection: Connection, name: string): Promise<void> {
  const statement = `CREATE DATABASE ${connection.identifier(name)}`
  const deadline = Date.now() + CREATION_MS
  for (;;) {
    const running = await connection.rows(
      "SELECT FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND starts_with(query, $1)",
      [statement],
    )
    if (running.length === 0 || Date.now() > deadline) return
    await pause(POLL_MS)
  }
}

/** Null where every proof is there. */
function whyNotDrop(found: Standing, located: Located, record: DatabaseRecord, access: Access): string | null {
  const variable = variableNaming(found.name, located, access)
  if (variable !== null) return `it is the source of ${variable}`
  if (/^(postgres|template[01])$/.test(found.name) || found.isTemplate) return 'it is a template of the server'
  const claim = claimOn(found, ownerOf(access), record.nonce)
  if (claim === 'ours' || claim === 'filling') return null
  if (claim === 'foreign' && found.marker)
    return found.marker.clone === ownerOf(access).clone
      ? 'marker belongs to another worktree'
      : 'marker belongs to another clone'
  // a crash came before the mark: the name's nonce is known to nobody else, and the role that made it is ours
  const neverMarked = claim === 'unmarked' && record.mark !== markOf(record) && found.name.includes(record.nonce)
  return neverMarked && [located.server.user, located.owner].includes(found.owner) ? null : 'no mark'
}

/** A variable of the main worktree whose database this is; a fork of ours is in none of them. */
function variableNaming(name: string, { server, named, facts }: Located, { variables, found }: Access): string | null {
  const bare = found.find(({ value }) => value === name)
  if (bare) return bare.name
  const entry = Object.entries(variables).find(([, value]) => {
    const url = parsePostgresUrl(value ?? '')
    return url.kind === 'url' && url.database === name && serverName(url.hosts) === serverName(server.hosts)
  })
  return entry?.[0] ?? (name === named ? facts.variable : null)
}

async function dropped(
  connection: Connection,
  located: Located,
  name: string,
  access: Access,
): Promise<Destruction | null> {
  const settings = access.settings.postgres
  const mayTerminate = settings?.onBusySource === 'terminate' && (!located.isRemote || settings.allowRemote)
  if (!mayTerminate && !(await isUnused(connection, name))) return inUse(connection, name)
  try {
    await connection.rows(
      `DROP DATABASE IF EXISTS ${connection.identifier(name)}${mayTerminate ? ' WITH (FORCE)' : ''}`,
    )
    return null
  } catch (error) {
    if (codeOf(error) !== '55006') throw error
    return inUse(connection, name)
  }
}

/** Whether nobody is connected, after a moment for who is about to leave. */
async function isUnused(connection: Connection, name: string): Promise<boolean> {
  const deadline = Date.now() + LEAVING_MS
  for (;;) {
    const { count } = await sessionsOn(connection, name)
    if (count === 0 || Date.now() > deadline) return count === 0
    await pause(POLL_MS)
  }
}

async function inUse(connection: Connection, name: string): Promise<Destruction> {
  const { count, apps } = await sessionsOn(connection, name)
  const why = `it has ${count} open connection(s) (${apps.join(', ')}); stop what is connected, then: npx lanekeeper gc`
  return { result: 'refused', why: mayNotDrop(name, why) }
}

/**
 * This clone's databases, by their marks, kept templates too.
 * @throws `database` on another machine, unless the settings allow it
 */
export async function ownedDatabases(connection: Connection, located: Located, access: Access): Promise<Owned[]> {
  const { clone } = ownerOf(access)
  const marked = await markedBy(connection, clone)
  const names = new Set(marked.map(({ name }) => name))
  return marked
    .filter(({ marker: { of } }) => of === undefined || !names.has(of))
    .map(({ name, marker }) => {
      const shadow = marked.find(({ marker: { of } }) => of === name)?.name
      const template = marker.wt === TEMPLATE_OWNER ? { isTemplate: true } : {}
      return { owner: { id: marker.wt, clone }, ...template, record: recordOf(name, shadow, marker, located) }
    })
}

function recordOf(name: string, shadow: string | undefined, marker: Marker, located: Located): DatabaseRecord {
  const { role, nonce, src } = marker
  const server = serverName(located.server.hosts)
  return {
    role,
    provider: 'postgres',
    state: 'ready',
    nonce,
    resource: `${server}/${name}`,
    source: `${server}/${src}`,
    url: '',
    vars: [],
    mark: markOf({ nonce }),
    details: detailsOf(located, { database: name, source: src, ...(shadow === undefined ? {} : { shadow }) }),
  }
}

/** What finds a database again, without a secret. */
export function detailsOf(located: Located, more: Readonly<Record<string, string>>): Record<string, string> {
  const { hosts, user } = located.server
  return {
    host: hosts.map(({ host }) => host || 'localhost').join(','),
    port: hosts.map(({ port }) => port || '5432').join(','),
    user,
    adminDatabase: located.adminDatabase,
    ...more,
  }
}

/** Throws `database` where sweeping what the ledger does not know would reach beyond this machine. */
export function refuseRemoteSweep({ server, facts }: Located, { settings, role }: Access): void {
  if (!isRemote(server.hosts) || settings.postgres?.allowRemote) return
  throw new LanekeeperError('database', `Databases on ${facts.host} are not swept: it is not this machine.`, {
    hint: `Allow it: "allowRemote": true in databases.${role}.postgres of ${SETTINGS_FILE}`,
  })
}
