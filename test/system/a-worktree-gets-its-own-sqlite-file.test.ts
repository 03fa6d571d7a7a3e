import { linkSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import { allEngines } from '../../scripts/system/databases/sqlite/engine.ts'
import type { DatabaseRecord } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { linkedWorktree } from '../support/provisioned.ts'
import { CLI, createRepository, PROJECT_ROOT } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'

/** A project whose main worktree has a database with three rows, and a linked worktree. */
function story({
  url = 'file:./dev.db',
  at = 'dev.db',
  database = {},
  files = {},
}: {
  url?: string
  at?: string | null
  database?: object
  files?: Record<string, string>
} = {}) {
  const project = createRepository({
    '.gitignore': '.env\n*.db*\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars: ['DATABASE_URL'], ...database } } }),
    ...files,
  })
  const source = project.path(project.root, at ?? 'dev.db')
  project.write(`${project.root}/.env`, `DATABASE_URL="${url.replaceAll('{root}', project.root)}"\n`)
  if (at !== null) {
    mkdirSync(dirname(source), { recursive: true })
    sql(source, 'PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3)')
  }
  const worktree = linkedWorktree(project)
  const saved: DatabaseRecord[][] = []
  const provide = (known: readonly DatabaseRecord[] = [], limit = {}) =>
    provisionDatabases(
      worktree.repository,
      worktree.policy,
      worktree.record(known),
      (list) => saved.push([...list]),
      limit,
    )
  const destroy = (database: DatabaseRecord) => destroyDatabase(worktree.repository, worktree.record(), database)
  return { project, worktree, source, saved, provide, destroy, root: worktree.path }
}

const count = (file: string) => rows(file, 'SELECT count(*) FROM t')[0]

describe('a fork of the main worktree’s database', () => {
  it('lies at the same relative path, in WAL mode as its source, and the variable stays as it is', async () => {
    const { root, provide, saved, source } = story()
    const { databases, step, problems } = await provide()
    expect(problems).toEqual([])
    expect(step).toEqual({ state: 'done' })
    expect(databases).toMatchObject([{ state: 'ready', url: 'file:./dev.db', resource: `${root}/dev.db`, source }])
    expect(count(`${root}/dev.db`)).toBe('3')
    expect(rows(`${root}/dev.db`, 'PRAGMA journal_mode')).toEqual(['wal'])
    expect(saved.map(([database]) => database?.state)).toEqual(['planned', 'created'])
    expect(readdirSync(root).filter((name) => name.includes('tmp'))).toEqual([])
  })

  it('shares nothing with its source afterwards', async () => {
    const { root, provide, source } = story()
    await provide()
    sql(`${root}/dev.db`, 'DELETE FROM t')
    sql(source, 'INSERT INTO t VALUES (4)')
    expect(count(source)).toBe('4')
    expect(count(`${root}/dev.db`)).toBe('0')
  })

  it.each([
    ['file:{root}/dev.db?connection_limit=1', 'dev.db', 'file:{wt}/dev.db?connection_limit=1'],
    ['sqlite:///{root}/data/dev.db', 'data/dev.db', 'sqlite:///{wt}/data/dev.db'],
    ['{root}/data/dev.db', 'data/dev.db', '{wt}/data/dev.db'],
    ['./data/dev.db', 'data/dev.db', './data/dev.db'],
    ['sqlite:///dev.db', 'dev.db', 'sqlite:///dev.db'],
    ['sqlite3:storage/dev.db', 'storage/dev.db', 'sqlite3:storage/dev.db'],
  ])('%s becomes a fork at the same place', async (url, at, expected) => {
    const { root, provide } = story({ url, at })
    const { databases } = await provide()
    expect(databases).toMatchObject([{ state: 'ready', url: expected.replace('{wt}', root) }])
    expect(count(`${root}/${at}`)).toBe('3')
  })

  it('reads sqlx’s three slashes as the absolute path they are', async () => {
    const { root, provide } = story({ url: 'sqlite://{root}/dev.db' })
    expect((await provide()).databases).toMatchObject([{ state: 'ready', url: `sqlite://${root}/dev.db` }])
  })

  it('is found where Prisma looks: beside the schema', async () => {
    const { root, provide } = story({ at: 'prisma/dev.db', files: { 'prisma/schema.prisma': '' } })
    expect((await provide()).databases).toMatchObject([{ state: 'ready', url: 'file:./dev.db' }])
    expect(count(`${root}/prisma/dev.db`)).toBe('3')
  })

  it('lies beside a source outside the repository, under a name of its own', async () => {
    const { project, provide, destroy, root } = story({ url: 'file:../shared/dev.db', at: '../shared/dev.db' })
    const { databases } = await provide()
    const [database] = databases
    expect(database?.resource).toMatch(/\/shared\/dev\.search-[0-9a-f]{8}\.db$/)
    expect(database?.url).toBe(`file:${database?.resource}`)
    expect(count(database?.resource ?? '')).toBe('3')
    expect(database && (await destroy(database))).toEqual({
      result: 'destroyed',
    })
    expect(readdirSync(project.path('shared')).filter((name) => name.includes('search'))).toEqual([])
    expect(root).toBeTruthy()
  })

  it('comes with mode, and a second run does nothing', async () => {
    const { root, provide, saved } = story()
    const first = await provide()
    const before = statSync(`${root}/dev.db`)
    saved.length = 0
    const second = await provide(first.databases)
    expect(second.databases).toEqual(first.databases)
    expect(saved).toEqual([])
    expect(statSync(`${root}/dev.db`).mtimeMs).toBe(before.mtimeMs)
  })
})

it('a worktree that was moved keeps its database, and its URL names the new place', async () => {
  const { project, worktree, provide, root } = story({ url: '{root}/dev.db' })
  const first = await provide()
  sql(`${root}/dev.db`, 'INSERT INTO t VALUES (4)')
  const moved = project.path('moved')
  project.git(['worktree', 'move', root, moved])
  const repository = openRepository(moved, project.env)
  const record = { ...worktree.record(first.databases), path: moved }
  const again = await provisionDatabases(repository, worktree.policy, record, () => {})
  expect(again.problems).toEqual([])
  expect(again.databases).toMatchObject([{ state: 'ready', url: `${moved}/dev.db`, mark: first.databases[0]?.mark }])
  expect(count(`${moved}/dev.db`)).toBe('4')
})

describe('an answer, not a failure', () => {
  it('a missing source: nothing is opened or made, on either side (S1)', async () => {
    const { root, provide, source } = story({ at: null })
    const { databases, step, problems } = await provide()
    expect(step).toMatchObject({
      state: 'done',
      message: `No database at ${source} (from DATABASE_URL). Created nothing. Run your migrations in this worktree: npx lanekeeper run -- <your migrate command>`,
    })
    expect(problems).toEqual([])
    expect(databases).toMatchObject([{ state: 'ready', url: 'file:./dev.db' }])
    expect(readdirSync(root).filter((name) => name.endsWith('.db'))).toEqual([])
    expect(lstatSync(source, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('a source that appears later is forked then', async () => {
    const { root, provide, source } = story({ at: null })
    const first = await provide()
    sql(source, 'CREATE TABLE t (n); INSERT INTO t VALUES (1)')
    expect((await provide(first.databases)).databases).toMatchObject([{ state: 'ready' }])
    expect(count(`${root}/dev.db`)).toBe('1')
  })

  it('a tracked file: the worktree has its own, and keeps it', async () => {
    const { root, provide, destroy } = story({ files: { '.gitignore': '.env\n', 'dev.db': 'as committed' }, at: null })
    const { databases, step } = await provide()
    expect(step).toMatchObject({ state: 'done', message: expect.stringContaining('tracked by git') })
    expect(databases[0] && (await destroy(databases[0]))).toEqual({
      result: 'already-gone',
    })
    expect(statSync(`${root}/dev.db`).size).toBe('as committed'.length)
  })

  it.each([
    ['a variable that is nowhere set', 'UNSET', 'nothing to fork'],
    ['an in-memory database', ':memory:', 'in memory'],
  ])('%s', async (_, url, said) => {
    const { project, provide } = story({ url, at: null })
    if (url === 'UNSET') project.write(`${project.root}/.env`, '')
    const { databases, step } = await provide()
    expect(databases).toEqual([])
    expect(step.message).toContain(said)
  })

  it('mode "empty": the variable is moved, the file left to the migrations', async () => {
    const { root, provide } = story({ url: '{root}/dev.db', database: { mode: 'empty' } })
    expect((await provide()).databases).toMatchObject([{ state: 'ready', url: `${root}/dev.db` }])
    expect(readdirSync(root)).not.toContain('dev.db')
  })

  it('a big source is left to a caller with time', async () => {
    const { provide, root } = story()
    const { step, databases } = await provide([], { bytes: 10 })
    expect(step.state).toBe('pending')
    expect(databases).toMatchObject([{ state: 'planned' }])
    expect(readdirSync(root)).not.toContain('dev.db')
    expect((await provide(databases)).step).toEqual({ state: 'done' })
  })
})

describe('what is not ours is never touched', () => {
  it('a database that was there first is kept and used (S2)', async () => {
    const { root, provide, destroy } = story()
    sql(`${root}/dev.db`, 'CREATE TABLE t (n)')
    const { databases, problems } = await provide()
    expect(databases).toMatchObject([
      {
        state: 'ready',
        message: `${root}/dev.db already exists and was not made by lanekeeper; left untouched. Delete it or set databases.dev.path.`,
      },
    ])
    expect(problems).toHaveLength(1)
    expect(count(`${root}/dev.db`)).toBe('0')
    expect(databases[0] && (await destroy(databases[0]))).toEqual({
      result: 'already-gone',
    })
    expect(count(`${root}/dev.db`)).toBe('0')
  })

  it('a file there that is no sound database fails, and stays', async () => {
    const { root, provide } = story()
    writeFileSync(`${root}/dev.db`, 'half a copy, made by something else')
    const { databases, step } = await provide()
    expect(step.state).toBe('failed')
    expect(databases).toMatchObject([{ state: 'failed' }])
    expect(statSync(`${root}/dev.db`).size).toBe(35)
  })

  it.each<[string, (root: string, source: string) => void]>([
    ['a symbolic link at the target', (root, source) => symlinkSync(source, `${root}/dev.db`)],
    ['a hard link to the source', (root, source) => linkSync(source, `${root}/dev.db`)],
    ['a directory', (root) => mkdirSync(`${root}/dev.db`)],
    ['a log without its database', (root) => writeFileSync(`${root}/dev.db-wal`, 'stray')],
  ])('%s is refused', async (_, place) => {
    const { root, provide, destroy, source } = story()
    place(root, source)
    const before = readdirSync(root)
    const { databases, step, problems } = await provide()
    expect(step.state).toBe('failed')
    expect(problems).toHaveLength(1)
    expect(readdirSync(root)).toEqual(before)
    expect(databases[0] && (await destroy(databases[0]))).not.toEqual({
      result: 'destroyed',
    })
    expect(count(source)).toBe('3')
  })

  it('a directory that leads out of the worktree is refused', async () => {
    const { project, root, provide } = story({ url: './data/dev.db', at: 'data/dev.db' })
    mkdirSync(project.path('elsewhere'))
    symlinkSync(project.path('elsewhere'), `${root}/data`)
    expect((await provide()).step.message).toContain('symbolic link')
    expect(readdirSync(project.path('elsewhere'))).toEqual([])
  })

  it('a fork that somebody replaced is not deleted', async () => {
    const { provide, destroy } = story({ url: 'file:../shared/dev.db', at: '../shared/dev.db' })
    const [database] = (await provide()).databases
    if (!database) throw new Error('no database')
    writeFileSync(`${database.resource}.new`, 'theirs')
    rmSync(database.resource)
    linkSync(`${database.resource}.new`, database.resource)
    expect(await destroy(database)).toMatchObject({ result: 'refused' })
    expect(statSync(database.resource).size).toBe(6)
  })

  it.each([
    ['two candidates (S3)', 'file:./dev.db', 'could mean prisma/dev.db or dev.db'],
    ['a server', 'postgresql://u:secret@localhost/db', 'postgresql: URL'],
    ['a value with references', 'file:${HOME}/dev.db', 'put together from other variables'],
  ])('%s: a person decides, and the message holds no secret', async (_, url, said) => {
    const { project, provide, root } = story({ url, files: { 'prisma/schema.prisma': '' } })
    sql(project.path(project.root, 'prisma/dev.db'), 'CREATE TABLE t (n)')
    const { step, databases } = await provide()
    expect(step).toMatchObject({ state: 'failed', message: expect.stringContaining(said) })
    expect(JSON.stringify(step)).not.toContain('secret')
    expect(databases).toMatchObject([{ state: 'failed', resource: '' }])
    expect(readdirSync(root)).not.toContain('dev.db')
  })

  it('`source` in the settings decides between candidates', async () => {
    const { project, provide, root } = story({
      files: { 'prisma/schema.prisma': '' },
      database: { source: 'prisma/dev.db' },
    })
    sql(project.path(project.root, 'prisma/dev.db'), 'CREATE TABLE t (n)')
    expect((await provide()).step).toEqual({ state: 'done' })
    expect(count(`${root}/prisma/dev.db`)).toBe('0')
  })
})

describe('after a crash the next run ends in the same place', () => {
  it('planned, with a half-made temporary file of ours', async () => {
    const { root, provide, saved } = story()
    await provide()
    const planned = saved[0]?.[0]
    if (!planned) throw new Error('nothing was planned')
    rmSync(`${root}/dev.db`)
    writeFileSync(`${root}/dev.db.tmp-${planned.nonce}`, 'half')
    expect((await provide([planned])).databases).toMatchObject([{ state: 'ready', nonce: planned.nonce }])
    expect(readdirSync(root).filter((name) => name.includes('tmp'))).toEqual([])
  })

  it('created, before and after the file got its name', async () => {
    const { root, provide, saved } = story()
    const { databases } = await provide()
    const created = saved[1]?.[0]
    expect(created?.state).toBe('created')
    expect((await provide(created ? [created] : [])).databases).toEqual(databases)
    rmSync(`${root}/dev.db`)
    expect((await provide(created ? [created] : [])).databases).toMatchObject([{ state: 'ready' }])
    expect(count(`${root}/dev.db`)).toBe('3')
  })

  it('destroying: what is left goes first, then it is made anew', async () => {
    const { root, provide } = story()
    const [ready] = (await provide()).databases
    sql(`${root}/dev.db`, 'DELETE FROM t')
    expect((await provide(ready ? [{ ...ready, state: 'destroying' }] : [])).step).toEqual({ state: 'done' })
    expect(count(`${root}/dev.db`)).toBe('3')
  })

  it('a failed copy leaves nothing and is repeated with the same name', async () => {
    const { root, provide, source } = story({ at: null })
    writeFileSync(source, 'not a database at all, yet something has to be said')
    const first = await provide()
    expect(first.step.state).toBe('failed')
    expect(readdirSync(root).filter((name) => name.startsWith('dev.db'))).toEqual([])
    rmSync(source)
    sql(source, 'CREATE TABLE t (n)')
    const second = await provide(first.databases)
    expect(second.databases).toMatchObject([{ state: 'ready', nonce: first.databases[0]?.nonce }])
    expect(second.databases[0]?.message).toBeUndefined()
  })
})

describe('every engine of this machine', () => {
  const engines = allEngines({ mainWorktree: PROJECT_ROOT, stateDir: '/nowhere', env: process.env })
  it('is at least one', () => expect(engines.length).toBeGreaterThan(0))
  it.each(engines.map((engine) => [engine.name, engine] as const))(
    '%s copies, checks and never makes a source',
    (_, engine) => {
      const project = createRepository()
      const [source, target] = [project.path("it's a source.db"), project.path("it's a copy.db")]
      expect(() => engine.copy(source, target, { wal: true })).toThrow()
      expect(readdirSync(project.dir).filter((name) => name.endsWith('.db'))).toEqual([])
      sql(source, 'PRAGMA journal_mode=WAL; PRAGMA user_version=7; CREATE TABLE t (n); INSERT INTO t VALUES (1)')
      engine.copy(source, target, { wal: true })
      expect(engine.check(target)).toBe('ok')
      expect(rows(target, 'PRAGMA journal_mode')).toEqual(['wal'])
      expect(rows(target, 'PRAGMA user_version')).toEqual(['7'])
      expect(() => engine.copy(source, target, { wal: true })).toThrow(/exists/)
      writeFileSync(project.path('broken.db'), 'x'.repeat(5000))
      expect(() => engine.check(project.path('broken.db'))).toThrow()
    },
  )

  it('libsql is found where the runtime file says, as the hooks have no node_modules beside them', async () => {
    const place = createRepository({
      'state/runtime.json': JSON.stringify({ libsql: createRequire(CLI).resolve('libsql') }),
    })
    const found = await withoutOwnModules(() =>
      allEngines({ mainWorktree: place.root, stateDir: `${place.root}/state`, env: {} }),
    )
    expect(found.at(-1)?.name).toBe('libsql')
  })

  it.skipIf(process.getBuiltinModule('node:sqlite'))('without any, nothing is copied at all (S4)', async () => {
    const { root, worktree, provide, source } = story()
    Object.assign(worktree.repository.env, { PATH: '/nowhere' })
    const { step } = await withoutOwnModules(() => provide())
    expect(step).toMatchObject({
      state: 'failed',
      message: `Cannot copy ${source} safely: this Node (${process.version}) has no node:sqlite and neither libsql, better-sqlite3 nor the sqlite3 command was found. A plain file copy can corrupt a live database. Install one: npm i -D libsql`,
    })
    expect(readdirSync(root)).not.toContain('dev.db')
  })
})

/** As in a process that was started from a place without node_modules. */
async function withoutOwnModules<T>(work: () => T | Promise<T>): Promise<T> {
  const [, program] = process.argv
  process.argv[1] = '/nowhere/cli.cjs'
  try {
    return await work()
  } finally {
    process.argv[1] = program ?? ''
  }
}
