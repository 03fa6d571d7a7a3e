import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import {
  countOf,
  createRole,
  createRoleWithPassword,
  createSource,
  databases,
  describePostgres,
  dropWhenDone,
  psql,
  urlOf,
} from '../support/postgres.ts'
import { nameOf, type ProjectOptions, story } from '../support/postgres-project.ts'

/** Provisions; expects it to fail with this message, to hold no secret, and to leave nothing behind. */
async function expectFailure(options: ProjectOptions, message: string | RegExp, secret = 'sEcReT') {
  const made = await story(options)
  const before = await databases(made.source)
  const { databases: records, step, problems } = await made.provide()
  expect(step.state).toBe('failed')
  expect(problems).toHaveLength(1)
  const [problem] = problems
  if (typeof message === 'string') expect(problem?.message).toBe(message)
  else expect(problem?.message).toMatch(message)
  expect(JSON.stringify([records, step, problems, made.saved])).not.toContain(secret)
  expect(records).toMatchObject([{ state: 'failed' }])
  expect(await databases(made.source)).toEqual(before)
  return { ...made, records }
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

describePostgres('what keeps a database from being made', () => {
  it('P1: nobody listens', async () => {
    const port = await closedPort()
    await expectFailure(
      { env: `DATABASE_URL=postgresql://u:sEcReT@127.0.0.1:${port}/app\n` },
      `Postgres at 127.0.0.1:${port} is not reachable (ECONNREFUSED). Start it, then: npx lanekeeper setup --wait`,
    )
  })

  it('P2: a wrong password', async () => {
    const user = await createRoleWithPassword('CREATEDB', 'right')
    const source = await createSource()
    await expectFailure(
      { source, env: `DATABASE_URL='${await urlOf(source, user, 'sEcReT')}'\n` },
      `Postgres at 127.0.0.1 refused user "${user}" (28P01). Check DATABASE_URL in .env.`,
    )
  })

  it('P3: a role without CREATEDB', async () => {
    const user = await createRole('')
    await expectFailure(
      { user },
      `Role "${user}" may not create databases. As a superuser: ALTER ROLE "${user}" CREATEDB;  — or set databases.dev.postgres.adminUrl.`,
    )
  })

  it('P4: a role that does not own the source; IS_TEMPLATE lifts it', async () => {
    const user = await createRole('CREATEDB')
    const { source, provide, records } = await expectFailure(
      { user },
      /^Role ".+" may not copy "src_\w+"\. As its owner: /,
    )
    await psql('postgres', `ALTER DATABASE "${source}" IS_TEMPLATE true`)
    const again = await provide(records)
    expect(again.problems).toEqual([])
    expect(again.databases).toMatchObject([{ state: 'ready', nonce: records[0]?.nonce }])
  })

  it('P6: raw special characters in a password', async () => {
    await expectFailure(
      { env: 'DATABASE_URL="postgres://u:sEcReT@ss/#@localhost/app"\n' },
      'DATABASE_URL does not parse as you meant: host "ss", database "". Percent-encode special characters in the password (@ -> %40, / -> %2F, # -> %23).',
    )
  })

  it('P7: no source: an empty one, said aloud with the next command; a later set-up says no more', async () => {
    const source = `gone_${process.pid}_${Date.now() % 1e6}`
    dropWhenDone(source)
    const { provide } = await story({ source, database: { migrate: ['npm run migrate'] } })
    const { databases: records, step, problems } = await provide()
    expect(problems).toMatchObject([
      {
        message: `Source database "${source}" does not exist on 127.0.0.1; made an empty one. Now run: npm run migrate`,
      },
    ])
    expect(step.state).toBe('done')
    expect(records).toMatchObject([{ state: 'ready', isEmpty: true }])
    expect((await provide(records)).problems).toEqual([])
  })

  it('P10: a pooler, and the way around it', async () => {
    const source = await createSource()
    const env = `DATABASE_URL='${await urlOf(source)}?pgbouncer=true'\n`
    const { project, provide, records } = await expectFailure(
      { source, env },
      'DATABASE_URL goes through a pooler (127.0.0.1); databases cannot be created there. Set DIRECT_URL or databases.dev.postgres.adminUrl.',
    )
    project.write(`${project.root}/.env`, `${env}DIRECT_URL='${await urlOf(source)}'\n`)
    const again = await provide(records)
    expect(again.problems).toEqual([])
    const [record] = again.databases
    expect(record?.urls).toEqual({ DATABASE_URL: `${await urlOf(nameOf(record))}?pgbouncer=true` })
  })

  it('E3: the planned name is taken by somebody who says so', async () => {
    const { source, provide, saved: planned } = await story()
    await provide()
    const name = nameOf(planned[0])
    await psql('postgres', `COMMENT ON DATABASE "${name}" IS 'the accountants'' database'`)
    await psql(name, 'DELETE FROM t WHERE n = 1')
    const again = await provide(planned[0] ? [planned[0]] : [])
    expect(again.problems).toMatchObject([
      { message: `"${name}" exists but carries no mark of this repository; refusing to use or drop it.` },
    ])
    expect(await countOf(name)).toBe('2')
    expect(await databases(source)).toEqual([source, name])
  })

  it('an adminUrl that names nothing', async () => {
    await expectFailure({ database: { postgres: { adminUrl: 'NOT_SET' } } }, 'NOT_SET holds no Postgres URL.')
  })

  it('a protected host, and production', async () => {
    const postgres = { protectedHosts: ['127.0.0.1'] }
    await expectFailure({ database: { postgres } }, /^127\.0\.0\.1:\d+ is protected: /)
    const source = await createSource()
    const env = `DATABASE_URL='${await urlOf(source)}'\nNODE_ENV=production\n`
    await expectFailure({ source, env }, 'NODE_ENV is "production": nothing is forked from 127.0.0.1.')
  })

  it('two databases in one role, a value of other variables, and no Postgres URL at all', async () => {
    const [a, b] = [await urlOf('one'), await urlOf('two')]
    const vars = ['DATABASE_URL', 'DIRECT_URL']
    await expectFailure(
      { env: `DATABASE_URL='${a}'\nDIRECT_URL='${b}'\n`, database: { vars } },
      'DATABASE_URL and DIRECT_URL name two databases: one and two.',
    )
    await expectFailure(
      { env: 'DATABASE_URL=postgres://${HOST}/app\n' },
      'DATABASE_URL in .env is put together from other variables.',
    )
    await expectFailure({ env: 'DATABASE_URL=mysql://u:sEcReT@h/app\n' }, 'DATABASE_URL in .env is no Postgres URL.')
  })

  it('a variable that is nowhere set is an answer, not a failure', async () => {
    const { provide } = await story({ env: '' })
    expect(await provide()).toMatchObject({ databases: [], step: { state: 'done' }, problems: [] })
  })

  it('a server that is down leaves what is ready as it is', async () => {
    const { project, source, provide } = await story()
    const first = await provide()
    const port = await closedPort()
    project.write(`${project.root}/.env`, `DATABASE_URL=postgresql://postgres@127.0.0.1:${port}/${source}\n`)
    const details = { ...first.databases[0]?.details, port: String(port) }
    const elsewhere = first.databases.map((record) => ({ ...record, details }))
    const { databases: records, problems, step } = await provide(elsewhere)
    expect(records).toEqual(elsewhere)
    expect(step.state).toBe('done')
    expect(problems).toMatchObject([{ message: expect.stringContaining('is not reachable (ECONNREFUSED)') }])
  })
})
