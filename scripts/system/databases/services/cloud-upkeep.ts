/** What stands at a service: looked at, renewed, listed, and taken away where it is proved ours. */
import { refusingToDrop } from '../../../policy/databases/cloud-errors.ts'
import { isMarkedOurs } from '../../../policy/databases/cloud-marks.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { type DatabaseRecord, readLedger } from '../../ledger.ts'
import type { Access, Destruction, Owned } from '../provider.ts'
import { readValues } from '../values.ts'
import type { CloudDoor, Kind } from './cloud-door.ts'
import type { Pace } from './pace.ts'

/** A service that cannot be asked is no reason to disable what worked a minute ago. */
export async function inspect(kind: Kind, record: DatabaseRecord, access: Access, pace: Pace) {
  const { id, name, values } = record.details ?? {}
  if (record.state === 'created' || id === undefined || name === undefined) return 'missing'
  const isLost =
    values !== undefined && Object.keys(readValues(access.repository, access.owner.id, record)).length === 0
  if (isLost) return 'missing'
  const found = await ifPossible(() => kind.open(access, record.details ?? {}, pace).look({ id, name }))
  if (found === undefined || found === 'unknown') return 'ours'
  if (found === null) return 'missing'
  return isMarkedOurs(found, { name, nonce: record.nonce }, access.owner) ? 'ours' : 'replaced'
}

/** undefined where the service, or our way to it, fails. */
async function ifPossible<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LanekeeperError) return undefined
    throw error
  }
}

export async function renew(kind: Kind, record: DatabaseRecord, access: Access, pace: Pace): Promise<DatabaseRecord> {
  const { id, name, expires: before } = record.details ?? {}
  const door = await ifPossible(() => kind.open(access, record.details ?? {}, pace))
  if (id === undefined || name === undefined || !door?.renew) return record
  const expires = await door.renew({ id, name, isReady: true, isProtected: false, expires: before })
  return expires === undefined || expires === before ? record : { ...record, details: { ...record.details, expires } }
}

/** By the ledger and the mark, and never what others depend on. */
export async function destroy(kind: Kind, record: DatabaseRecord, access: Access, pace: Pace): Promise<Destruction> {
  const { id, name, parent } = record.details ?? {}
  if (name === undefined) return { result: 'already-gone' }
  const door = kind.open(access, record.details ?? {}, pace)
  const all = await door.list()
  const found = all.find((one) => one.id === id) ?? all.find((one) => one.name === name)
  if (!found) return { result: 'already-gone' }
  const refuse = (why: string): Destruction => ({ result: 'refused', why: refusingToDrop(found.name, why) })
  if (found.isProtected || found.name === parent) return refuse(`it is the source of ${record.vars.join(', ')}`)
  if (!isMarkedOurs(found, { name, nonce: record.nonce }, access.owner))
    return refuse(found.mark ? 'marker belongs to another clone' : 'no mark')
  return { result: (await door.remove(found)) ? 'destroyed' : 'already-gone' }
}

export async function listOwned(kind: Kind, access: Access, pace: Pace): Promise<Owned[]> {
  const place = kind.place(access)
  const all = await kind.open(access, place, pace).list()
  return all.flatMap(({ id, name, mark }) => {
    if (!mark || mark.clone !== access.owner.clone) return []
    const resource = `${kind.id}:${kind.path(place)}/${name}`
    const known = { role: access.role, provider: kind.id, state: 'ready', source: '', url: '', vars: [] } as const
    const record: DatabaseRecord = { ...known, nonce: mark.nonce, resource, mark: id, details: { ...place, id, name } }
    return [{ owner: { id: mark.wt, clone: mark.clone }, record }]
  })
}

/** Names of what this clone has there, for the one who has to choose what goes. */
export async function oursOf(kind: Kind, door: CloudDoor, { repository, owner }: Access): Promise<string[]> {
  const records = readLedger(repository)
  const known = records.flatMap(({ databases }) =>
    databases.filter(({ provider, details }) => provider === kind.id && details?.id),
  )
  const inLedger = known.map(({ details }) => details?.name ?? '')
  const marked = (await door.list()).filter(({ mark }) => mark?.clone === owner.clone).map(({ name }) => name)
  return [...inLedger, ...marked.filter((name) => !inLedger.includes(name)).map((name) => `${name} (orphaned)`)]
}
