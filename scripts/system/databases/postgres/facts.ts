/** What the server says about itself, about us, and about a source. Looks; changes nothing. */
import type { BusyFacts } from '../../../policy/databases/postgres-strategy.ts'
import type { Connection } from './client.ts'

export interface ServerFacts {
  /** 150018 */
  readonly version: number
  readonly mayCreate: boolean
  readonly isSuperuser: boolean
}

export interface SourceFacts {
  readonly name: string
  readonly oid: string
  /** 0 where we may not ask. */
  readonly bytes: number
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** `i` for ICU, `b` for the server's own, `c` or nothing (before 15) for the system's. */
  readonly localeProvider: string | null
  /** The provider's own name of the locale; null for the system's. */
  readonly locale: string | null
  /** Rules that tailor an ICU locale. */
  readonly icuRules: string | null
}

/** Out of a row `d` of pg_database; the columns came with 15 and 16, and one was renamed with 17. */
export const LOCALE_COLUMNS = {
  localeProvider: `to_jsonb(d)->>'datlocprovider'`,
  locale: `coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')`,
  icuRules: `to_jsonb(d)->>'daticurules'`,
} as const

export interface Sessions {
  readonly count: number
  /** How they call themselves. */
  readonly apps: readonly string[]
}

export async function serverFacts(connection: Connection): Promise<ServerFacts> {
  const [row] = await connection.rows<{ version: string; create: boolean; super: boolean }>(
    `SELECT current_setting('server_version_num') AS version, rolcreatedb OR rolsuper AS create, rolsuper AS super
     FROM pg_roles WHERE rolname = current_user`,
  )
  return { version: Number(row?.version ?? 0), mayCreate: row?.create ?? false, isSuperuser: row?.super ?? false }
}

/** Null where there is no such database. */
export async function sourceFacts(connection: Connection, name: string): Promise<SourceFacts | null> {
  const [row] = await connection.rows<Omit<SourceFacts, 'bytes'> & { bytes: string | null } & Record<string, unknown>>(
    `SELECT d.datname AS name, d.oid::text AS oid, pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate, d.datctype AS ctype, ${LOCALE_COLUMNS.localeProvider} AS "localeProvider",
       ${LOCALE_COLUMNS.locale} AS locale, ${LOCALE_COLUMNS.icuRules} AS "icuRules",
       CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid)::text END AS bytes
     FROM pg_database d WHERE d.datname = $1`,
    [name],
  )
  return row ? { ...row, bytes: Number(row.bytes ?? 0) } : null
}

/** Who is connected to a database; prepared transactions are in the way as well. */
export async function sessionsOn(connection: Connection, database: string): Promise<Sessions> {
  const rows = await connection.rows<{ app: string }>(
    `SELECT coalesce(nullif(application_name, ''), 'unnamed') AS app FROM pg_stat_activity
       WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
     UNION ALL SELECT 'prepared transaction' FROM pg_prepared_xacts WHERE database = $1`,
    [database],
  )
  return { count: rows.length, apps: [...new Set(rows.map(({ app }) => app))].sort() }
}

/** Whether anything of a user's is in the database that the session is in. */
export async function hasContent(connection: Connection): Promise<boolean> {
  const [row] = await connection.rows<{ some: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_')
     OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_') AS some`,
  )
  return row?.some ?? true
}

export type Dumper = BusyFacts['dumper'] & { readonly version: string | null }

/** A size for a person. */
export function sizeOf(bytes: number): string {
  const megabytes = bytes / 1024 ** 2
  return megabytes >= 1024 ? `${(megabytes / 1024).toFixed(1)} GB` : `${Math.ceil(megabytes)} MB`
}
