/** Which server and database a role's variables name, and how we reach it. Asks nobody. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { brokenUrl, isBehindPooler, type PostgresFacts } from '../../../policy/databases/postgres-errors.ts'
import {
  encryptionOf,
  isPooled,
  isProtected,
  isRemote,
  type PostgresUrl,
  parsePostgresUrl,
  serverName,
} from '../../../policy/databases/postgres-url.ts'
import { kindOfVariable, urlFromParts } from '../../../policy/databases/postgres-variables.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { SETTINGS_FILE } from '../../../policy/settings.ts'
import type { Access, FoundVariable } from '../provider.ts'
import type { Server } from './client.ts'

export interface Located {
  readonly server: Server
  /** Database in which others are created. */
  readonly adminDatabase: string
  /** The database that the variables name. */
  readonly named: string
  /** Who the worktree's programs connect as; empty where that is whoever creates the database. */
  readonly owner: string
  readonly hasShadow: boolean
  readonly isRemote: boolean
  readonly facts: PostgresFacts
}

interface NamedUrl {
  readonly url: PostgresUrl
  readonly variable: Pick<FoundVariable, 'name' | 'file'>
}

/** Variables under which a project keeps the way around its pooler. */
const DIRECT = ['DIRECT_URL', 'DIRECT_DATABASE_URL', 'POSTGRES_URL_NON_POOLING', 'DATABASE_URL_UNPOOLED'] as const

/**
 * Reads the role's variables. Null where none of them is set.
 * @throws `database`: a broken URL (P6), no way around a pooler (P10), several databases in one role, a protected host
 */
export function locate(access: Access): Located | null {
  const urls = access.found.flatMap((variable) => readUrl(variable, access.role))
  const names = access.found.filter(({ name, value }) => kindOfVariable(name, value) === 'name')
  const main = urls.find(({ kind }) => kind === 'url') ?? urls.find(({ kind }) => kind === 'direct')
  const [bare] = names
  if (!main && !bare) return null
  const first = main ?? partsOf(bare as FoundVariable, access)
  const named = oneName(first, [
    ...urls.filter(({ kind }) => kind !== 'shadow'),
    ...names.map((one) => partsOf(one, access)),
  ])
  const admin = adminOf(access, [first, ...urls.filter(({ kind }) => kind !== 'shadow')], named)
  const server = serverOf(admin.url, access)
  refuseProtected(server, access)
  const owner = userOf(first.url, access)
  return {
    server,
    adminDatabase: admin.database,
    named,
    owner: owner === server.user ? '' : owner,
    hasShadow: urls.some(({ kind }) => kind === 'shadow'),
    isRemote: isRemote(server.hosts),
    facts: factsOf(access, server, named, admin.variable),
  }
}

