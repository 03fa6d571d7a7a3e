/**
 * SQLite databases as env files write them (databases.md section 1.6 has the table of who writes which form). Only the
 * path inside a value is ever changed: its prefix and query string are the user's and stay.
 */

export interface DatabaseFile {
  readonly kind: 'file'
  /** What stands before the path: `file:`, `sqlite:///`, … or nothing. */
  readonly prefix: string
  /** The path, decoded where the form is a true URL (`file://`). */
  readonly path: string
  /** `?…` with all that follows, or nothing. */
  readonly query: string
}

export type DatabaseUrl =
  | DatabaseFile
  /** In memory: there is nothing to provide. */
  | { readonly kind: 'memory' }
  /** Not a file: a server, reached by this scheme. */
  | { readonly kind: 'server'; readonly scheme: string }

/**
 * `scheme:` and the slashes that belong to the prefix, by form:
 * `file:///abs` is a URL with an empty host, `sqlite:///rel` and `sqlite:////abs` are SQLAlchemy's three slashes and a path,
 * `sqlite://rel` is sqlx's, `sqlite:rel`, `sqlite3:rel` and `file:rel` have the bare scheme.
 */
const PREFIX = /^(?:file:\/\/(?=\/)|(?:jdbc:)?sqlite3?(?:\+[a-z0-9_]+)?:(?:\/\/\/|\/\/)?|file:)/i
/** `C:\x` is a path; a scheme has two letters or more. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i

/** Reads a value. A value without a scheme is a path. */
export function parseDatabaseUrl(value: string): DatabaseUrl {
  const prefix = PREFIX.exec(value)?.[0] ?? ''
  const scheme = SCHEME.exec(value)?.[1]
  if (prefix === '' && scheme !== undefined) return { kind: 'server', scheme: scheme.toLowerCase() }
  const [path, query] = splitQuery(value.slice(prefix.length), prefix)
  if (path === '' || path === ':memory:' || path === '/:memory:' || /[?&]mode=memory\b/.test(query))
    return { kind: 'memory' }
  // sqlite+libsql://host and its like: two slashes and a driver name a host
  if (/\+[a-z0-9_]+:\/\/$/i.test(prefix)) return { kind: 'server', scheme: scheme ?? '' }
  return { kind: 'file', prefix, path: isUrl(prefix) ? decoded(path) : path, query }
}

/** The value with another path. */
export function withPath(url: DatabaseFile, path: string): string {
  // sqlx: `sqlite://` + `/abs` would read as SQLAlchemy's relative form; `sqlite:/abs` is the same to sqlx and to us
  const prefix =
    isAbsolutePath(path) && !isAbsolutePath(url.path) ? url.prefix.replace(/([^/]:)\/\/$/, '$1') : url.prefix
  return `${prefix}${isUrl(prefix) ? encoded(path) : path}${url.query}`
}

/**
 * sqlx and others read `sqlite:///x` as the absolute path `/x`, SQLAlchemy as the relative `x`. This is the other
 * reading of a three-slash form, or null where there is none.
 */
export function asAbsolute(url: DatabaseFile): DatabaseFile | null {
  if (!/sqlite3?(\+[a-z0-9_]+)?:\/\/\/$/i.test(url.prefix) || isAbsolutePath(url.path)) return null
  return { ...url, prefix: url.prefix.slice(0, -1), path: `/${url.path}` }
}

/** Whether a path starts at a root, on POSIX or on Windows. */
export function isAbsolutePath(path: string): boolean {
  return /^([/\\]|[a-z]:[/\\])/i.test(path)
}

/** Name of a fork that cannot lie in the worktree: beside its source, with the worktree's slug and a nonce of ours. */
export function forkNameOf(fileName: string, slug: string, nonce: string): string {
  const dot = fileName.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [fileName.slice(0, dot), fileName.slice(dot)] : [fileName, '']
  return `${stem}.${slug}-${nonce}${extension}`
}

/** A bare path may hold a question mark; after a scheme it starts the query. */
function splitQuery(rest: string, prefix: string): [string, string] {
  const at = prefix === '' ? -1 : rest.indexOf('?')
  return at === -1 ? [rest, ''] : [rest.slice(0, at), rest.slice(at)]
}

function isUrl(prefix: string): boolean {
  return /^file:\/\/$/i.test(prefix)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Percent-encodes what a URL's path may not hold. */
function encoded(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')
}
