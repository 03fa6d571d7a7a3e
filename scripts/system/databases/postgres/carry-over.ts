/**
 * What TEMPLATE and pg_dump both leave behind: settings of the database (`ALTER DATABASE … SET search_path`), who may
 * connect, and how many. Repeatable.
 */
import { settingItems } from '../../../policy/databases/postgres-strategy.ts'
import { type Connection, codeOf } from './client.ts'

interface SettingRow extends Record<string, unknown> {
  readonly role: string | null
  readonly entries: readonly string[]
}

interface GrantRow extends Record<string, unknown> {
  /** Null for PUBLIC. */
  readonly grantee: string | null
  readonly privilege: string
  readonly grantable: boolean
}

/**
 * Gives `target` the settings and privileges of `source`.
 * @returns what we were not allowed to carry over, as SQL that a superuser may run
 */
export async function carryOver(connection: Connection, source: string, target: string): Promise<string[]> {
  const statements = [
    ...(await settingStatements(connection, source, target)),
    ...(await grantStatements(connection, source, target)),
    ...(await limitStatements(connection, source, target)),
  ]
  const refused: string[] = []
  for (const statement of statements)
    await connection.rows(statement).catch((error: unknown) => {
      if (codeOf(error) !== '42501') throw error
      refused.push(`${statement};`)
    })
  return refused
}

async function settingStatements(connection: Connection, source: string, target: string): Promise<string[]> {
  const rows = await connection.rows<SettingRow>(
    `SELECT r.rolname AS role, s.setconfig AS entries FROM pg_db_role_setting s
       JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
     WHERE d.datname = $1 ORDER BY 1 NULLS FIRST`,
    [source],
  )
  const database = connection.identifier(target)
  return rows.flatMap(({ role, entries }) =>
    entries.map((entry) => {
      const { name, values } = settingItems(entry)
      const whose =
        role === null ? `DATABASE ${database}` : `ROLE ${connection.identifier(role)} IN DATABASE ${database}`
      // a name of an extension's has a dot in it, which is no part of an identifier
      const parameter = name.split('.').map(connection.identifier).join('.')
      return `ALTER ${whose} SET ${parameter} TO ${values.map(connection.literal).join(', ')}`
    }),
  )
}

async function grantStatements(connection: Connection, source: string, target: string): Promise<string[]> {
  const grants = await connection.rows<GrantRow>(
    `SELECT r.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE d.datname = $1 ORDER BY 1, 2`,
    [source],
  )
  // no list at all means the usual privileges, which the new database has already
  if (grants.length === 0) return []
  const database = connection.identifier(target)
  return [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    ...grants.map(({ grantee, privilege, grantable }) => {
      const whom = grantee === null ? 'PUBLIC' : connection.identifier(grantee)
      return `GRANT ${privilege} ON DATABASE ${database} TO ${whom}${grantable ? ' WITH GRANT OPTION' : ''}`
    }),
  ]
}

async function limitStatements(connection: Connection, source: string, target: string): Promise<string[]> {
  const [row] = await connection.rows<{ most: number }>(
    'SELECT datconnlimit AS most FROM pg_database WHERE datname = $1',
    [source],
  )
  if (!row || row.most < 0) return []
  return [`ALTER DATABASE ${connection.identifier(target)} CONNECTION LIMIT ${row.most}`]
}
