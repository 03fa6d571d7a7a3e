/** The way to a service's Postgres that goes through no pooler: what is set for a session there may be another's next. */
import { isPooled, type PostgresUrl, parsePostgresUrl } from './postgres-url.ts'
import { kindOfVariable, urlFromParts } from './postgres-variables.ts'
import { partOf, wantsDirect } from './server-values.ts'

/** PlanetScale's PgBouncer listens beside the server. */
const PLANETSCALE = { host: /\.psdb\.cloud$/i, pooler: '6432', server: '5432' } as const

/**
 * The Postgres that a role's variables lead to, in one URL or in parts; null where they lead to none.
 * @param values variable → value
 */
export function straightUrl(values: Readonly<Record<string, string>>): PostgresUrl | null {
  const urls = Object.entries(values).flatMap(([name, value]) => {
    const url = kindOfVariable(name, value) === 'shadow' ? null : parsePostgresUrl(value)
    return url?.kind === 'url' ? [{ url, isDirect: wantsDirect(name) }] : []
  })
  const chosen = urls.find(({ url, isDirect }) => isDirect && !isPooled(url)) ?? urls[0]
  const name = Object.keys(values).find((one) => partOf(one) === 'database')
  if (chosen) return pastPooler(chosen.url)
  return name === undefined ? null : pastPooler(urlFromParts(values, values[name] ?? ''))
}

/** Neon's pooler has the server's name and `-pooler` behind its first part. */
function pastPooler(url: PostgresUrl): PostgresUrl {
  const hosts = url.hosts.map(({ host, port }) => ({
    host: host.replace(/^([^.]+)-pooler(?=\.)/, '$1'),
    port: PLANETSCALE.host.test(host) && port === PLANETSCALE.pooler ? PLANETSCALE.server : port,
  }))
  return { ...url, hosts }
}