function readUrl(variable: FoundVariable, role: string): (NamedUrl & { readonly kind: string })[] {
  const { name, value, file } = variable
  if (/\$\{|^\$/.test(value))
    throw new LanekeeperError('database', `${name} in ${file} is put together from other variables.`, {
      hint: `Write its value out in ${file}, or leave ${role} out: "provider": "none" in ${SETTINGS_FILE}.`,
    })
  const kind = kindOfVariable(name, value)
  const url = parsePostgresUrl(value)
  if (url.kind === 'broken') throw brokenUrl(name, url.host, url.database)
  if (kind === 'other')
    throw new LanekeeperError('database', `${name} in ${file} is no Postgres URL.`, {
      hint: `Set databases.${role}.provider in ${SETTINGS_FILE} to what it is, or to "none" if worktrees may share it.`,
    })
  return url.kind === 'url' ? [{ url, variable, kind }] : []
}

function partsOf(variable: FoundVariable, { variables }: Access): NamedUrl {
  return { url: urlFromParts(variables, variable.value), variable }
}

function oneName(first: NamedUrl, all: readonly NamedUrl[]): string {
  const other = all.find(({ url }) => url.database !== first.url.database)
  if (!other) return first.url.database
  throw new LanekeeperError(
    'database',
    `${first.variable.name} and ${other.variable.name} name two databases: ${first.url.database} and ${other.url.database}.`,
    { hint: `Give each a role of its own under "databases" in ${SETTINGS_FILE}.` },
  )
}

/** `adminUrl`, else the first URL that goes straight to the server; in the database `postgres`, never in template1. */
function adminOf(
  access: Access,
  candidates: readonly NamedUrl[],
  named: string,
): NamedUrl & { readonly database: string } {
  const wanted = access.settings.postgres?.adminUrl
  if (wanted !== undefined) return explicitAdmin(wanted, access, named)
  const around = DIRECT.flatMap((name) => {
    const url = parsePostgresUrl(access.variables[name] ?? '')
    return url.kind === 'url' && url.database === named ? [{ url, variable: { name, file: 'the environment' } }] : []
  })
  const straight = [...candidates, ...around].find(({ url }) => !isPooled(url))
  if (straight) return { ...straight, database: 'postgres' }
  const [{ variable, url } = candidates[0] as NamedUrl] = candidates
  throw isBehindPooler({ role: access.role, variable: variable.name, host: url.hosts[0]?.host ?? '' })
}

function explicitAdmin(wanted: string, { variables, role }: Access, named: string) {
  const isName = /^[A-Za-z_]\w*$/.test(wanted)
  const variable = { name: isName ? wanted : `databases.${role}.postgres.adminUrl`, file: SETTINGS_FILE }
  const url = parsePostgresUrl(isName ? (variables[wanted] ?? '') : wanted)
  if (url.kind === 'broken') throw brokenUrl(variable.name, url.host, url.database)
  if (url.kind === 'other')
    throw new LanekeeperError('database', `${variable.name} holds no Postgres URL.`, {
      hint: `It is what databases.${role}.postgres.adminUrl in ${SETTINGS_FILE} names.`,
    })
  const database = [named, 'template0', 'template1'].includes(url.database) ? 'postgres' : url.database
  return { url, variable, database }
}

function userOf({ user }: PostgresUrl, { variables }: Pick<Access, 'variables'>): string {
  return user || variables.PGUSER || userInfo().username
}

/** How a URL's server is reached; libpq's variables fill what it leaves out. */
export function serverOf(url: PostgresUrl, { variables }: Pick<Access, 'variables'>): Server {
  const files = ['sslrootcert', 'sslcert', 'sslkey'].flatMap((name) => {
    const file = url.query[name]
    return file !== undefined && (file === 'system' || existsSync(file)) ? [[name, file]] : []
  })
  const hosts = url.hosts.map(({ host, port }) => ({
    host: host || variables.PGHOST || '',
    port: port || variables.PGPORT || '',
  }))
  return {
    hosts,
    user: userOf(url, { variables }),
    password: url.password || (variables.PGPASSWORD ?? ''),
    encryption: encryptionOf({ ...url, hosts }),
    certificates: Object.fromEntries(files),
  }
}

/** Throws `database` for a host that the settings protect. */
export function refuseProtected({ hosts }: Server, { settings, role }: Access): void {
  if (!isProtected(hosts, settings.postgres?.protectedHosts ?? [])) return
  throw new LanekeeperError(
    'database',
    `${serverName(hosts)} is protected: nothing is forked from it nor made there.`,
    {
      hint: `See databases.${role}.postgres.protectedHosts in ${SETTINGS_FILE}.`,
    },
  )
}

/** What messages say of a server. */
export function factsOf(
  access: Access,
  { hosts, user }: Server,
  database: string,
  from: NamedUrl['variable'],
): PostgresFacts {
  const [{ host, port } = { host: '', port: '' }] = hosts
  return {
    role: access.role,
    host: host || 'localhost',
    port: port || '5432',
    user,
    database,
    variable: from.name,
    file: from.file,
  }
}
