/**
 * Databases at a service, whatever it is called. Ownership is the nonce in the name, the mark where the service keeps
 * one, and the ledger, which has both before anything is made. A crash at any point leaves a name that the next set-up
 * finds and goes on with: it never asks for a second one (databases.md sections 4 and 7).
 */

import { AGAIN, foreign, gone, goneMessage, limitReached } from '../../../policy/databases/cloud-errors.ts'
import { cloudNameOf, isMarkedOurs, markOf } from '../../../policy/databases/cloud-marks.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access, DatabaseProvider, DatabaseRequest, Keeper, Plan } from '../provider.ts'
import type { CloudDoor, Kind, Standing } from './cloud-door.ts'
import { destroy, inspect, listOwned, oursOf, renew } from './cloud-upkeep.ts'
import { createOnce } from './create-once.ts'
import type { Pace } from './pace.ts'

const POLL_MS = 1000
const MAX_POLL_MS = 5000

/** The provider of a kind of service. */
export function cloudProvider(kind: Kind, pace: Pace): DatabaseProvider {
  return {
    plan: async (request) => plan(kind, request, pace),
    make: (planned, request, keeper) => make(kind, planned, request, keeper, pace),
    inspect: (record, access) => inspect(kind, record, access, pace),
    destroy: (record, access) => destroy(kind, record, access, pace),
    schema: (record, access) => kind.schema(record, access, pace),
    uphold: (record, access) => renew(kind, record, access, pace),
    ...(kind.hasMarks ? { listOwned: (access: Access) => listOwned(kind, access, pace) } : {}),
  }
}

/** Asks nobody but the settings. */
function plan(kind: Kind, request: DatabaseRequest, pace: Pace): Plan {
  const { role, settings, nonce, slug, from } = request
  const place = kind.place(request)
  kind.open(request, place, pace)
  const parent = from?.details?.name ?? kind.parent(request, place)
  const name = cloudNameOf(slug, nonce, kind.isFlat ? (parent ?? '') : '')
  const at = `${kind.id}:${kind.path(place)}`
  const record: DatabaseRecord = {
    role,
    provider: kind.id,
    state: 'planned',
    nonce,
    resource: `${at}/${name}`,
    source: `${at}/${parent ?? '(default branch)'}`,
    url: '',
    vars: settings.vars,
    details: { ...place, name, ...(parent === undefined ? {} : { parent }) },
  }
  return { kind: 'make', record, bytes: 0 }
}

async function make(
  kind: Kind,
  planned: DatabaseRecord,
  request: DatabaseRequest,
  { save, keepValues }: Keeper,
  pace: Pace,
): Promise<DatabaseRecord> {
  const door = kind.open(request, planned.details ?? {}, pace)
  const { standing, isNew } = await findOrMake(kind, door, planned, request, pace)
  const created: DatabaseRecord = {
    ...planned,
    state: 'created',
    mark: standing.id,
    details: detailsOf(planned, standing),
  }
  save(created)
  const ready = standing.isReady ? standing : await untilReady(kind, door, standing, pace)
  if (request.isSnapshot) return { ...created, state: 'ready' }
  const { values, url } = await door.connect(ready, planned.nonce, request.found, request.settings.vars)
  keepValues(values)
  const message = isNew ? messageFor(kind, planned, request) : undefined
  const details = { ...created.details, values: 'kept' }
  return { ...created, state: 'ready', url, details, ...(message === undefined ? {} : { message }) }
}

async function findOrMake(kind: Kind, door: CloudDoor, planned: DatabaseRecord, request: DatabaseRequest, pace: Pace) {
  const { name = '', parent } = planned.details ?? {}
  const { settings, from, isSnapshot = false, owner } = request
  const mark = markOf(owner, planned.nonce)
  let isNew = false
  const creation = {
    service: kind.service,
    name,
    ...(door.permission === undefined ? {} : { permission: door.permission }),
    find: async () => {
      const all = await door.list()
      const found = all.find((one) => one.name === name || one.mark?.nonce === planned.nonce)
      if (found && !isMarkedOurs(found, { name, nonce: planned.nonce }, owner)) throw foreign(name)
      if (!found && from && !all.some((one) => one.name === parent)) throw gone(kind.service, from.details?.expires)
      return found ?? null
    },
    post: () => {
      isNew = true
      return door.create({ name, mode: settings.mode, parent, mark, isSnapshot })
    },
    read: (body: unknown) => door.read(body),
    limit: async (said: string) => limitReached(kind.service, said, await oursOf(kind, door, request)),
  }
  return { standing: await createOnce(creation, pace), isNew }
}

function detailsOf({ details }: DatabaseRecord, { id, expires }: Standing): Record<string, string> {
  return { ...details, id, ...(expires === undefined ? {} : { expires }) }
}

/** A new one in the place of one that was in use and is gone: whatever was in there is lost, and that has to be said. */
function messageFor(kind: Kind, { resource }: DatabaseRecord, request: DatabaseRequest): string | undefined {
  const { known } = request
  const isLost = known?.state === 'ready' && known.resource === resource
  const lost = isLost ? [`${goneMessage(kind.service, known.details?.expires)} Made a new fork.`] : []
  const said = [...lost, kind.note?.(request) ?? []].flat()
  return said.length === 0 ? undefined : said.join(' ')
}

async function untilReady(kind: Kind, door: CloudDoor, standing: Standing, pace: Pace): Promise<Standing> {
  const deadline = pace.now() + pace.readyMs
  for (let delay = POLL_MS; ; delay = Math.min(delay * 1.5, MAX_POLL_MS)) {
    const now = await door.look(standing)
    if (now === null) throw gone(kind.service, standing.expires)
    if (now !== 'unknown' && now.isReady) return now
    if (pace.now() >= deadline)
      throw new LanekeeperError('database', `${kind.service} has not finished ${standing.name} yet.`, {
        hint: `Go on with it: ${AGAIN}`,
      })
    await pace.wait(delay)
  }
}
