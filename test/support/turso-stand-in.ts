/** Turso's platform API for the databases of `acme`. */
import { type Route, type StandIn, standIn } from './stand-in.ts'

export interface TursoDatabase {
  DbId: string
  Name: string
  Hostname: string
  group: string
  /** Name of the database it was seeded from. */
  seed: string | undefined
}

export interface TursoStandIn extends StandIn {
  readonly databases: TursoDatabase[]
}

export const TURSO_TOKEN = 'turso_platform_secret'

/** Organization `acme` with the database `shop` in the group `eu`. */
export async function tursoStandIn(): Promise<TursoStandIn> {
  const databases: TursoDatabase[] = [
    { DbId: 'd-shop', Name: 'shop', Hostname: 'shop-acme.turso.io', group: 'eu', seed: undefined },
  ]
  return Object.assign(await standIn(routesOf(databases), `Bearer ${TURSO_TOKEN}`), { databases })
}

function routesOf(databases: TursoDatabase[]): Route[] {
  const D = '/organizations/acme/databases'
  const find = (name: string | undefined) => databases.find(({ Name }) => Name === name)
  const notFound = (name: string | undefined) => ({ status: 404, body: { error: `could not find database ${name}` } })
  let count = 0
  return [
    ['GET', new RegExp(`^${D}$`), () => ({ status: 200, body: { databases } })],
    [
      'POST',
      new RegExp(`^${D}$`),
      (_, { body }) => {
        const { name, group, seed } = body as { name: string; group: string; seed?: { type: string; name: string } }
        if (find(name)) return { status: 409, body: { error: `database with name ${name} already exists` } }
        if (seed && !find(seed.name)) return notFound(seed.name)
        const made = { DbId: `d-${++count}`, Name: name, Hostname: `${name}-acme.turso.io`, group, seed: seed?.name }
        databases.push(made)
        return { status: 200, body: { database: { DbId: made.DbId, Name: name, Hostname: made.Hostname } } }
      },
    ],
    [
      'GET',
      new RegExp(`^${D}/([^/]+)$`),
      ([name]) => (find(name) ? { status: 200, body: { database: find(name) } } : notFound(name)),
    ],
    [
      'DELETE',
      new RegExp(`^${D}/([^/]+)$`),
      ([name]) => {
        const at = databases.findIndex(({ Name }) => Name === name)
        if (at === -1) return notFound(name)
        databases.splice(at, 1)
        return { status: 200, body: { database: name } }
      },
    ],
    [
      'POST',
      new RegExp(`^${D}/([^/]+)/auth/tokens$`),
      ([name]) => (find(name) ? { status: 200, body: { jwt: `jwt-${name}-${++count}` } } : notFound(name)),
    ],
  ]
}
