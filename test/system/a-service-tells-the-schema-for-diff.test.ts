/** `provider.schema` of the services: of the worktree's own, and of the main worktree's where no record is given. */
import { expect, it } from 'vitest'
import { neonAt } from '../../scripts/system/databases/services/neon/neon.ts'
import { planetscaleAt } from '../../scripts/system/databases/services/planetscale/planetscale.ts'
import { tursoAt } from '../../scripts/system/databases/services/turso/turso.ts'
import { type CloudStory, cloudStory, testPace } from '../support/cloud-story.ts'
import { hranaStandIn } from '../support/hrana-stand-in.ts'
import { NEON_KEY, neonStandIn } from '../support/neon-stand-in.ts'
import { PLANETSCALE_TOKEN, planetscaleStandIn } from '../support/planetscale-stand-in.ts'
import { createSource, describePostgres, psql, urlOf } from '../support/postgres.ts'
import { sql } from '../support/sqlite.ts'
import { TURSO_TOKEN, tursoStandIn } from '../support/turso-stand-in.ts'

const pace = testPace()

/** Two databases of the run's server with one table each: the source, and one that stands for its branch. */
async function twins() {
  const [source, fork] = [await createSource(), await createSource()]
  return { source, fork, urls: [await urlOf(source), await urlOf(fork)] as const }
}

/** Ours does not know it; the error says so without a secret. */
async function refusal({ request }: CloudStory, provider: ReturnType<typeof neonAt>) {
  const error = await provider.schema?.(null, request()).catch((reason: unknown) => reason)
  return error as Error & { hint?: string }
}

describePostgres('a Postgres of a service is asked itself', () => {
  it('Neon: the branch and the database that the main worktree names', async () => {
    const { fork, urls } = await twins()
    const server = await neonStandIn()
    server.settings.uri = () => urls[1]
    const neon = { project: 'p1', apiUrl: server.url, database: fork, user: 'postgres' }
    const told = cloudStory({ provider: 'neon', neon }, { NEON_API_KEY: NEON_KEY, DATABASE_URL: urls[0] })
    const provider = neonAt(pace)
    const record = await told.make(provider)
    const read = () => [provider.schema?.(null, told.request()), provider.schema?.(record, told.request())]
    const [before, same] = await Promise.all(read())
    expect(before).toContain('CREATE TABLE public.t (\n  n integer NOT NULL\n);')
    expect(same).toBe(before)
    await psql(fork, 'ALTER TABLE t ADD COLUMN added text')
    expect(await Promise.all(read())).toEqual([before, before?.replace('(\n', '(\n  added text,\n')])
  })

  it('PlanetScale for Postgres', async () => {
    const { fork, urls } = await twins()
    const server = await planetscaleStandIn()
    server.settings.postgres = () => urls[1]
    const planetscale = { organization: 'acme', database: 'shop', apiUrl: server.url, kind: 'postgres' }
    const login = { PLANETSCALE_SERVICE_TOKEN_ID: 'id', PLANETSCALE_SERVICE_TOKEN: PLANETSCALE_TOKEN }
    const told = cloudStory(
      { provider: 'planetscale', planetscale },
      // the run's server has no TLS, which PlanetScale's always has
      { ...login, DATABASE_URL: `${urls[0]}?sslmode=disable` },
    )
    const provider = planetscaleAt(pace)
    const record = await told.make(provider)
    await psql(fork, 'CREATE INDEX by_n ON t (n)')
    expect(await provider.schema?.(null, told.request())).not.toContain('by_n')
    expect(await provider.schema?.(record, told.request())).toContain('CREATE INDEX by_n ON public.t')
  })

  it('a server that is not there, and variables that name none, are said in plain words', async () => {
    const env = { NEON_API_KEY: NEON_KEY, DATABASE_URL: 'postgresql://owner:main-pw@127.0.0.1:1/app' }
    const away = await refusal(cloudStory({ provider: 'neon', neon: { project: 'p1' } }, env), neonAt(pace))
    expect(away.message).toContain('Postgres at 127.0.0.1:1 is not reachable (ECONNREFUSED)')
    const none = await refusal(cloudStory({ provider: 'neon', neon: { project: 'p1' } }, {}), neonAt(pace))
    expect(none.message).toBe('DATABASE_URL: no URL in an env file of the main worktree to compare with.')
    expect(none.hint).toContain('npx lanekeeper db diff')
  })
})

