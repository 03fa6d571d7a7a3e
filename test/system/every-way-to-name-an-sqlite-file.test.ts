/** Every form of databases.md section 1.6: which file it names, where the fork goes, and what the variable says then. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { linkedWorktree } from '../support/provisioned.ts'
import { createRepository, PROJECT_ROOT } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'

interface Told {
  readonly url: string
  /** Paths of databases in the main worktree, each with its own path as content. */
  readonly at?: readonly string[]
  readonly variable?: string
  readonly env?: string
  readonly files?: Readonly<Record<string, string>>
  readonly database?: object
}

async function provided({ url, at = [], variable = 'DATABASE_URL', env = '.env', files = {}, database = {} }: Told) {
  const project = createRepository({
    '.gitignore': '.env\n*.db*\n*.sqlite*\n',
    'lanekeeper.json': JSON.stringify({
      env: [{ file: env.replace(/\.env$/, '.env.local') }],
      databases: { dev: { vars: [variable], ...database } },
    }),
    ...files,
  })
  const place = (text: string, root: string) => text.replaceAll('{root}', root).replaceAll('{out}', project.path('out'))
  for (const path of at) {
    const file = join(project.root, path)
    mkdirSync(dirname(file), { recursive: true })
    sql(file, `CREATE TABLE t (name); INSERT INTO t VALUES ('${path}')`)
  }
  project.write(join(project.root, env), `${variable}="${place(url, project.root)}"\n`)
  const { repository, policy, record, path: root } = linkedWorktree(project)
  const { databases, step } = await provisionDatabases(repository, policy, record(), () => {})
  return { project, root, database: databases[0], step, place }
}

const PRISMA = { 'prisma/schema.prisma': '' }

describe('a relative path: the fork is at the same path in the worktree, and the variable stays', () => {
  it.each<[string, Told, string]>([
    ['Prisma up to 6, beside the schema', { url: 'file:./dev.db', files: PRISMA }, 'prisma/dev.db'],
    [
      'Prisma up to 6, schema in package.json',
      {
        url: 'file:./dev.db',
        files: { 'package.json': '{"prisma":{"schema":"db/schema.prisma"}}', 'db/schema.prisma': '' },
      },
      'db/dev.db',
    ],
    [
      'Prisma up to 6, schema in several files',
      { url: 'file:./dev.db', files: { 'prisma/schema/a.prisma': '' } },
      'prisma/schema/dev.db',
    ],
    ['Prisma 7, beside the config', { url: 'file:./dev.db', files: { ...PRISMA, 'prisma.config.ts': '' } }, 'dev.db'],
    ['Prisma 7, config in .config', { url: 'file:./dev.db', files: { '.config/prisma.ts': '' } }, '.config/dev.db'],
    [
      'Prisma 6 with a config that names the schema',
      {
        url: 'file:./dev.db',
        files: { 'prisma.config.ts': "export default { schema: 'db/schema.prisma' }", 'db/schema.prisma': '' },
      },
      'db/dev.db',
    ],
    [
      'Prisma in a package of a monorepo',
      { url: 'file:./dev.db', env: 'apps/web/.env', files: { 'apps/web/prisma/schema.prisma': '' } },
      'apps/web/prisma/dev.db',
    ],
    ['Drizzle with libsql', { url: 'file:local.db', variable: 'DB_FILE_NAME' }, 'local.db'],
    ['Drizzle with better-sqlite3', { url: 'local.db', variable: 'DB_FILE_NAME' }, 'local.db'],
    ['Knex', { url: './data/x.sqlite' }, 'data/x.sqlite'],
    ['a package of its own', { url: './data/x.sqlite', env: 'apps/api/.env' }, 'apps/api/data/x.sqlite'],
    ['Rails', { url: 'sqlite3:storage/development.sqlite3' }, 'storage/development.sqlite3'],
    ['SQLAlchemy, three slashes', { url: 'sqlite:///rel.db', variable: 'SQLALCHEMY_DATABASE_URI' }, 'rel.db'],
    ['SQLAlchemy with a driver', { url: 'sqlite+aiosqlite:///rel.db?timeout=5' }, 'rel.db'],
    ['JDBC', { url: 'jdbc:sqlite:rel.db' }, 'rel.db'],
    ['sqlx', { url: 'sqlite://rel.db?mode=rwc' }, 'rel.db'],
  ])('%s', async (_, told, at) => {
    const { root, database, step } = await provided({ ...told, at: [at] })
    expect(step).toEqual({ state: 'done' })
    expect(database).toMatchObject({ state: 'ready', url: told.url, resource: join(root, at) })
    expect(rows(join(root, at), 'SELECT name FROM t')).toEqual([at])
  })
})

