/**
 * Postgres: a worktree gets a copy of the main worktree's database on the same server, under a name of its own.
 * Whose it is says a comment on it (databases.md section 2.4); what was planned says the ledger.
 */

import { mayNotCreate } from '../../../policy/databases/postgres-errors.ts'
import { databaseNameOf, shadowNameOf } from '../../../policy/databases/postgres-names.ts'
import { serverName } from '../../../policy/databases/postgres-url.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { SETTINGS_FILE } from '../../../policy/settings.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access, DatabaseProvider, DatabaseRequest, Inspection, Keeper, Plan } from '../provider.ts'
import { destroyDatabase, detailsOf, ownedDatabases, refuseRemoteSweep } from './destroy.ts'
import { serverFacts, sourceFacts } from './facts.ts'
import { makeDatabase } from './make.ts'
import { claimOn, mark, markOf, standing } from './marker.ts'
import { locateRecord } from './record-server.ts'
import { wordsOfRunners } from './runners.ts'
import { schemaOf } from './schema.ts'
import { type Located, locate } from './server.ts'
import { asAdmin, inDatabase } from './session.ts'
import { dropTemplate, refreshTemplate } from './template.ts'
import { ownerOf, valuesFor } from './values.ts'

export const postgres: DatabaseProvider = {
  plan,
  make: async (planned, request, keeper) => {
    const located = locatedSurely(request)
    return asAdmin(located, (connection) => makeDatabase(connection, located, planned, request, keeper))
  },
  inspect,
  uphold,
  destroy: async (record, access) => {
    if (nameOf(record) === '') return { result: 'already-gone' }
    const located = locateRecord(record, access)
    return asAdmin(located, (connection) => destroyDatabase(connection, located, record, access))
  },
  listOwned: async (access) => {
    const located = locate(access)
    if (!located) return []
    refuseRemoteSweep(located, access)
    return asAdmin(located, (connection) => ownedDatabases(connection, located, access))
  },
  keepTemplate: refreshTemplate,
  dropTemplate,
  schema: async (record, access) => {
    const located = record ? locateRecord(record, access) : locatedSurely(access)
    return inDatabase(located, record ? nameOf(record) : sourceName(located, access), schemaOf)
  },
  writtenByRunners: (record, access) => inDatabase(locateRecord(record, access), nameOf(record), wordsOfRunners),
}

async function plan(request: DatabaseRequest): Promise<Plan> {
  const located = locate(request)
  const names = request.settings.vars.join(', ')
  if (!located)
    return { kind: 'answer', record: null, note: `${names}: in no env file of the main worktree; nothing to fork.` }
  refuseProduction(located, request)
  const source = request.from ? nameOf(request.from) : sourceName(located, request)
  const { mayCreate, bytes } = await asAdmin(located, async (connection) => ({
    mayCreate: (await serverFacts(connection)).mayCreate,
    bytes: request.settings.mode === 'fork' ? ((await sourceFacts(connection, source))?.bytes ?? 0) : 0,
  }))
  if (!mayCreate) throw mayNotCreate(located.facts)
  const note = located.isRemote ? { note: `Made on ${located.facts.host}, which is not this machine.` } : {}
  return { kind: 'make', record: plannedRecord(request, located, source), bytes, ...note }
}

function plannedRecord(request: DatabaseRequest, located: Located, source: string): DatabaseRecord {
  const { role, nonce, slug, from, isSnapshot = false, found } = request
  const base = from?.details?.base ?? source
  const database = databaseNameOf({ base, slug, nonce, isSnapshot })
  const server = serverName(located.server.hosts)
  const { shown } = valuesFor(found, database)
  const shadow = located.hasShadow && !isSnapshot ? { shadow: shadowNameOf(database) } : {}
  return {
    role,
    provider: 'postgres',
    state: 'planned',
    nonce,
    resource: `${server}/${database}`,
    source: `${server}/${source}`,
    url: Object.values(shown)[0] ?? '',
    vars: isSnapshot ? [] : Object.keys(shown),
    urls: isSnapshot ? {} : shown,
    details: detailsOf(located, { database, source, base, ...shadow }),
  }
}

async function inspect(record: DatabaseRecord, access: Access): Promise<Inspection> {
  if (nameOf(record) === '') return 'missing'
  const found = await asAdmin(locateRecord(record, access), (connection) => standing(connection, nameOf(record)))
  const claim = claimOn(found, ownerOf(access), record.nonce)
  if (claim === 'unmarked') return 'replaced'
  // half filled is as good as not there: it is started over
  return claim === 'filling' ? 'missing' : claim
}

/**
 * `rails db:reset` and its like drop the database and make it anew, mark and all: it gets its mark back. And the
 * variables follow the env files of the main worktree, where a password may be another by now.
 */
async function uphold(record: DatabaseRecord, access: Access, keeper: Keeper): Promise<DatabaseRecord> {
  const { values, shown, hasSecret } = valuesFor(access.found, nameOf(record))
  if (hasSecret) keeper.keepValues(values)
  const { id: wt, clone } = ownerOf(access)
  const { role, nonce, details } = record
  const located = locateRecord(record, access)
  await asAdmin(located, async (connection) => {
    const found = await standing(connection, nameOf(record))
    if (claimOn(found, { id: wt, clone }, nonce) !== 'unmarked') return
    const at = new Date().toISOString()
    await mark(connection, nameOf(record), { clone, wt, role, nonce, src: details?.source ?? '', at })
  })
  const vars = Object.keys(shown)
  return vars.length === 0
    ? record
    : { ...record, mark: markOf(record), vars, urls: shown, url: shown[vars[0] ?? ''] ?? '' }
}

function refuseProduction({ facts }: Located, { variables, role }: Access): void {
  if (variables.NODE_ENV !== 'production') return
  throw new LanekeeperError('database', `NODE_ENV is "production": nothing is forked from ${facts.host}.`, {
    hint: `Unset NODE_ENV, or set databases.${role}.provider to "none" in ${SETTINGS_FILE}.`,
  })
}

/** `source` of the settings names another database on the same server. */
function sourceName({ named }: Located, { settings }: Access): string {
  return settings.source ?? named
}

function nameOf({ details }: DatabaseRecord): string {
  return details?.database ?? ''
}

function locatedSurely(access: Access): Located {
  const located = locate(access)
  if (located) return located
  throw new LanekeeperError('database', `${access.settings.vars.join(', ')}: in no env file of the main worktree.`, {
    hint: 'Set it there, then: npx lanekeeper setup --wait',
  })
}
