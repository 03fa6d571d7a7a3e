/** Which value each variable of a role gets for the worktree's database (databases.md section 5.4). */
import { holdsPassword, type PostgresUrl, parsePostgresUrl, withDatabase, withoutPassword } from './postgres-url.ts'
import { serverUrl } from './server-values.ts'

/** `shadow` is a database of its own, used up by a migration tool; a `name` holds nothing but the database's name. */
export type VariableKind = 'url' | 'direct' | 'shadow' | 'name' | 'broken' | 'other'

/** What a variable is for, by its value and its name. */
export function kindOfVariable(name: string, value: string): VariableKind {
  const url = parsePostgresUrl(value)
  if (url.kind === 'broken') return 'broken'
  if (url.kind === 'url') {
    if (/SHADOW/i.test(name)) return 'shadow'
    return /DIRECT|UNPOOLED|NON_POOLING/i.test(name) ? 'direct' : 'url'
  }
  return /^[^\s:/?#@'"]+$/.test(value) ? 'name' : 'other'
}

export interface WorktreeValue {
  /** What the worktree's env file says. */
  readonly value: string
  /** The same without a password, for the ledger. */
  readonly shown: string
  readonly isSecret: boolean
}

/** The variable's value for the worktree; null where it names nothing that we make. */
export function worktreeValue(
  variable: { readonly name: string; readonly value: string },
  database: string,
  shadow: string,
): WorktreeValue | null {
  const kind = kindOfVariable(variable.name, variable.value)
  if (kind === 'name') return { value: database, shown: database, isSecret: false }
  const url = parsePostgresUrl(variable.value)
  if (url.kind !== 'url') return null
  const name = kind === 'shadow' ? shadow : database
  return { value: withDatabase(url, name), shown: withoutPassword(url, name), isSecret: holdsPassword(url) }
}

/** Names under which frameworks keep the parts of a connection; of a set, the first name that has a value counts. */
const PARTS = [
  { host: ['PGHOST'], port: ['PGPORT'], user: ['PGUSER'], password: ['PGPASSWORD'] },
  {
    host: ['POSTGRES_HOST'],
    port: ['POSTGRES_PORT'],
    user: ['POSTGRES_USER'],
    password: ['POSTGRES_PASSWORD'],
  },
  { host: ['DB_HOST'], port: ['DB_PORT'], user: ['DB_USERNAME', 'DB_USER'], password: ['DB_PASSWORD', 'DB_PASS'] },
] as const

/** The connection of a project that names its database alone (Laravel, Django, libpq), out of the variables beside it. */
export function urlFromParts(variables: Readonly<Record<string, string | undefined>>, database: string): PostgresUrl {
  const firstOf = (names: readonly string[]) => names.map((name) => variables[name]).find(Boolean) ?? ''
  const set = PARTS.find((one) => firstOf([...one.host, ...one.user]) !== '') ?? PARTS[0]
  const [host, port, user, password] = [firstOf(set.host), firstOf(set.port), firstOf(set.user), firstOf(set.password)]
  return {
    kind: 'url',
    scheme: 'postgresql:',
    hosts: [{ host, port }],
    user,
    password,
    database,
    query: {},
    raw: { user: '', host, path: `/${database}`, query: '' },
  }
}

/** The same as a URL that clients take, password and all; a socket's directory stands in the query, as libpq has it. */
export function partsUrl(variables: Readonly<Record<string, string | undefined>>, database: string): string {
  const { hosts, user, password } = urlFromParts(variables, database)
  const [{ host, port } = { host: '', port: '' }] = hosts
  const isSocket = host.startsWith('/')
  const query = isSocket ? `?host=${encodeURIComponent(host)}${port === '' ? '' : `&port=${port}`}` : ''
  const at = isSocket ? { host: '', port: '' } : { host: host.includes(':') ? `[${host}]` : host, port }
  return serverUrl({ protocol: 'postgresql:', ...at, user, password, database, query })
}
