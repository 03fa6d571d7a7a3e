import { expect, it } from 'vitest'
import { postgres } from '../../scripts/system/databases/postgres/postgres.ts'
import { randomHex } from '../../scripts/system/random.ts'
import {
  commentOf,
  countOf,
  createRoleWithPassword,
  createSource,
  databases,
  describePostgres,
  dropWhenDone,
  psql,
  session,
  urlOf,
} from '../support/postgres.ts'
import { serverMajor } from '../support/postgres-clients.ts'
import { nameOf, postgresProject, story, worktreeOf } from '../support/postgres-project.ts'

describePostgres('a fork of the main worktree’s database', () => {
  it('has its rows, a name of its own, a mark, and shares nothing afterwards', async () => {
    const { source, provide, saved, identity } = await story()
    const { databases: made, step, problems } = await provide()
    expect(problems).toEqual([])
    expect(step).toEqual({ state: 'done' })
    const [record] = made
    const name = nameOf(record)
    expect(name).toMatch(new RegExp(`^${source}_wt_search_[0-9a-f]{8}$`))
    expect(record).toMatchObject({ state: 'ready', provider: 'postgres', details: { source } })
    expect(record?.isEmpty).toBeUndefined()
    expect(record?.resource).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+/${name}$`))
    expect(saved.map(({ state }) => state)).toEqual(['planned', 'created'])
    expect(JSON.parse((await commentOf(name)) ?? '')).toMatchObject({
      tool: 'lanekeeper',
      v: 1,
      clone: identity.clone,
      wt: identity.id,
      nonce: record?.nonce,
      src: source,
    })
    await psql(name, 'DELETE FROM t')
    expect(await countOf(source)).toBe('3')
    expect(await countOf(name)).toBe('0')
  })

  it('is looked at and left by a second run, in less than 100 ms', async () => {
    const { provide, saved } = await story()
    const first = await provide()
    saved.length = 0
    await provide(first.databases)
    const start = performance.now()
    const second = await provide(first.databases)
    expect(performance.now() - start).toBeLessThan(100)
    expect(second.databases).toEqual(first.databases)
    expect(saved).toEqual([])
  })

  it('goes when it is destroyed, once and for all, and its source stays', async () => {
    const { source, provide, destroy } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(await destroy(record)).toEqual({ result: 'already-gone' })
    expect(await databases(source)).toEqual([source])
  })

  it('a database that was dropped by hand is made again under its name', async () => {
    const { provide } = await story()
    const first = await provide()
    await psql('postgres', `DROP DATABASE "${nameOf(first.databases[0])}"`)
    const second = await provide(first.databases)
    expect(second.databases).toMatchObject([{ state: 'ready', resource: first.databases[0]?.resource }])
    expect(await countOf(nameOf(second.databases[0]))).toBe('3')
  })

  it('one that a tool dropped and made anew keeps its name, gets its mark back, and can be destroyed', async () => {
    const { provide, destroy } = await story()
    const first = await provide()
    const name = nameOf(first.databases[0])
    await psql('postgres', `DROP DATABASE "${name}"`, `CREATE DATABASE "${name}"`)
    const [record] = (await provide(first.databases)).databases
    expect(nameOf(record)).toBe(name)
    expect(await commentOf(name)).toContain(record?.nonce)
    expect(record && (await destroy(record))).toEqual({ result: 'destroyed' })
  })

  it('names with 70 bytes in common stay distinct', async () => {
    const { project, source } = await postgresProject()
    const long = `feature-${'x'.repeat(62)}`
    const [one, two] = [worktreeOf(project, `${long}-one`), worktreeOf(project, `${long}-two`)]
    const made = [...(await one.provide()).databases, ...(await two.provide()).databases]
    expect(made.map(({ state }) => state)).toEqual(['ready', 'ready'])
    const names = made.map(nameOf)
    expect(new Set(names).size).toBe(2)
    expect(names.map((name) => Buffer.byteLength(name)).every((bytes) => bytes <= 63)).toBe(true)
    await psql(names[0] ?? '', 'DELETE FROM t')
    expect(await countOf(names[1] ?? '')).toBe('3')
    expect(await databases(source)).toHaveLength(3)
  })

  it('carries over what TEMPLATE leaves behind: settings, privileges, a limit', async () => {
    const { source, provide } = await story()
    await psql(
      'postgres',
      `ALTER DATABASE "${source}" SET search_path TO "$user", "Odd, name", public`,
      `ALTER DATABASE "${source}" SET "app.tenant" TO 'it''s me'`,
      `ALTER ROLE postgres IN DATABASE "${source}" SET statement_timeout TO '5min'`,
      `REVOKE CONNECT ON DATABASE "${source}" FROM PUBLIC`,
      `ALTER DATABASE "${source}" CONNECTION LIMIT 7`,
    )
    const { databases: made, problems } = await provide()
    expect(problems).toEqual([])
    const facts = (name: string) =>
      psql(
        'postgres',
        `SELECT (SELECT array_agg(s.setrole::text || s.setconfig::text ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid),
           (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) a), d.datconnlimit FROM pg_database d WHERE datname = '${name}'`,
      )
    const wanted = await facts(source)
    expect(wanted[0]?.[0]).toContain('search_path')
    expect(await facts(nameOf(made[0]))).toEqual(wanted)
    expect(await psql(nameOf(made[0]), 'SHOW search_path')).toEqual([['"$user", "Odd, name", public']])
  })
})

describePostgres('variables', () => {
  it('of several kinds name one fork; the shadow is an empty one beside it that goes with it', async () => {
    const source = await createSource()
    const url = await urlOf(source)
    const env = `DATABASE_URL='${url}?schema=public'\nDIRECT_URL='${url}'\nPGDATABASE=${source}\nSHADOW_DATABASE_URL='${await urlOf('shadow_of_main')}'\n`
    const vars = ['DATABASE_URL', 'DIRECT_URL', 'PGDATABASE', 'SHADOW_DATABASE_URL']
    const { provide, destroy } = await story({ source, env, database: { vars } })
    const { databases: made, problems } = await provide()
    expect(problems).toEqual([])
    const [record] = made
    const name = nameOf(record)
    expect(record?.urls).toEqual({
      DATABASE_URL: `${await urlOf(name)}?schema=public`,
      DIRECT_URL: await urlOf(name),
      PGDATABASE: name,
      SHADOW_DATABASE_URL: await urlOf(`${name}_shadow`),
    })
    expect(await databases(source)).toEqual([source, name, `${name}_shadow`])
    expect(await psql(`${name}_shadow`, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toEqual([['0']])
    expect(record && (await destroy(record))).toEqual({ result: 'destroyed' })
    expect(await databases(source)).toEqual([source])
  })

  it('a test database starts empty', async () => {
    const { provide } = await story({ database: { mode: 'empty' } })
    const { databases: made, step } = await provide()
    expect(step).toEqual({ state: 'done' })
    expect(made).toMatchObject([{ state: 'ready', isEmpty: true }])
    expect(await psql(nameOf(made[0]), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toEqual([['0']])
  })

  const icu = "LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk'"
  const locales: [since: number, clauses: string, facts: [string, string, string]][] = [
    [15, icu, ['i', 'de-u-co-phonebk', 'null']],
    [16, `${icu} ICU_RULES '&V << w <<< W'`, ['i', 'de-u-co-phonebk', '&V << w <<< W']],
    [17, "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'", ['b', 'C.UTF-8', 'null']],
  ]
  it.each(locales)('an empty one sorts as its source does, from %i on: %s', async (since, clauses, facts) => {
    if ((await serverMajor()) < since) return
    const source = `src_${randomHex(4)}`
    await psql('postgres', `CREATE DATABASE "${source}" TEMPLATE template0 ENCODING 'UTF8' ${clauses}`)
    dropWhenDone(source)
    const { project } = await postgresProject({ source, database: { mode: 'empty' } })
    const { databases: made, problems } = await worktreeOf(project).provide()
    expect(problems).toEqual([])
    const row = `SELECT to_jsonb(d) AS d FROM pg_database d WHERE datname = '${nameOf(made[0])}'`
    const locale = `coalesce(d->>'datlocale', d->>'daticulocale')`
    const query = `SELECT d->>'datlocprovider', ${locale}, d->>'daticurules' FROM (${row}) AS rows`
    expect(await psql('postgres', query)).toEqual([facts])
  })

  it('`source` of the settings names another database of the server', async () => {
    const other = await createSource()
    await psql(other, 'INSERT INTO t VALUES (4)')
    const { provide } = await story({ database: { source: other } })
    const { databases: made } = await provide()
    expect(await countOf(nameOf(made[0]))).toBe('4')
  })

  it('a password with every special character gets there, and nowhere else', async () => {
    const password = `p@/#'$&%:s`
    const source = await createSource()
    const user = await createRoleWithPassword('CREATEDB SUPERUSER', password)
    const url = await urlOf(source, user, encodeURIComponent(password))
    const env = `DATABASE_URL="${url.replaceAll("'", '%27')}"\n`
    const { provide, values, saved } = await story({ source, env })
    const { databases: made, problems, step } = await provide()
    expect(problems).toEqual([])
    const value = values().DATABASE_URL ?? ''
    expect(new URL(value).pathname).toBe(`/${nameOf(made[0])}`)
    expect(decodeURIComponent(new URL(value).password)).toBe(password)
    const client = await session(value)
    expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name: nameOf(made[0]) }])
    const written = JSON.stringify([made, saved, step])
    for (const secret of [password, encodeURIComponent(password), url]) expect(written).not.toContain(secret)
  })

  it('follow the main worktree’s env file when its password changes', async () => {
    const { project, source, provide, values } = await story()
    const first = await provide()
    project.write(`${project.root}/.env`, `DATABASE_URL='${await urlOf(source, 'postgres', 'new')}'\n`)
    await provide(first.databases)
    expect(values().DATABASE_URL).toBe(await urlOf(nameOf(first.databases[0]), 'postgres', 'new'))
  })

  it('an adminUrl creates what the user’s role may not; the role owns its database', async () => {
    const source = await createSource()
    const user = await createRoleWithPassword('', 'plain')
    const env = `DATABASE_URL='${await urlOf(source, user, 'plain')}'\nADMIN_URL='${await urlOf('postgres')}'\n`
    const { provide } = await story({ source, env, database: { postgres: { adminUrl: 'ADMIN_URL' } } })
    const { databases: made, problems } = await provide()
    expect(problems).toEqual([])
    const owner = await psql(
      'postgres',
      `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${nameOf(made[0])}'`,
    )
    expect(owner).toEqual([[user]])
    await psql('postgres', `ALTER DATABASE "${nameOf(made[0])}" OWNER TO postgres`)
  })
})

describePostgres('a snapshot', () => {
  it('is a fork of the worktree’s own database, under a name that says so, named by no variable', async () => {
    const { source, provide, access, repository } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    await psql(nameOf(record), 'DELETE FROM t WHERE n > 1')
    const request = {
      ...access(),
      slug: 'search',
      nonce: '0badcafe',
      states: () => new Map(),
      from: record,
      isSnapshot: true,
    }
    const plan = await postgres.plan(request)
    if (plan.kind !== 'make') throw new Error('nothing to make')
    const kept: object[] = []
    const made = await postgres.make(plan.record, request, {
      save: () => {},
      keepValues: (values) => void kept.push(values),
    })
    expect(nameOf(made)).toBe(`${source}_wt_search_snap_0badcafe`)
    expect(made).toMatchObject({ state: 'ready', vars: [], urls: {} })
    expect(kept).toEqual([])
    expect(await countOf(nameOf(made))).toBe('1')
    expect(repository.isLinked).toBe(true)
  })
})
