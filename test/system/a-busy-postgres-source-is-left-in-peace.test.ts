import { expect, it } from 'vitest'
import { refreshTemplate } from '../../scripts/system/databases/postgres/template.ts'
import { findProgram } from '../../scripts/system/executables.ts'
import {
  commentOf,
  countOf,
  createRoleWithPassword,
  createSource,
  databases,
  describePostgres,
  psql,
  session,
  urlOf,
} from '../support/postgres.ts'
import { serverMajor, withClients } from '../support/postgres-clients.ts'
import { nameOf, type ProjectOptions, story } from '../support/postgres-project.ts'

/** A project on a source that somebody is connected to, with this `onBusySource`. */
async function busyStory(onBusySource: string | undefined, options: ProjectOptions = {}, postgres: object = {}) {
  const made = await story({
    ...options,
    database: { postgres: { ...(onBusySource ? { onBusySource } : {}), ...postgres }, ...options.database },
  })
  const server = await session(await urlOf(made.source), 'next dev')
  const isAlive = async () => (await server.query('SELECT 1 AS one')).rows.length === 1
  return { ...made, server, isAlive }
}

describePostgres('a busy source', () => {
  it('"dump" copies it through pg_dump and psql; the password is in no command line', async () => {
    const password = "p@/#'$"
    const source = await createSource()
    const user = await createRoleWithPassword('SUPERUSER', password)
    const env = `DATABASE_URL="${(await urlOf(source, user, encodeURIComponent(password))).replaceAll("'", '%27')}"\n`
    const made = await busyStory('dump', { source, env })
    const calls = await withClients(made)
    const { databases: records, problems } = await made.provide()
    expect(problems).toEqual([])
    const name = nameOf(records[0])
    expect(await countOf(name)).toBe('1')
    const lines = calls().split('\n')
    expect(lines.filter((line) => line.includes(password))).toEqual([
      `PGPASSWORD=${password}`,
      `PGPASSWORD=${password}`,
    ])
    expect(lines).toEqual(
      expect.arrayContaining(['--no-password', `PGDATABASE=${source}`, `PGDATABASE=${name}`, 'PGHOST=127.0.0.1']),
    )
    expect(calls()).not.toContain('elsewhere')
    expect(await commentOf(name)).not.toContain('filling')
    expect(await made.isAlive()).toBe(true)
  })

  it('"dump" that fails leaves nothing behind, and says why', async () => {
    const made = await busyStory('dump')
    await withClients(made, { fails: true })
    const { problems } = await made.provide()
    expect(problems).toMatchObject([{ message: `pg_dump could not copy "${made.source}": pg_dump: error: no luck.` }])
    expect(await databases(made.source)).toEqual([made.source])
    expect(await made.isAlive()).toBe(true)
  })

  it('"dump" with a pg_dump that is too old (P8), or with none', async () => {
    const made = await busyStory('dump')
    await withClients(made, { version: 9 })
    const server = await serverMajor()
    expect((await made.provide()).problems).toMatchObject([
      {
        message: `pg_dump 9.1 cannot dump a ${server} server. Install client ${server} or set postgres.onBusySource to "template".`,
      },
    ])
    Object.assign(made.repository.env, { PATH: '/nowhere' })
    expect((await made.provide()).problems).toMatchObject([
      { message: expect.stringContaining(`pg_dump (not installed) cannot dump a ${server} server.`) },
    ])
    expect(await databases(made.source)).toEqual([made.source])
  })

  it('"dump" with the machine’s own pg_dump, where it is new enough for the server', async ({ skip }) => {
    const made = await busyStory('dump')
    const { env, root } = made.repository
    if (!findProgram('pg_dump', env, root) || !findProgram('psql', env, root)) skip()
    await psql(made.source, 'CREATE VIEW v AS SELECT n FROM t', "COMMENT ON TABLE t IS 'kept'")
    const { databases: records, problems } = await made.provide()
    if (problems[0]?.message.startsWith('pg_dump ')) skip(problems[0].message)
    expect(problems).toEqual([])
    expect(await countOf(nameOf(records[0]))).toBe('3')
    expect(await psql(nameOf(records[0]), 'SELECT count(*) FROM v')).toEqual([['3']])
    expect(await made.isAlive()).toBe(true)
  })

  it('"template" forks the kept template, which nobody can connect to; it is refreshed on demand', async () => {
    const made = await story({ database: { postgres: { onBusySource: 'template' } } })
    const kept = await refreshTemplate(made.access())
    expect(kept).toBe(`${made.source}_wt_template_${made.identity.clone.slice(0, 8)}`)
    await expect(session(await urlOf(kept))).rejects.toThrow(/not currently accepting connections/)
    const server = await session(await urlOf(made.source), 'next dev')
    await server.query('INSERT INTO t VALUES (4)')
    const first = await made.provide()
    expect(first.problems).toEqual([])
    expect(await countOf(nameOf(first.databases[0]))).toBe('3')
    await server.end()
    expect(await refreshTemplate(made.access())).toBe(kept)
    const [record] = first.databases
    expect(record && (await made.destroy(record))).toEqual({ result: 'destroyed' })
    await session(await urlOf(made.source), 'next dev')
    const second = await made.provide()
    expect(await countOf(nameOf(second.databases[0]))).toBe('4')
    expect(await databases(made.source)).toEqual([made.source, kept, nameOf(second.databases[0])].sort())
  })

  it('"template" without a kept one: P5, with who is connected', async () => {
    const { source, provide, isAlive } = await busyStory('template')
    expect((await provide()).problems).toMatchObject([
      {
        message: `"${source}" has 1 open connection(s) (next dev), and Postgres copies only an idle database. Stop the dev server, or set postgres.onBusySource to "dump" or "template".`,
      },
    ])
    expect(await databases(source)).toEqual([source])
    expect(await isAlive()).toBe(true)
  })

  it('"wait" waits until the source is idle', async () => {
    const { provide, server } = await busyStory('wait')
    const waiting = provide()
    const admin = await session(await urlOf('postgres'))
    // its first look has been had by the time that it asks the server for the second
    for (let seen = 0; seen === 0; ) {
      const { rows } = await admin.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'lanekeeper' AND query LIKE '%pg_prepared_xacts%'",
      )
      seen = rows.length
    }
    await server.end()
    const { databases: records, problems } = await waiting
    expect(problems).toEqual([])
    expect(await countOf(nameOf(records[0]))).toBe('3')
  })

  it('"wait" gives up when its time is over (P5)', async () => {
    const { provide, isAlive } = await busyStory('wait', {}, { waitSeconds: 0.3 })
    expect((await provide()).problems).toMatchObject([
      { message: expect.stringContaining('1 open connection(s) (next dev)') },
    ])
    expect(await isAlive()).toBe(true)
  })

  it('"empty" makes an empty one and says so', async () => {
    const { source, provide, isAlive } = await busyStory('empty', {
      database: { migrate: ['npm run migrate'], postgres: { onBusySource: 'empty' } },
    })
    const { databases: records, problems, step } = await provide()
    expect(step.state).toBe('done')
    expect(problems).toMatchObject([
      {
        message: `"${source}" has 1 open connection(s) (next dev), so it was not copied; made an empty one. Now run: npm run migrate`,
      },
    ])
    expect(records).toMatchObject([{ state: 'ready', isEmpty: true }])
    expect(await isAlive()).toBe(true)
  })

  it('"terminate" ends the sessions, and only those of the source', async () => {
    const { source, provide, server } = await busyStory('terminate')
    const other = await session(await urlOf('postgres'), 'somebody else')
    const { databases: records, problems } = await provide()
    expect(problems).toEqual([])
    expect(await countOf(nameOf(records[0]))).toBe('3')
    await expect(server.query('SELECT 1')).rejects.toThrow()
    expect((await other.query('SELECT 1')).rows).toHaveLength(1)
    expect(await databases(source)).toHaveLength(2)
  })

  it('nobody chose, and nothing can dump: an empty one', async () => {
    const made = await busyStory(undefined)
    Object.assign(made.repository.env, { PATH: '/nowhere' })
    const { databases: records, problems } = await made.provide()
    expect(records).toMatchObject([{ state: 'ready', isEmpty: true }])
    expect(problems).toMatchObject([{ message: expect.stringContaining('made an empty one') }])
    expect(await made.isAlive()).toBe(true)
  })

  it('a database that somebody is connected to is not dropped under them; it goes once they have left', async () => {
    const { provide, destroy } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    const server = await session(await urlOf(nameOf(record)), 'next dev')
    expect(await destroy(record)).toEqual({
      result: 'refused',
      why: `Refusing to drop "${nameOf(record)}": it has 1 open connection(s) (next dev); stop what is connected, then: npx lanekeeper gc.`,
    })
    await server.query('SELECT 1')
    await server.end()
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
  })
})
