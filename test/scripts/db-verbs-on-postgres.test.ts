/** The `db` verbs on a worktree with a Postgres database that a dev server is connected to, by the built bin. */
import { delimiter } from 'node:path'
import { expect, it } from 'vitest'
import { createSource, databases, describePostgres, psql, session, urlOf } from '../support/postgres.ts'
import { postgresClients, serverMajor } from '../support/postgres-clients.ts'
import { leave, story } from '../support/postgres-story.ts'
import { envOf, setup } from '../support/provisioning.ts'
import { createRepository, workersOf } from '../support/repository.ts'
import { ledgerOf } from '../support/task-worktrees.ts'

const TIMEOUT_MS = 180_000

describePostgres('db, while a dev server is connected to the worktree’s database', () => {
  it(
    'url is the real one, password and all, and nothing else writes it down',
    async () => {
      const { project, db, json, url, name, record } = await story()
      expect(db('url')).toEqual({ status: 0, stdout: `${url()}\n`, stderr: '' })
      expect(new URL(url())).toMatchObject({ password: 'sEcReT', pathname: `/${name()}` })
      expect(json('url', 'dev', '--var', 'DATABASE_URL')).toEqual({
        ok: true,
        role: 'dev',
        variable: 'DATABASE_URL',
        url: url(),
      })
      expect(
        JSON.stringify([record(), json('reset'), json('snapshots'), project.lanekeeper(['gc', '--json'])]),
      ).not.toContain('sEcReT')
    },
    TIMEOUT_MS,
  )

  it(
    'one that the env files give in parts is found by init, and its url is put together',
    async () => {
      const source = await createSource()
      const server = new URL(await urlOf(source))
      const project = createRepository({ '.gitignore': '.env*\n' })
      const lines = [`DB_HOST=${server.hostname}`, `DB_PORT=${server.port}`, 'DB_USER=postgres', 'DB_PASSWORD=s/p']
      project.write(`${project.root}/.env`, ['DB_CONNECTION=pgsql', ...lines, `DB_NAME=${source}`, ''].join('\n'))
      expect(project.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
      expect(JSON.parse(project.read('project/lanekeeper.json')).databases).toEqual({
        dev: { provider: 'postgres', vars: ['DB_NAME'] },
      })
      project.git(['add', '-A'])
      project.git(['commit', '-q', '--no-verify', '-m', 'Adopt'])
      const path = project.path('search')
      project.git(['worktree', 'add', '-q', '-b', 'search', path])
      expect(setup(project, path, ['--wait'])).toMatchObject({ state: 'ready', problems: [] })
      const { DB_NAME: name = '' } = envOf(project, path, '.env')
      expect(name).toMatch(new RegExp(`^${source}_wt_search_`))
      const db = (...words: string[]) => project.lanekeeper(['db', ...words], { cwd: path })
      expect(db('url').stdout).toBe(`postgresql://postgres:s%2Fp@${server.host}/${name}\n`)
      expect(db('url', '--var', 'DB_NAME').stdout).toBe(`${name}\n`)
      const client = await session(db('url').stdout.trim())
      expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 3 }])
    },
    TIMEOUT_MS,
  )

  it(
    'reset is a fresh fork under another name; the old one waits for its client, then gc drops it',
    async () => {
      const { project, source, db, json, name, numbers, server, stillConnected, record } = await story()
      const old = name()
      await server.query('INSERT INTO t VALUES (99)')
      await psql(source, 'INSERT INTO t VALUES (4)')
      const why = `Refusing to drop "${old}": it has 1 open connection(s) (next dev); stop what is connected, then: npx lanekeeper gc.`
      const said = json('reset')
      expect(said).toMatchObject({ ok: true, role: 'dev', provider: 'postgres', content: 'source', state: 'ready' })
      expect(said.kept).toEqual([{ what: expect.stringContaining(`/${old}`), why }])
      expect(name()).not.toBe(old)
      expect(await numbers()).toBe('1 2 3 4')
      expect(await numbers(old)).toBe('1 2 3 99')
      await stillConnected()
      expect(await numbers(source)).toBe('1 2 3 4')
      expect(project.lanekeeper(['gc']).stdout).toContain(why)
      expect(await databases(source)).toEqual([source, old, name()].sort())
      await stillConnected()
      await leave(server, old)
      expect(project.lanekeeper(['gc']).stdout).toContain(`/${old}`)
      expect(await databases(source)).toEqual([source, name()].sort())
      expect(record().aside).toEqual([])
      expect(db('reset').stdout).not.toContain('kept')
      expect(await databases(source)).toHaveLength(2)
    },
    TIMEOUT_MS,
  )

  it(
    'reset --empty has no table',
    async () => {
      const { db, json, source, name, stillConnected } = await story()
      const old = name()
      expect(db('reset', '--empty', '--dry-run').stdout).toContain('Would give')
      expect(name()).toBe(old)
      expect(json('reset', '--empty')).toMatchObject({ ok: true, content: 'empty', state: 'ready' })
      expect(await psql(name(), "SELECT count(*) FROM pg_class WHERE relname = 't'")).toEqual([['0']])
      await stillConnected()
      expect(await databases(source)).toEqual([source, old, name()].sort())
    },
    TIMEOUT_MS,
  )

  it(
    'a reset that could not copy its source keeps the database as it is',
    async () => {
      const { json, source, name, numbers, server, stillConnected } = await story()
      await server.query('INSERT INTO t VALUES (99)')
      const old = name()
      const other = await session(await urlOf(source), 'npm run dev')
      expect(json('reset')).toEqual({
        ok: false,
        error: {
          code: 'database',
          message: `"${source}" has 1 open connection(s) (npm run dev), and Postgres copies only an idle database. Stop the dev server, or set postgres.onBusySource to "dump" or "template".`,
          hint: 'Then run this command again. Start empty: npx lanekeeper db reset dev --empty\nFor "template": npx lanekeeper db template dev',
        },
      })
      await leave(other, source)
      await psql('postgres', `ALTER DATABASE "${source}" RENAME TO "${source}_away"`)
      expect(json('reset')).toMatchObject({
        ok: false,
        error: {
          message: `Source database "${source}" does not exist on 127.0.0.1.`,
          hint: expect.stringContaining('npx lanekeeper db reset dev --empty'),
        },
      })
      expect(name()).toBe(old)
      expect(await numbers()).toBe('1 2 3 99')
      await stillConnected()
      expect(await databases(source)).toEqual([`${source}_away`, old].sort())
    },
    TIMEOUT_MS,
  )

  it(
    'a snapshot is a whole copy or none: without a pg_dump for this server it wants the database idle',
    async () => {
      const { json, db, source, name, numbers, server, record, stillConnected } = await story({ onBusySource: 'empty' })
      const old = name()
      await server.query('INSERT INTO t VALUES (99)')
      expect(json('snapshot', 'before')).toEqual({
        ok: false,
        error: {
          code: 'database',
          message: `"${old}" has 1 open connection(s) (next dev), and Postgres copies only an idle database. Stop what is connected, or install client ${await serverMajor()} (pg_dump and psql), which copies a busy one.`,
          hint: 'Then run this command again.',
        },
      })
      expect(record().aside).toEqual([])
      expect(await databases(source)).toEqual([source, old].sort())
      await stillConnected()
      await leave(server, old)
      expect(json('snapshot', 'before')).toMatchObject({ ok: true, role: 'dev', name: 'before' })
      expect(json('snapshots').snapshots).toMatchObject([{ name: 'before', role: 'dev', provider: 'postgres' }])
      await psql(old, 'INSERT INTO t VALUES (100)')
      expect(db('restore', 'before').status).toBe(0)
      expect(await numbers()).toBe('1 2 3 99')
      expect(await databases(source)).toHaveLength(3)
    },
    TIMEOUT_MS,
  )

  it(
    'a snapshot of a connected database goes through pg_dump; restore brings it back beside the client; remove takes all',
    async () => {
      const { project, path, source, json, name, numbers, server, stillConnected } = await story()
      const old = name()
      const { bin, calls } = await postgresClients(project)
      Object.assign(project.env, { PATH: `${bin}${delimiter}${project.env.PATH}` })
      expect(json('snapshot', 'before')).toMatchObject({ ok: true, name: 'before' })
      expect(calls()).toContain(`PGDATABASE=${old}\n`)
      await stillConnected()
      expect(json('restore', 'before')).toMatchObject({ ok: true, content: 'snapshot', state: 'ready' })
      // what the stand-in for pg_dump writes
      expect(await numbers()).toBe('7')
      expect(await numbers(old)).toBe('1 2 3')
      await stillConnected()
      const decoy = `${source}_wt_search_00000001`
      await psql('postgres', `CREATE DATABASE "${decoy}"`)
      await workersOf(project.dir)
      const { kept } = JSON.parse(project.lanekeeper(['remove', path, '--json']).stdout)
      expect(kept).toEqual([
        expect.objectContaining({ what: 'branch search' }),
        { what: expect.stringContaining(`/${old}`), why: expect.stringContaining('1 open connection(s) (next dev)') },
      ])
      expect(await databases(source)).toEqual([source, decoy, old].sort())
      await stillConnected()
      await leave(server, old)
      expect(project.lanekeeper(['gc']).stdout).toContain(`/${old}`)
      expect(await databases(source)).toEqual([source, decoy].sort())
      expect(await numbers(source)).toBe('1 2 3')
      expect(ledgerOf(project)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'diff names what the worktree changed in the schema',
    async () => {
      const { json, db, server, stillConnected } = await story()
      expect(json('diff')).toEqual({ ok: true, role: 'dev', differs: false, diff: '' })
      await server.query('ALTER TABLE t ADD COLUMN added text')
      const { diff, differs } = json('diff')
      expect(differs).toBe(true)
      expect(diff).toContain('--- a/main/dev.sql\n+++ b/search/dev.sql\n')
      expect(String(diff)).toMatch(/^\+.*\badded text/m)
      expect(db('diff').stdout.trim()).toBe(String(diff).trim())
      await stillConnected()
    },
    TIMEOUT_MS,
  )
})
