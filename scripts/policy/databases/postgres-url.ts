/**
 * Postgres URLs as env files write them (databases.md section 2.5). Only the database's name inside a value is ever
 * changed: user, password, query and every escape stay as the user wrote them.
 */

export interface PostgresHost {
  /** A name, an address, or the directory of a Unix socket; empty where the URL leaves it to the client. */
  readonly host: string
  /** As written; empty for the usual one. */
  readonly port: string
}

export interface PostgresUrl {
  readonly kind: 'url'
  /** `postgresql:`, `postgres:`, SQLAlchemy's `postgresql+psycopg2:`, JDBC's `jdbc:postgresql:`. */
  readonly scheme: string
  readonly hosts: readonly PostgresHost[]
  /** Decoded; empty where the URL has none. */
  readonly user: string
  readonly password: string
  readonly database: string
  /** Decoded parameters of the query. */
  readonly query: Readonly<Record<string, string>>
  /** The pieces as written, which make the value again. */
  readonly raw: { readonly user: string; readonly host: string; readonly path: string; readonly query: string }
}

export type ParsedPostgresUrl =
  | PostgresUrl
  /** It reads as something the user cannot have meant (P6): raw special characters, or no database. */
  | { readonly kind: 'broken'; readonly host: string; readonly database: string }
  | { readonly kind: 'other' }

const SCHEME = /^((?:jdbc:)?(?:postgres|postgresql|postgis)(?:\+[a-z0-9_]+)?:)\/\//i
const DEFAULT_PORT = '5432'

/** Reads a value. Nothing is guessed: what does not read as it was meant is `broken`. */
export function parsePostgresUrl(value: string): ParsedPostgresUrl {
  const scheme = SCHEME.exec(value)?.[1]
  if (scheme === undefined) return { kind: 'other' }
  const rest = value.slice(scheme.length + 2)
  const [, authority = '', path = '', queryText = '', fragment = ''] =
    /^([^/?#]*)(\/[^?#]*)?(\?[^#]*)?(#[\s\S]*)?$/.exec(rest) ?? []
  const at = authority.lastIndexOf('@')
  const user = at === -1 ? '' : authority.slice(0, at)
  const host = authority.slice(at + 1)
  const query = parametersOf(queryText)
  const hosts = query && hostsOf(host, query)
  const name = query?.dbname ?? decoded(path.slice(1))
  const shown = { host: hosts?.[0]?.host ?? host, database: path.slice(1) }
  const [login, secret] = loginOf(user)
  if (query === null || hosts === null || login === null || secret === null || !name)
    return { kind: 'broken', ...shown }
  if (fragment !== '' || /[@/]/.test(path.slice(1)) || (user === '' && queryText.includes('@')))
    return { kind: 'broken', ...shown }
  return {
    kind: 'url',
    scheme,
    hosts,
    user: login || (query.user ?? ''),
    password: secret || (query.password ?? ''),
    database: name,
    query,
    raw: { user, host, path, query: queryText },
  }
}

function loginOf(raw: string): [string | null, string | null] {
  const colon = raw.indexOf(':')
  return colon === -1 ? [decoded(raw), ''] : [decoded(raw.slice(0, colon)), decoded(raw.slice(colon + 1))]
}

/** `host`, `host:port`, `[::1]:port`, several with commas; `?host=` and `?port=` where the authority is empty (libpq). */
function hostsOf(raw: string, query: Readonly<Record<string, string>>): PostgresHost[] | null {
  const names = raw === '' && query.host !== undefined ? query.host : raw
  const ports = (query.port ?? '').split(',')
  const hosts = names.split(',').map((one, index) => {
    const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(one) ?? ['', null]
    if (bracketed === null) return null
    const host = decoded(bracketed ?? plain)
    return host === null ? null : { host, port: port || (ports[index] ?? ports[0] ?? '') }
  })
  return hosts.includes(null) ? null : hosts.filter((host) => host !== null)
}

function parametersOf(text: string): Record<string, string> | null {
  const pairs = text
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string | null, string | null] => {
      const equals = pair.indexOf('=')
      return equals === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))]
    })
  if (pairs.some(([name, value]) => name === null || value === null)) return null
  return Object.fromEntries(pairs)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The value with another database; the rest is as it was written. */
