/**
 * The door to pg, loaded when the first server is asked. Every session of ours ends its statement when we die
 * (`client_connection_check_interval`): a CREATE DATABASE that outlives a killed client would leave a database behind
 * that nobody knows of.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Encryption, PostgresHost } from '../../../policy/databases/postgres-url.ts'

/** How a server is reached. Holds the password: never written down, never shown. */
export interface Server {
  readonly hosts: readonly PostgresHost[]
  readonly user: string
  readonly password: string
  /** Tried in this order. */
  readonly encryption: readonly Encryption[]
  /** Files named by the URL: `sslrootcert`, `sslcert`, `sslkey`. */
  readonly certificates: Readonly<Record<string, string>>
}

export type Row = Readonly<Record<string, unknown>>

export interface Connection {
  /** Runs one statement. Throws what the server says, with its SQLSTATE in `code`. */
  rows<T extends Row>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** A name, quoted for SQL. */
  identifier(name: string): string
  /** A text, quoted for statements that take no parameters. */
  literal(text: string): string
}

const CONNECT_MS = 10_000
/** 100 GB at the slowest rate measured; nothing of ours may hang for ever. */
const STATEMENT_MS = 30 * 60_000
const SOCKETS = ['/var/run/postgresql', '/tmp'] as const

/** Runs `work` in a session of its own. Throws what the network, the server or `work` throws. */
export async function withConnection<T>(
  server: Server,
  database: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { default: pg } = await import('pg')
  const client = await connected(pg, server, database)
  try {
    await prepare(client)
    return await work({
      rows: async <R extends Row>(sql: string, values: readonly unknown[] = []) =>
        (values.length === 0 ? await client.query<R>(sql) : await client.query<R>(sql, [...values])).rows,
      identifier: pg.escapeIdentifier,
      literal: pg.escapeLiteral,
    })
  } finally {
    await client.end().catch(() => {})
  }
}

type Pg = typeof import('pg')['default']
type Client = import('pg').Client

/** The first host that answers and takes writes, by the first encryption it takes. */
async function connected(pg: Pg, server: Server, database: string): Promise<Client> {
  let failure: unknown
  for (const host of server.hosts)
    for (const encryption of server.encryption) {
      const client = clientFor(pg, server, host, database, encryption)
      try {
        await client.connect()
        if (server.hosts.length === 1 || (await takesWrites(client))) return client
        failure = new Error(`no server of ${server.hosts.length} takes writes`)
      } catch (error) {
        failure = worse(failure, error)
      }
      await client.end().catch(() => {})
    }
  throw failure
}

/** A host that answered with a refusal says more than one that does not answer. */
function worse(before: unknown, now: unknown): unknown {
  const isPlain = /does not support SSL/.test(String(now))
  return before !== undefined && (isPlain || codeOf(now).startsWith('E')) && !codeOf(before).startsWith('E')
    ? before
    : now
}

function clientFor(pg: Pg, server: Server, at: PostgresHost, database: string, encryption: Encryption): Client {
  const client = new pg.Client({
    host: at.host === '' ? usualHost() : at.host,
    port: Number(at.port) || 5432,
    user: server.user,
    // without one pg looks into ~/.pgpass, as libpq does
    ...(server.password === '' ? {} : { password: server.password }),
    database,
    ssl: tlsOf(encryption, server.certificates),
    application_name: 'lanekeeper',
    connectionTimeoutMillis: CONNECT_MS,
  })
  // a server that goes away between two statements: the next one says so
  client.on('error', () => {})
  return client
}

/** Where libpq goes without a host: the socket, where there is one. */
function usualHost(): string {
  return SOCKETS.find((dir) => existsSync(`${dir}/.s.PGSQL.5432`)) ?? 'localhost'
}

function tlsOf(encryption: Encryption, files: Readonly<Record<string, string>>) {
  if (encryption === 'none') return false
  const read = (name: string) => {
    const file = files[name]
    return file === undefined || file === 'system' ? undefined : readFileSync(file, 'utf8')
  }
  return {
    rejectUnauthorized: encryption !== 'unverified',
    ca: read('sslrootcert'),
    cert: read('sslcert'),
    key: read('sslkey'),
    // verify-ca asks who signed it, not whose it is
    ...(encryption === 'authority' ? { checkServerIdentity: () => undefined } : {}),
  }
}

async function takesWrites(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  return rows[0]?.standby === false
}

async function prepare(client: Client): Promise<void> {
  await client.query(`SET statement_timeout = ${STATEMENT_MS}`)
  // unknown before 14, and to servers on systems that cannot
  await client.query("SET client_connection_check_interval = '500ms'").catch(() => {})
}

/** SQLSTATE, or the network's code; empty for what has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return code
  if (/timeout expired/.test(String(message))) return 'ETIMEDOUT'
  return /Connection terminated/.test(String(message)) ? 'ECONNRESET' : ''
}
