/** Turso's platform API. A database has no mark there: it is ours by the nonce in its name and by the ledger. */
import { AGAIN, refusedBy } from '../../../../policy/databases/cloud-errors.ts'
import { hasToken, isToken, tursoUrl } from '../../../../policy/databases/turso-url.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import type { Access, FoundVariable } from '../../provider.ts'
import type { CloudDoor, Connection, Place, Standing, Wanted } from '../cloud-door.ts'
import { createOnce } from '../create-once.ts'
import { ask, call, isOk, isTold, type Reply, type Service } from '../http.ts'
import type { Pace } from '../pace.ts'

const NAME = 'Turso'

interface Database {
  readonly DbId: string
  readonly Name: string
  readonly Hostname: string
  readonly group?: string
}

/** Opens it with a platform token. */
export function openApi(
  { settings }: Access,
  { organization = '', apiUrl = '' }: Place,
  token: string,
  pace: Pace,
): CloudDoor {
  const service: Service = { name: NAME, url: apiUrl, authorization: `Bearer ${token}`, secrets: [token], pace }
  const at = `/organizations/${encodeURIComponent(organization)}/databases`
  const all = () => listDatabases(service, at)
  return {
    list: async () => (await all()).map(standingOf),
    look: async ({ name }) => {
      const reply = await call(service, 'GET', `${at}/${name}`)
      if (!isTold(reply)) return 'unknown'
      // a wrong organization is "not found" too: the list tells
      if (reply.status === 404) return (await all()).map(standingOf).find((one) => one.name === name) ?? null
      if (!isOk(reply)) throw refusedBy(NAME, `show ${name}`, reply)
      return standingOf((reply.body as { database: Database }).database)
    },
    create: async (wanted) => create(service, at, wanted, settings.turso?.group, await all()),
    read: (body) => standingOf((body as { database: Database }).database),
    connect: async ({ name }, _nonce, found, names) => {
      const host = (await all()).find((one) => one.Name === name)?.Hostname
      if (host === undefined) throw refusedBy(NAME, `show ${name}`, { status: 404, said: '' })
      return connect(service, `${at}/${name}/auth/tokens`, host, found, names)
    },
    remove: async ({ name }) => {
      const answer = await ask(service, 'DELETE', `${at}/${name}`)
      if (isOk(answer)) return true
      if (answer.status === 404) return false
      throw refusedBy(NAME, `delete ${name}`, answer)
    },
  }
}

async function listDatabases(service: Service, at: string): Promise<readonly Database[]> {
  const answer = await ask(service, 'GET', at)
  if (isOk(answer)) return (answer.body as { databases: readonly Database[] }).databases
  throw refusedBy(NAME, 'list the databases of the organization', answer)
}

/** A POST that made it answers with another set of fields than a list. */
function standingOf({ DbId, Name }: Database): Standing {
  return { id: DbId, name: Name, isReady: true, isProtected: false }
}

/** A fork has to lie in the group of its source. */
async function create(
  service: Service,
  at: string,
  { name, parent = '', mode }: Wanted,
  group: string | undefined,
  all: readonly Database[],
): Promise<Reply> {
  const source = all.find(({ Name }) => Name === parent)
  if (!source && (mode === 'fork' || group === undefined))
    throw new LanekeeperError('database', `Turso has no database "${parent}" in this organization.`, {
      hint: `Correct turso.database in lanekeeper.json, then: ${AGAIN}`,
    })
  const seed = mode === 'fork' ? { seed: { type: 'database', name: parent } } : {}
  return call(service, 'POST', at, { name, group: group ?? source?.group ?? 'default', ...seed })
}

async function connect(
  service: Service,
  tokens: string,
  host: string,
  found: readonly FoundVariable[],
  names: readonly string[],
): Promise<Connection> {
  const sourceOf = (name: string) => found.findLast((variable) => variable.name === name)?.value
  // without one the project's token is the group's, which is good for the fork too
  const needsToken = names.some((name) => isToken(name) || hasToken(sourceOf(name) ?? ''))
  const token = needsToken ? await makeToken(service, tokens) : null
  const values = names.map((name) => [name, isToken(name) ? (token ?? '') : tursoUrl(sourceOf(name), host, token)])
  return { values: Object.fromEntries(values), url: `libsql://${host}` }
}

/** A token that was made and lost goes with its database. */
function makeToken(service: Service, path: string): Promise<string> {
  const creation = {
    service: NAME,
    name: 'a token',
    find: async () => null,
    post: () => call(service, 'POST', `${path}?expiration=never&authorization=full-access`),
    read: (body: unknown) => (body as { jwt: string }).jwt,
    limit: async (said: string) => refusedBy(NAME, 'make a token', { status: 422, said }),
  }
  return createOnce<string>(creation, service.pace)
}
