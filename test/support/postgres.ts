/**
 * The run's Postgres, for tests: databases and roles that are gone with the test, and sessions to look at them with.
 * A server that is not the run's own (`TEST_PG_URL`) is left as it was found.
 */
import { connect } from 'node:net'
import pg from 'pg'
import { describe, inject, onTestFinished } from 'vitest'
import { randomHex } from '../../scripts/system/random.ts'
import type { PostgresAnswer } from './postgres-setup.ts'

/** `describe`, left out only where a person said so. */
export const describePostgres = describe.skipIf(process.env.SKIP_PG === '1')

let told: Promise<string> | null = null

/** URL of the server, as a superuser. Starts it on the first call of a run. */
export function serverUrl(): Promise<string> {
  told ??= ask(inject('postgresAt'))
  return told
}

function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (chunk) => (said += chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      const { url, error }: PostgresAnswer = JSON.parse(said)
      if (url) resolve(url)
      else reject(new Error(error))
    })
  })
}

/** A URL of the same server with another database, and another user where one is given. */
export async function urlOf(database: string, user?: string, password = ''): Promise<string> {
  const url = new URL(await serverUrl())
  url.pathname = `/${database}`
  if (user !== undefined) url.username = user
  if (user !== undefined) url.password = password
  return url.href
}

/** Opens a session that ends with the test. */
export async function session(url: string, name = 'a test'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

/** Runs statements one by one in a database; gives the rows of the last, as lists of text. */
export async function psql(database: string, ...statements: readonly string[]): Promise<string[][]> {
  const client = new pg.Client({ connectionString: await urlOf(database), application_name: 'a test' })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: unknown[][] = []
    for (const text of statements) rows = (await client.query({ text, rowMode: 'array' })).rows
    return rows.map((row) => row.map(String))
  } finally {
    await client.end()
  }
}

/** A source with a table of three rows; it, and whatever was forked from it, is dropped when the test ends. */
export async function createSource(base = `src_${randomHex(4)}`): Promise<string> {
  await psql('postgres', `CREATE DATABASE "${base}"`)
  dropWhenDone(base)
  await psql(base, 'CREATE TABLE t (n int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2), (3)')
  return base
}

/** Drops every database whose name begins so. */
export function dropWhenDone(base: string): void {
  onTestFinished(async () => {
    for (const name of await databases(base)) {
      await psql('postgres', `ALTER DATABASE "${name}" IS_TEMPLATE false`)
      await psql('postgres', `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    }
  })
}

/** Names of the databases that begin so, sorted. */
export async function databases(base: string): Promise<string[]> {
  const rows = await psql(
    'postgres',
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${base}') ORDER BY datname COLLATE "C"`,
  )
  return rows.map(([name = '']) => name)
}

/** A role that is gone with the test, and what it owns with it. */
export async function createRole(options: string, name = `role_${randomHex(4)}`): Promise<string> {
  await psql('postgres', `CREATE ROLE "${name}" LOGIN ${options}`)
  onTestFinished(async () => {
    const holds = `SELECT d.datname FROM pg_database d WHERE d.datallowconn AND d.oid IN
      (SELECT s.dbid FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid WHERE r.rolname = '${name}')`
    for (const [database = ''] of await psql('postgres', holds)) await psql(database, `DROP OWNED BY "${name}"`)
    await psql('postgres', `REASSIGN OWNED BY "${name}" TO postgres`, `DROP OWNED BY "${name}"`, `DROP ROLE "${name}"`)
  })
  return name
}

/** A role whose password the run's server checks; everybody else is trusted. */
export async function createRoleWithPassword(options: string, password: string): Promise<string> {
  const quoted = `'${password.replaceAll("'", "''")}'`
  await psql(
    'postgres',
    `DO $$ BEGIN CREATE ROLE lanekeeper_passwords; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  )
  return createRole(`${options} PASSWORD ${quoted} IN ROLE lanekeeper_passwords`)
}

export const countOf = async (database: string) => (await psql(database, 'SELECT count(*) FROM t'))[0]?.[0]

export const commentOf = async (database: string) =>
  (
    await psql(
      'postgres',
      `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '${database}'`,
    )
  )[0]?.[0] ?? null
