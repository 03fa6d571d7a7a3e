/**
 * Any other database, by commands of the user's own out of the base's lanekeeper.json: trusted, and run by `sh -c` exactly
 * as written. What they have to know is in their environment; nothing is ever put into the line itself.
 *
 * A create that did not end well is started over: destroy first, which is no failure where nothing is, then create.
 */
import { rmSync } from 'node:fs'
import { AGAIN, refusingToDrop } from '../../../policy/databases/cloud-errors.ts'
import { forkDatabaseName, urlOf, valuesFor, withoutSecrets } from '../../../policy/databases/command-values.ts'
import { parseServer } from '../../../policy/databases/server-values.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access, DatabaseProvider, DatabaseRequest, Destruction, Keeper, Plan } from '../provider.ts'
import { readValues } from '../values.ts'
import { failure, logOf, runCommand } from './run.ts'

export const command: DatabaseProvider = {
  plan: async (request) => plan(request),
  make,
  inspect,
  destroy: (record, access) => destroy(record, access),
}

function plan(request: DatabaseRequest): Plan {
  const { role, settings, nonce, slug, from, repository, found } = request
  const lines = settings.command
  if (!lines)
    throw new LanekeeperError('database', `databases.${role} has no commands.`, {
      hint: `Set databases.${role}.command to {"create": …, "url": …, "destroy": …} in lanekeeper.json. Then: ${AGAIN}`,
    })
  const url = found.map(({ value }) => parseServer(value)).find((server) => server?.database)
  const source = from?.details?.name ?? settings.source ?? url?.database ?? ''
  const name = forkDatabaseName(source, slug, nonce)
  const details = {
    name,
    source,
    mode: settings.mode,
    worktree: repository.root,
    // for the day on which the settings have none any more
    destroy: lines.destroy,
    ...(lines.list === undefined ? {} : { list: lines.list }),
  }
  const kept = { role, provider: 'command', nonce, resource: `command:${name}`, url: '', vars: settings.vars, details }
  return { kind: 'make', record: { ...kept, state: 'planned', source: `command:${source}` }, bytes: 0 }
}

async function make(planned: DatabaseRecord, request: DatabaseRequest, keeper: Keeper): Promise<DatabaseRecord> {
  const { settings, isSnapshot } = request
  const { mark, ...unmarked } = planned
  const isNew = !(await isMade(planned, request))
  if (isNew) await create(unmarked, request, keeper)
  const created: DatabaseRecord = { ...planned, state: 'created', mark: planned.nonce }
  keeper.save(created)
  if (isSnapshot) return { ...created, state: 'ready' }
  const line = settings.command?.url ?? ''
  const value = urlOf((await runCommand('url', line, planned, request)).stdout)
  if (value === null) throw failure('url', line, 'printed nothing', planned, request)
  keeper.keepValues(valuesFor(settings.vars, value))
  const message = isNew && isLost(planned, request) ? `${planned.resource} was gone. Made a new one.` : undefined
  const details = { ...created.details, values: 'kept' }
  return { ...created, state: 'ready', url: withoutSecrets(value), details, ...(message ? { message } : {}) }
}

/** The mark says that `create` ended well once; whatever the worktree wrote since is in there. */
async function isMade(planned: DatabaseRecord, request: DatabaseRequest): Promise<boolean> {
  const { known } = request
  if (!isOld(planned, request) || known?.mark === undefined || known.state === 'destroying') return false
  return stands(planned, request)
}

/** Without the mark, until it ended well: a crash here starts over. */
async function create(unmarked: DatabaseRecord, request: DatabaseRequest, { save }: Keeper): Promise<void> {
  save(unmarked)
  if (isOld(unmarked, request)) await runCommand('destroy', destroyLine(unmarked, request), unmarked, request)
  await runCommand('create', request.settings.command?.create ?? '', unmarked, request)
}

function isOld({ resource }: DatabaseRecord, { known }: DatabaseRequest): boolean {
  return known?.resource === resource
}

function isLost(planned: DatabaseRecord, request: DatabaseRequest): boolean {
  return isOld(planned, request) && request.known?.state === 'ready'
}

/** Without a list the ledger is believed; so it is where the list cannot be had. */
async function inspect(record: DatabaseRecord, access: Access): Promise<'ours' | 'missing'> {
  const { name, values } = record.details ?? {}
  if (record.state === 'created' || name === undefined) return 'missing'
  const { repository, owner } = access
  if (values !== undefined && Object.keys(readValues(repository, owner.id, record)).length === 0) return 'missing'
  try {
    return (await stands(record, access)) ? 'ours' : 'missing'
  } catch (error) {
    if (error instanceof LanekeeperError) return 'ours'
    throw error
  }
}

async function destroy(record: DatabaseRecord, access: Access): Promise<Destruction> {
  const { name } = record.details ?? {}
  if (name === undefined) return { result: 'already-gone' }
  if (!name.endsWith(`_${record.nonce}`)) return { result: 'refused', why: refusingToDrop(name, 'no mark') }
  const line = destroyLine(record, access)
  // whatever the list leaves out (a server that stands still) goes too: what is not there is no failure
  const wasThere = await stands(record, access)
  await runCommand('destroy', line, record, access)
  if (hasList(record, access) && (await stands(record, access)))
    return { result: 'refused', why: `"${line}" ended well, and ${name} is still in the list.` }
  rmSync(logOf(record, access.repository), { force: true })
  return { result: wasThere ? 'destroyed' : 'already-gone' }
}

/** The settings' own line, else the one that was there when the database was made. */
function destroyLine({ details }: DatabaseRecord, { settings }: Access): string {
  return settings.command?.destroy ?? details?.destroy ?? ''
}

function listLine({ details }: DatabaseRecord, { settings }: Access): string | undefined {
  return settings.command ? settings.command.list : details?.list
}

function hasList(record: DatabaseRecord, access: Access): boolean {
  return listLine(record, access) !== undefined
}

async function stands(record: DatabaseRecord, access: Access): Promise<boolean> {
  const line = listLine(record, access)
  if (line === undefined) return true
  const { stdout } = await runCommand('list', line, record, access)
  return stdout.split('\n').some((each) => each.trim() === record.details?.name)
}
