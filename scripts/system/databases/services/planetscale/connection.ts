/** Values of a role's variables for a PlanetScale branch. */
import {
  parseServer,
  type Server,
  serverUrl,
  serverValue,
  wantsDirect,
} from '../../../../policy/databases/server-values.ts'
import type { FoundVariable } from '../../provider.ts'
import type { Connection } from '../cloud-door.ts'
import type { Credential } from './credentials.ts'

/** PlanetScale's own PgBouncer, beside 5432. */
const POOLER_PORT = '6432'

/** The source's form, on the branch's host. */
export function connectionOf(
  { username, password, host, database }: Credential,
  engine: string,
  source: string,
  found: readonly FoundVariable[],
  names: readonly string[],
): Connection {
  const isPostgres = engine === 'postgres'
  const [name, port] = host.split(':')
  const server: Server = {
    protocol: isPostgres ? 'postgresql:' : 'mysql:',
    host: name ?? '',
    port: port ?? (isPostgres ? '5432' : ''),
    user: username,
    password,
    database: database ?? (isPostgres ? 'postgres' : source),
    // both refuse connections without TLS
    query: isPostgres ? '?sslmode=verify-full' : '?sslaccept=strict',
  }
  const values = names.map((variable) => {
    const value = found.findLast((one) => one.name === variable)?.value
    const isPooled = value !== undefined && parseServer(value)?.port === POOLER_PORT && !wantsDirect(variable)
    return [variable, serverValue(variable, value, isPooled ? { ...server, port: POOLER_PORT } : server)]
  })
  return { values: Object.fromEntries(values), url: serverUrl({ ...server, password: '' }) }
}
