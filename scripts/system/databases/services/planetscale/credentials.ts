/**
 * A password (Vitess) or a role (Postgres) for one branch. Its secret is shown once, to whoever made it: one that nobody
 * wrote down is of no use to anybody, so it goes and a new one is made.
 */
import { refusedBy, rejected } from '../../../../policy/databases/cloud-errors.ts'
import { createOnce } from '../create-once.ts'
import { ask, call, isOk, type Service } from '../http.ts'
import { listAll } from './pages.ts'

export interface Credential {
  readonly username: string
  readonly password: string
  readonly host: string
  /** Of a Postgres role; a Vitess password is for the branch's one database. */
  readonly database: string | undefined
}

interface Named {
  readonly id: string
  readonly name: string
}

interface Made {
  readonly username: string
  readonly plain_text?: string
  readonly password?: string
  readonly access_host_url: string
  readonly database_name?: string
}

const PERMISSION = 'connect_branch'

/** Makes one under a name of ours, after the ones of that name that were lost. */
export function makeCredential(service: Service, branch: string, engine: string, name: string): Promise<Credential> {
  const isPostgres = engine === 'postgres'
  const path = `${branch}/${isPostgres ? 'roles' : 'passwords'}`
  // a development branch's own migrations have to run, which a writer may not do
  const body = isPostgres ? { name, inherited_roles: ['postgres'] } : { name, role: 'admin' }
  const creation = {
    service: service.name,
    name,
    permission: PERMISSION,
    find: async () => {
      await deleteLost(service, path, name)
      return null
    },
    post: () => call(service, 'POST', path, body),
    read: (made: unknown) => credentialOf(made as Made),
    limit: async (said: string) => refusedBy(service.name, `make ${name}`, { status: 422, said }),
  }
  return createOnce<Credential>(creation, service.pace)
}

async function deleteLost(service: Service, path: string, name: string): Promise<void> {
  const lost = (await listAll<Named>(service, path, PERMISSION)).filter((one) => one.name === name)
  for (const { id } of lost) {
    const answer = await ask(service, 'DELETE', `${path}/${encodeURIComponent(id)}`)
    if (answer.status === 404) throw rejected(service.name, 404, PERMISSION)
    if (!isOk(answer)) throw refusedBy(service.name, `delete the lost password ${name}`, answer)
  }
}

function credentialOf({ username, plain_text, password, access_host_url, database_name }: Made): Credential {
  return { username, password: plain_text ?? password ?? '', host: access_host_url, database: database_name }
}
