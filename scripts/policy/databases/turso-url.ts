/** URLs of Turso databases: `libsql://<database>-<organization>[.<region>].turso.io`. */

const SCHEME = /^(?:libsql|https?|wss?):\/\//i

/** The database that a URL names, or null where it is none of this organization's. */
export function tursoDatabaseOf(value: string, organization: string): string | null {
  if (!SCHEME.test(value)) return null
  const [label = ''] = value.replace(SCHEME, '').split(/[.:/?]/)
  const ending = `-${organization}`
  return label.endsWith(ending) && label.length > ending.length ? label.slice(0, -ending.length) : null
}

/** Whether a variable holds the token and not the URL. */
export function isToken(name: string): boolean {
  return /TOKEN/.test(name)
}

/** Whether a URL carries its token. */
export function hasToken(value: string): boolean {
  return /[?&]authToken=/.test(value)
}

/**
 * The URL of another database in the form of the source's.
 * @param token put where the source has its own; null leaves the query as it is
 */
export function tursoUrl(source: string | undefined, host: string, token: string | null): string {
  const scheme = source === undefined ? null : SCHEME.exec(source)?.[0]
  if (source === undefined || !scheme) return `libsql://${host}`
  const rest = /[/?].*$/.exec(source.slice(scheme.length))?.[0] ?? ''
  const query =
    token === null ? rest : rest.replace(/([?&]authToken=)[^&]*/, (_, key) => key + encodeURIComponent(token))
  return `${scheme}${host}${query}`
}

/** Under which names projects keep the token of the database that they connect to. */
const TOKENS = ['TURSO_AUTH_TOKEN', 'LIBSQL_AUTH_TOKEN', 'DATABASE_AUTH_TOKEN'] as const

/**
 * Where a database answers SQL over HTTP, and the token for it; null where no variable names a database.
 * @param values of the role's variables
 * @param around all variables: a group's token, good for all its databases, need not be one of the role's
 */
export function tursoAccess(
  values: Readonly<Record<string, string>>,
  around: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly token: string } | null {
  const value = Object.entries(values).find(([name, one]) => !isToken(name) && SCHEME.test(one))?.[1]
  if (value === undefined) return null
  const isPlain = /^(?:http|ws):/i.test(value) || /[?&]tls=0(?:&|$)/.test(value)
  const [host = ''] = value.replace(SCHEME, '').split(/[/?#]/)
  const inUrl = new URLSearchParams(/\?[^#]*/.exec(value)?.[0]).get('authToken') || undefined
  const own = Object.entries(values).find(([name, one]) => isToken(name) && one !== '')?.[1]
  return {
    url: `${isPlain ? 'http' : 'https'}://${host}`,
    token: own ?? inUrl ?? TOKENS.map((name) => around[name]).find((one) => one) ?? '',
  }
}