it('Vitess: PlanetScale tells each table, sorted by name', async () => {
  const server = await planetscaleStandIn()
  const [main] = server.branches
  if (!main) throw new Error('no branch')
  main.tables = {
    users: 'CREATE TABLE `users` (\n  `id` bigint\n)',
    carts: 'CREATE TABLE `carts` (\n  `id` bigint\n);',
  }
  const planetscale = { organization: 'acme', database: 'shop', apiUrl: server.url }
  const told = cloudStory(
    { provider: 'planetscale', planetscale },
    {
      PLANETSCALE_SERVICE_TOKEN_ID: 'id',
      PLANETSCALE_SERVICE_TOKEN: PLANETSCALE_TOKEN,
      DATABASE_URL: 'mysql://u:main-pw@eu.connect.psdb.cloud/shop',
    },
  )
  const provider = planetscaleAt(pace)
  const record = await told.make(provider)
  const before = await provider.schema?.(null, told.request())
  expect(before).toBe('CREATE TABLE `carts` (\n  `id` bigint\n);\n\nCREATE TABLE `users` (\n  `id` bigint\n);\n')
  expect(await provider.schema?.(record, told.request())).toBe(before)
  const fork = server.branches.at(-1)
  if (fork) fork.tables.items = 'CREATE TABLE `items` (`n` int)'
  expect(await provider.schema?.(record, told.request())).toContain('CREATE TABLE `items` (`n` int);')
  expect(await provider.schema?.(null, told.request())).toBe(before)
  server.fail(/schema$/, { status: 429 }, 1)
  expect(await provider.schema?.(null, told.request())).toBe(before)
  server.fail(/schema$/, { status: 404 })
  expect((await refusal(told, provider)).message).toContain('the token lacks read_branch')
})

it('Turso: as the SQLite file would tell it, by the token of each database', async () => {
  const server = await tursoStandIn()
  const planned = { organization: 'acme', apiUrl: server.url, database: 'shop' }
  const told = cloudStory(
    { provider: 'turso', turso: planned },
    { TURSO_API_TOKEN: TURSO_TOKEN, TURSO_DATABASE_URL: '', TURSO_AUTH_TOKEN: 'main-token' },
    ['TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'],
  )
  const [source, fork] = ['source.db', 'fork.db'].map((name) => told.project.path(name)) as [string, string]
  for (const file of [source, fork])
    sql(file, 'CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, at UNIQUE); CREATE INDEX by_at ON t (at);')
  const main = await hranaStandIn(source, 'main-token')
  told.project.write(
    `${told.project.root}/.env`,
    `TURSO_API_TOKEN=${TURSO_TOKEN}\nTURSO_DATABASE_URL=${main.url}\nTURSO_AUTH_TOKEN=main-token\n`,
  )
  const provider = tursoAt(pace)
  const record = await told.make(provider)
  const own = await hranaStandIn(fork, told.values().TURSO_AUTH_TOKEN ?? '')
  const values = { ...told.values(), TURSO_DATABASE_URL: own.url }
  told.keepValues(values)

  const before = await provider.schema?.(null, told.request())
  expect(before).toBe(
    'CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, at UNIQUE);\n\nCREATE INDEX by_at ON t (at);\n',
  )
  expect(await provider.schema?.(record, told.request())).toBe(before)
  sql(fork, 'CREATE VIEW v AS SELECT n FROM t')
  expect(await provider.schema?.(record, told.request())).toBe(`${before}\nCREATE VIEW v AS SELECT n FROM t;\n`)

  main.fail('POST', 'cut', 1)
  expect(await provider.schema?.(null, told.request())).toBe(before)
  const error = { type: 'error', error: { message: 'no such table: sqlite_master, says main-token' } }
  main.fail('POST', { status: 200, body: { results: [error] } }, 1)
  expect((await refusal(told, provider)).message).toBe(
    'Turso refused to read the schema (HTTP 200: no such table: sqlite_master, says ***).',
  )
  main.fail('POST', { status: 401, body: {} })
  expect((await refusal(told, provider)).message).toBe('Turso rejected the credentials (HTTP 401).')
})