export function withDatabase(url: PostgresUrl, database: string): string {
  const login = url.raw.user === '' ? '' : `${url.raw.user}@`
  const named = url.query.dbname !== undefined
  const query = named
    ? url.raw.query.replace(/([?&]dbname=)[^&]*/, (_, name) => name + encodeURIComponent(database))
    : url.raw.query
  const path = named ? url.raw.path : `/${encodeURIComponent(database)}`
  return `${url.scheme}//${login}${url.raw.host}${path}${query}`
}

/** The value as it may be shown and written to the ledger: without its password. */
export function withoutPassword(url: PostgresUrl, database: string = url.database): string {
  const [user = ''] = url.raw.user.split(':')
  const query = url.raw.query
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !/^(ssl)?password=/i.test(pair))
    .join('&')
  return withDatabase({ ...url, raw: { ...url.raw, user, query: query === '' ? '' : `?${query}` } }, database)
}

/** Whether showing the value would show a secret. */
export function holdsPassword(url: PostgresUrl): boolean {
  return url.raw.user.includes(':') || /[?&](ssl)?password=/i.test(url.raw.query)
}

/** Poolers keep their own list of databases, and `CREATE DATABASE` and `SET` do not go through them (P10). */
export function isPooled({ hosts, query }: PostgresUrl): boolean {
  if (/^(true|1|yes)$/i.test(query.pgbouncer ?? '')) return true
  return hosts.some(({ host }) => /-pooler\b|(^|\.)pooler\.|pgbouncer|pgcat|supavisor/i.test(host))
}

/** Not this machine: no loopback name or address, no socket. */
export function isRemote(hosts: readonly PostgresHost[]): boolean {
  return hosts.some(({ host }) => !/^($|\/|localhost$|127\.|::1$)/i.test(host))
}

/** Whether the settings forbid a host: one of its names, or a domain it lies in. */
export function isProtected(hosts: readonly PostgresHost[], names: readonly string[]): boolean {
  const lower = names.map((name) => name.toLowerCase().replace(/^\*?\./, ''))
  return hosts.some(({ host }) => lower.some((name) => matches(host.toLowerCase(), name)))
}

function matches(host: string, name: string): boolean {
  return host === name || host.endsWith(`.${name}`)
}

/** `host:port` of every host, as messages and the ledger name a server. */
export function serverName(hosts: readonly PostgresHost[]): string {
  return hosts.map(({ host, port }) => `${host || 'localhost'}:${port || DEFAULT_PORT}`).join(',')
}

/** One way to encrypt a connection; the next is tried where the server refuses the first. */
export type Encryption = 'none' | 'unverified' | 'authority' | 'full'

/**
 * What libpq does for each `sslmode` (libpq-ssl, table 34.1). Without a word from the user a loopback connection is
 * plain: a local server's certificate proves nothing.
 */
export function encryptionOf({ query, hosts }: PostgresUrl): readonly Encryption[] {
  const hasRoot = query.sslrootcert !== undefined
  const known: Readonly<Record<string, readonly Encryption[]>> = {
    disable: ['none'],
    allow: ['none', 'unverified'],
    prefer: ['unverified', 'none'],
    // with a root certificate, as libpq does for compatibility
    require: [hasRoot ? 'authority' : 'unverified'],
    'verify-ca': ['authority'],
    'verify-full': ['full'],
    'no-verify': ['unverified'],
  }
  const mode = query.sslmode ?? (query.ssl === 'true' || query.sslrootcert === 'system' ? 'verify-full' : undefined)
  const chosen = mode === undefined ? undefined : known[mode]
  return chosen ?? (isRemote(hosts) ? ['unverified', 'none'] : ['none'])
}