describe('an absolute path inside the main worktree is re-rooted, prefix and query kept', () => {
  it.each([
    ['Laravel', '{root}/database/x.sqlite', 'DB_DATABASE'],
    ['Prisma', 'file:{root}/database/x.sqlite?connection_limit=1', 'DATABASE_URL'],
    ['a file URL', 'file://{root}/database/x.sqlite', 'DATABASE_URL'],
    ['SQLAlchemy, four slashes', 'sqlite:///{root}/database/x.sqlite', 'DATABASE_URL'],
    ['sqlx, three slashes', 'sqlite://{root}/database/x.sqlite', 'DATABASE_URL'],
    ['Rails', 'sqlite3:{root}/database/x.sqlite', 'DATABASE_URL'],
  ])('%s', async (_, url, variable) => {
    const { root, database, place } = await provided({ url, variable, at: ['database/x.sqlite'] })
    expect(database).toMatchObject({ state: 'ready', url: place(url, root), resource: join(root, 'database/x.sqlite') })
    expect(rows(join(root, 'database/x.sqlite'), 'SELECT name FROM t')).toEqual(['database/x.sqlite'])
  })
})

it.each([
  ['file:{out}/x.db?a=1', /^file:(.+\/out\/x\.search-[0-9a-f]{8}\.db)\?a=1$/],
  ['sqlite:///{out}/x.db', /^sqlite:\/\/\/(\/.+\/out\/x\.search-[0-9a-f]{8}\.db)$/],
  ['{out}/x.db', /^(\/.+\/out\/x\.search-[0-9a-f]{8}\.db)$/],
])('outside it is a file of its own beside the source: %s', async (url, expected) => {
  const { database } = await provided({ url, at: ['../out/x.db'] })
  expect(database?.url).toMatch(expected)
  expect(database?.resource).toBe(expected.exec(database?.url ?? '')?.[1])
  expect(rows(database?.resource ?? '', 'SELECT name FROM t')).toEqual(['../out/x.db'])
})

it.each([
  ':memory:',
  'file::memory:?cache=shared',
  'file:x?mode=memory&cache=shared',
  'sqlite://',
  'sqlite:///:memory:',
  'sqlite::memory:',
  'sqlite3::memory:',
  'jdbc:sqlite::memory:',
])('%s is in memory: nothing to provide', async (url) => {
  const { database, step, root } = await provided({ url })
  expect(database).toBeUndefined()
  expect(step).toEqual({ state: 'done', message: 'DATABASE_URL: in memory.' })
  expect(readdirSync(root).filter((name) => /memory|\.db/.test(name))).toEqual([])
})

it('S3: two hits are a person’s to decide, and the setting decides', async () => {
  const told = { url: 'file:./dev.db', files: PRISMA, at: ['prisma/dev.db', 'dev.db'] }
  const { step } = await provided(told)
  expect(step).toMatchObject({
    state: 'failed',
    message:
      'DATABASE_URL=file:./dev.db could mean prisma/dev.db or dev.db. Set databases.dev.source in lanekeeper.json.',
  })
  const { database } = await provided({ ...told, database: { source: 'dev.db' } })
  expect(database).toMatchObject({ state: 'ready', source: expect.stringMatching(/\/project\/dev\.db$/) })
})

it('`path` in the settings says where the fork goes', async () => {
  const { root, database } = await provided({ url: 'file:./dev.db', at: ['dev.db'], database: { path: 'own/here.db' } })
  expect(database).toMatchObject({ resource: join(root, 'own/here.db'), url: `file:${join(root, 'own/here.db')}` })
  expect(rows(join(root, 'own/here.db'), 'SELECT name FROM t')).toEqual(['dev.db'])
})

it('S5: a source that stays locked is said, with the way on', async () => {
  const project = createRepository({
    '.gitignore': '.env\n*.db*\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
  })
  const source = join(project.root, 'dev.db')
  sql(source, 'CREATE TABLE t (n)')
  project.write(join(project.root, '.env'), 'DATABASE_URL=file:./dev.db\n')
  // in another process: a lock of this one would end when we look into the file
  const holding = `const db = new (require(process.argv[1]))(process.argv[2]); db.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1e6)`
  const holder = spawn(process.execPath, ['-e', holding, join(PROJECT_ROOT, 'node_modules/libsql'), source])
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const { repository, policy, record, path } = linkedWorktree(project)
  const { step } = await provisionDatabases(repository, policy, record(), () => {})
  expect(step).toEqual({
    state: 'failed',
    message: `${source} is locked by another process. Stop the writer or retry: npx lanekeeper setup`,
  })
  expect(readdirSync(path).filter((name) => name.startsWith('dev.db'))).toEqual([])
})

it('S6: a copy that fails its check is not installed', async () => {
  const { project, root } = await provided({ url: 'file:./dev.db' })
  const source = join(project.root, 'dev.db')
  sql(source, 'PRAGMA writable_schema=ON; CREATE TABLE t (n INTEGER NOT NULL); INSERT INTO t VALUES (1)')
  // a row that its table does not allow: VACUUM copies it, integrity_check finds it
  sql(
    source,
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE TABLE t (n INTEGER NOT NULL, m NOT NULL)' WHERE name = 't'",
  )
  const { repository, policy, record } = { ...linkedWorktree(project, { at: 'other' }) }
  const { step } = await provisionDatabases(repository, policy, record(), () => {})
  expect(step.message).toBe(
    `The copy of ${source} failed integrity_check (NULL value in t.m). The source itself may be damaged; nothing was installed.`,
  )
  expect(readdirSync(root).filter((name) => name.startsWith('dev.db'))).toEqual([])
  expect(readdirSync(project.path('other')).filter((name) => name.startsWith('dev.db'))).toEqual([])
})
