/** Filling one new database: a copy of its source by the way that the source's users leave open. */
import { setTimeout as pause } from 'node:timers/promises'
import { cannotDump, ownIsBusy, sourceIsBusy } from '../../../policy/databases/postgres-errors.ts'
import type { Marker } from '../../../policy/databases/postgres-marker.ts'
import { templateNameOf } from '../../../policy/databases/postgres-names.ts'
import { onBusySource, type Purpose } from '../../../policy/databases/postgres-strategy.ts'
import type { Access } from '../provider.ts'
import type { Connection } from './client.ts'
import { type Created, createCopy, createEmpty } from './copy.ts'
import { dumperOn, dumpInto } from './dump.ts'
import { type ServerFacts, type SourceFacts, sessionsOn } from './facts.ts'
import { mark, standing } from './marker.ts'
import type { Located } from './server.ts'

const POLL_MS = 250
const TERMINATE_TRIES = 20

export interface Job {
  readonly connection: Connection
  readonly located: Located
  readonly access: Access
  readonly server: ServerFacts
  readonly source: SourceFacts
  readonly name: string
  /** What the new database is marked with at once where filling it takes more than one statement. */
  readonly marker: Marker
  readonly purpose: Purpose
}

export interface Filled {
  readonly created: Created
  readonly content: 'fork' | 'empty'
  /** Said aloud: the database is not what was asked for. */
  readonly message?: string
}

const FORKED: Filled = { created: 'created', content: 'fork' }

/** Makes the fork. Throws `database` (P5, P8) where the source is busy and the settings leave no way. */
export async function fork(job: Job): Promise<Filled> {
  const { count } = await sessionsOn(job.connection, job.source.name)
  const created = count === 0 ? await copyOf(job, job.source) : 'busy'
  return created === 'busy' ? forkBusy(job) : { ...FORKED, created }
}

function copyOf({ connection, name, located, server }: Job, template: { name: string; bytes: number }) {
  return createCopy(connection, { name, owner: located.owner }, template, server.version)
}

async function forkBusy(job: Job): Promise<Filled> {
  const { connection, access, source, located, server } = job
  const settings = access.settings.postgres
  const kept = templateNameOf(source.name, job.marker.clone)
  const template = await standing(connection, kept)
  const hasTemplate = template?.marker?.clone === job.marker.clone && template.marker.src === source.name
  const dumper = dumperOn(access.repository.env, access.repository.root)
  const serverMajor = Math.floor(server.version / 10_000)
  const decision = onBusySource({
    setting: settings?.onBusySource,
    bytes: source.bytes,
    dumper,
    serverMajor,
    hasTemplate,
    purpose: job.purpose,
    isOutOfReach: located.isRemote && settings?.allowRemote !== true,
  })
  if (decision === 'no-dumper') throw cannotDump(dumper.version, serverMajor)
  if (decision === 'dump') return dumped(job, serverMajor)
  if (decision === 'template') return { ...FORKED, created: await copyOf(job, { name: kept, bytes: source.bytes }) }
  if (decision === 'empty') return emptyInstead(job)
  if (decision === 'wait') return waited(job, settings?.waitSeconds ?? 60)
  if (decision === 'terminate') return terminated(job)
  throw await busy(job)
}

async function busy({ connection, source, access: { role }, purpose, server }: Job) {
  const { count, apps } = await sessionsOn(connection, source.name)
  if (purpose === 'own') return ownIsBusy(source.name, count, apps, Math.floor(server.version / 10_000))
  return sourceIsBusy(source.name, count, apps, { role, purpose })
}

/** The mark says that it is being filled until every row is there: a half-filled one is never taken for a fork. */
async function dumped(job: Job, serverMajor: number): Promise<Filled> {
  const { connection, name, located, source, access, server, marker } = job
  const created = await createEmpty(connection, { name, owner: located.owner }, source)
  if (created !== 'created') return { ...FORKED, created }
  await mark(connection, name, { ...marker, filling: true })
  await dumpInto({
    server: located.server,
    from: source.name,
    to: name,
    keepOwners: server.isSuperuser,
    serverMajor,
    env: access.repository.env,
    cwd: access.repository.root,
  })
  return FORKED
}

async function emptyInstead(job: Job): Promise<Filled> {
  const { connection, name, located, source, access } = job
  const { count, apps } = await sessionsOn(connection, source.name)
  const created = await createEmpty(connection, { name, owner: located.owner }, source)
  const [first = 'your migrations, in this worktree'] = access.settings.migrate
  const message = `"${source.name}" has ${count} open connection(s) (${apps.join(', ')}), so it was not copied; made an empty one. Now run: ${first}`
  return { created, content: 'empty', message }
}

async function waited(job: Job, seconds: number): Promise<Filled> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const { count } = await sessionsOn(job.connection, job.source.name)
    const created = count === 0 ? await copyOf(job, job.source) : 'busy'
    if (created !== 'busy') return { ...FORKED, created }
    if (Date.now() > deadline) throw await busy(job)
    await pause(POLL_MS)
  }
}

/** Asked for in so many words. A pool comes back within milliseconds, so it is a race, and we try again. */
async function terminated(job: Job): Promise<Filled> {
  for (let tries = 0; tries < TERMINATE_TRIES; tries++) {
    await job.connection.rows(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [job.source.name],
    )
    const { count } = await sessionsOn(job.connection, job.source.name)
    const created = count === 0 ? await copyOf(job, job.source) : 'busy'
    if (created !== 'busy') return { ...FORKED, created }
    await pause(POLL_MS / 10)
  }
  throw await busy(job)
}
