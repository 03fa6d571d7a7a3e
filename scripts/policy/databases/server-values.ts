/**
 * Values of variables that lead to a server: URLs in the form the source has them, or a part of one, by the variable's
 * name (databases.md section 5.4). Pooled and direct hosts are told apart by name and by what the source's value says.
 */

/** What a worktree's variables shall lead to. */
export interface Server {
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** `?…` as the service gives it, or nothing. */
  readonly query: string
}

type Part = 'host' | 'port' | 'user' | 'password' | 'database'

const PARTS: readonly (readonly [RegExp, Part])[] = [
  [/(?:^|_)(?:PG)?HOST(?:NAME)?(?:_UNPOOLED)?$/, 'host'],
  [/(?:^|_)(?:PG)?PORT$/, 'port'],
  [/(?:^|_)(?:PG)?USER(?:NAME)?$/, 'user'],
  [/(?:^|_)(?:PG)?PASS(?:WORD)?$/, 'password'],
  [/(?:^PGDATABASE|^(?:DB|DATABASE|POSTGRES|MYSQL)_(?:NAME|DB|DATABASE)|^DATABASE_NAME_\w+)$/, 'database'],
]
/** For migrations, which a pooler gets in the way of. */
const DIRECT = /(?:^|_)(?:DIRECT|UNPOOLED|NON_POOLING)(?:_|$)/

/** Which part of a URL a variable of this name holds; null where it holds the whole. */
export function partOf(name: string): Part | null {
  return PARTS.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** Whether a variable wants a connection that goes through no pooler. */
export function wantsDirect(name: string): boolean {
  return DIRECT.test(name)
}

/** Whether the source's value goes through Neon's pooler. */
export function isPooled(value: string): boolean {
  return /-pooler\./.test(value)
}

/** A URL's server. Null where the text is no URL with a host. */
export function parseServer(url: string): Server | null {
  try {
    const { protocol, hostname, port, username, password, pathname, search } = new URL(url)
    if (hostname === '') return null
    const [user, secret, database] = [username, password, pathname.slice(1)].map(decoded)
    return {
      protocol,
      host: hostname,
      port,
      user: user ?? '',
      password: secret ?? '',
      database: database ?? '',
      query: search,
    }
  } catch {
    return null
  }
}

/**
 * The value of a variable in the worktree.
 * @param source its value in the main worktree; undefined where it has none
 */
export function serverValue(name: string, source: string | undefined, server: Server): string {
  const part = source?.includes('://') ? null : partOf(name)
  if (part !== null) return server[part]
  const old = source === undefined ? null : parseServer(source)
  if (!old) return serverUrl(server)
  return serverUrl({ ...server, protocol: old.protocol, query: withoutEndpoint(old.query) || server.query })
}

/** The server as a URL. */
export function serverUrl({ protocol, host, port, user, password, database, query }: Server): string {
  const login = [user, password]
    .filter((text) => text !== '')
    .map(encoded)
    .join(':')
  const at = `${login === '' ? '' : `${login}@`}${host}${port === '' ? '' : `:${port}`}`
  return `${protocol}//${at}/${encoded(database)}${query}`
}

/** Neon's `options=endpoint=…`, for drivers without SNI, names the source's compute. */
function withoutEndpoint(query: string): string {
  const kept = query
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '' && !/^options=(?:.*(?:endpoint|project))/i.test(pair))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

/** Env files put values between single quotes. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
