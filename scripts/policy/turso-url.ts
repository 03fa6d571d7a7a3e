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
