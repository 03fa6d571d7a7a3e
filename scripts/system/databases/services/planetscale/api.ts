/**
 * PlanetScale's HTTP API. A permission that is missing reads as "not found" there, so what is not found counts as gone
 * only once the list of branches, which may be read, does not have it.
 */
import { refusedBy, rejected } from '../../../../policy/databases/cloud-errors.ts'
import type { Access } from '../../provider.ts'
import type { CloudDoor, Place, Standing, Wanted } from '../cloud-door.ts'
import { type Answer, ask, call, isOk, isTold, type Service } from '../http.ts'
import type { Pace } from '../pace.ts'
import { connectionOf } from './connection.ts'
import { makeCredential } from './credentials.ts'
import { listAll } from './pages.ts'

const NAME = 'PlanetScale'

interface Branch {
  readonly id: string
  readonly name: string
  readonly ready?: boolean
  readonly production?: boolean
}

/** A service token. */
export interface Login {
  readonly id: string
  readonly token: string
}

/** The service as calls take it, and the path of a database's branches. */
export function openService(
  { organization = '', database = '', apiUrl = '' }: Place,
  { id, token }: Login,
  pace: Pace,
): { readonly service: Service; readonly branches: string } {
  const [org, db] = [organization, database].map(encodeURIComponent)
  return {
    service: { name: NAME, url: apiUrl, authorization: `${id}:${token}`, secrets: [token], pace },
    branches: `/organizations/${org}/databases/${db}/branches`,
  }
}

/** Opens it with a service token. */
export function openApi({ settings }: Access, place: Place, login: Login, pace: Pace): CloudDoor {
  const { database = '', engine = '' } = place
  const { service, branches: at } = openService(place, login, pace)
  const list = async () => (await listAll<Branch>(service, at, 'read_branch')).map(standingOf)
  const stands = async (name: string) => (await list()).find((one) => one.name === name)
  return {
    permission: 'create_branch',
    list,
    look: async ({ name }) => {
      const reply = await call(service, 'GET', `${at}/${name}`)
      if (!isTold(reply)) return 'unknown'
      if (reply.status === 404) return (await stands(name)) ?? null
      if (!isOk(reply)) throw refusal(`show ${name}`, reply)
      return standingOf(reply.body as Branch)
    },
    create: (wanted) => call(service, 'POST', at, bodyOf(wanted, settings.planetscale)),
    read: (body) => standingOf(body as Branch),
    connect: async (one, nonce, found, names) => {
      const credential = await makeCredential(service, `${at}/${one.name}`, engine, `lanekeeper-${nonce}`)
      return connectionOf(credential, engine, database, found, names)
    },
    remove: async ({ name }) => {
      const answer = await ask(service, 'DELETE', `${at}/${name}`)
      if (isOk(answer)) return true
      if (answer.status !== 404) throw refusal(`delete ${name}`, answer)
      if (await stands(name)) throw rejected(NAME, 404, 'delete_branch')
      return false
    },
  }
}

function standingOf({ id, name, ready, production }: Branch): Standing {
  return { id, name, isReady: ready === true, isProtected: production === true }
}

function bodyOf({ name, parent, mode }: Wanted, settings: Access['settings']['planetscale']): object {
  const size = settings?.kind === 'postgres' ? 'cluster_name' : 'cluster_size'
  return {
    name,
    parent_branch: parent,
    ...(settings?.region === undefined ? {} : { region: settings.region }),
    ...(settings?.clusterSize === undefined ? {} : { [size]: settings.clusterSize }),
    ...(settings?.seedData && mode === 'fork' ? { seed_data: 'last_successful_backup' } : {}),
  }
}

function refusal(what: string, answer: Answer) {
  return refusedBy(NAME, what, answer)
}
