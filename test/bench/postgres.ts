/** What a fork of a Postgres database costs by our provider, mark and ledger and all, against a bare CREATE DATABASE. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import type { DatabaseSettings } from '../../scripts/policy/databases/database-settings.ts'
import { copyStrategy } from '../../scripts/policy/databases/postgres-strategy.ts'
import { accessTo } from '../../scripts/system/databases/access.ts'
import { postgres } from '../../scripts/system/databases/postgres/postgres.ts'
import type { DatabaseRequest } from '../../scripts/system/databases/provider.ts'
import { cloneId } from '../../scripts/system/identity.ts'
import { openPathStates } from '../../scripts/system/path-states.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { type Row, ratio } from './measure.ts'
import type { Place } from './place.ts'

const LIMIT = 1.3
const MEGABYTE = 1024 ** 2
const SIZES_MB = [20, 100] as const
/** Random text, so that nothing is compressed on its way; one row is about 10 kB, stored as it is. */
const ROW_BYTES = 10_240

/** Starts a server of its own, which ends with the place. */
export async function postgresRows(place: Place): Promise<Row[]> {
  const url = await startServer(place)
  const rows: Row[] = []
  for (const megabytes of SIZES_MB) rows.push(await forkRow(place, url, megabytes))
  return rows
}

async function startServer(place: Place): Promise<string> {
  const script = join(import.meta.dirname, '..', 'test', 'support', 'postgres-cluster.mjs')
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  place.atEnd(() => child.stdin.end())
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('no Postgres on this machine'))),
  ])
  return JSON.parse(String(line)).url
}

async function forkRow(place: Place, url: string, megabytes: number): Promise<Row> {
  const source = `source_${megabytes}`
  const admin = (...statements: readonly string[]) => inSession(url, statements)
  await admin(`CREATE DATABASE ${source}`)
  const at = url.replace(/\/postgres$/, `/${source}`)
  await inSession(at, [
    'CREATE TABLE t (id int PRIMARY KEY, b text STORAGE EXTERNAL)',
    `INSERT INTO t SELECT i, repeat(md5(random()::text), ${ROW_BYTES / 32}) FROM generate_series(1, ${(megabytes * MEGABYTE) / ROW_BYTES}) AS i`,
  ])
  const request = requestFor(place, at, source)
  const plain = `plain_${megabytes}`
  const [row] = await admin(`SELECT pg_database_size('${source}') AS bytes, current_setting('server_version_num') AS v`)
  const { clause, setting } = copyStrategy(Number(row?.v), Number(row?.bytes))
  let made = ''
  return {
    name: `fork of a Postgres database of ${megabytes} MB`,
    limit: LIMIT,
    unit: '× CREATE DATABASE',
    arms: {
      plain: {
        before: async () => void (await admin(`DROP DATABASE IF EXISTS ${plain}`, 'CHECKPOINT')),
        run: async () =>
          void (await admin(...(setting ? [setting] : []), `CREATE DATABASE ${plain} TEMPLATE ${source} ${clause}`)),
      },
      ours: {
        before: async () => void (await admin(...(made ? [`DROP DATABASE ${made}`] : []), 'CHECKPOINT')),
        run: async () => {
          const plan = await postgres.plan(request)
          if (plan.kind !== 'make') throw new Error(plan.note)
          const record = await postgres.make(plan.record, request, { save: () => {}, keepValues: () => {} })
          made = record.details?.database ?? ''
        },
      },
    },
    value: ratio,
  }
}

/** A project whose main worktree names the source, and a request as the provisioner makes it. */
function requestFor(place: Place, url: string, name: string): DatabaseRequest {
  const dev = { provider: 'postgres', vars: ['DATABASE_URL'] }
  const { ours } = place.twins(name, (root) => place.write(join(root, '.env.local'), `DATABASE_URL=${url}\n`), {
    databases: { dev },
  })
  const repository = openRepository(ours, place.env)
  const { settings } = readPolicy(repository)
  const access = accessTo(repository, settings, 'dev', settings.databases.dev as DatabaseSettings, {
    id: '0123456789abcdef',
    clone: cloneId(repository),
  })
  return { ...access, slug: 'bench', nonce: '0badcafe', states: openPathStates(repository, settings, []) }
}

async function inSession(url: string, statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}
