/** PlanetScale's API for the branches of `acme/shop`. A secret is shown by the call that makes it and never again. */
import { type Route, type StandIn, standIn } from './stand-in.ts'

interface Secret {
  id: string
  name: string
  kind: 'passwords' | 'roles'
}

export interface PlanetScaleBranch {
  id: string
  name: string
  parent_branch: string | undefined
  production: boolean
  looks: number
  secrets: Secret[]
  /** Table → its CREATE TABLE. */
  tables: Record<string, string>
}

interface PlanetScaleSettings {
  looks: number
  page: number
  /** Where a role of a Postgres branch connects to, as a URL. */
  postgres?: (branch: PlanetScaleBranch) => string
}

export interface PlanetScaleStandIn extends StandIn {
  readonly branches: PlanetScaleBranch[]
  /** Of new branches: how many looks until they are ready. */
  readonly settings: PlanetScaleSettings
}

export const PLANETSCALE_TOKEN = 'pscale_tkn_secret'
const NOT_FOUND = { status: 404, body: { code: 'not_found', message: 'Not Found' } }

/** Database `shop` of `acme` with the production branch `main`. */
export async function planetscaleStandIn(): Promise<PlanetScaleStandIn> {
  const branches: PlanetScaleBranch[] = []
  const settings: PlanetScaleSettings = { looks: 0, page: 100 }
  branches.push({
    id: 'b-main',
    name: 'main',
    parent_branch: undefined,
    production: true,
    looks: 0,
    secrets: [],
    tables: {},
  })
  return Object.assign(await standIn(routesOf(branches, settings), `id:${PLANETSCALE_TOKEN}`), { branches, settings })
}

function pageOf<T>(all: readonly T[], query: URLSearchParams, size: number) {
  const page = Number(query.get('page') ?? 1)
  const next = page * size < all.length ? page + 1 : null
  return { status: 200, body: { current_page: page, next_page: next, data: all.slice((page - 1) * size, page * size) } }
}

function routesOf(branches: PlanetScaleBranch[], settings: PlanetScaleSettings): Route[] {
  let count = 0
  const B = '/organizations/acme/databases/shop/branches'
  const find = (name: string | undefined) => branches.find((branch) => branch.name === name)
  const shown = ({ looks, secrets, tables, ...branch }: PlanetScaleBranch) => ({ ...branch, ready: looks === 0 })
  return [
    ['GET', new RegExp(`^${B}$`), (_, _call, query) => pageOf(branches.map(shown), query, settings.page)],
    [
      'POST',
      new RegExp(`^${B}$`),
      (_, { body }) => {
        const { name, parent_branch } = body as { name: string; parent_branch?: string }
        if (find(name)) return { status: 422, body: { code: 'unprocessable', message: 'Name has already been taken' } }
        if (!find(parent_branch)) return NOT_FOUND
        const tables = { ...find(parent_branch)?.tables }
        const rest = { parent_branch, production: false, looks: settings.looks, secrets: [], tables }
        const made = { id: `b-${++count}`, name, ...rest }
        branches.push(made)
        return { status: 201, body: { ...shown(made), ready: false } }
      },
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)$`),
      ([name]) => {
        const branch = find(name)
        if (!branch) return NOT_FOUND
        const body = shown(branch)
        if (branch.looks > 0) branch.looks--
        return { status: 200, body }
      },
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/schema$`),
      ([name]) => {
        const branch = find(name)
        if (!branch) return NOT_FOUND
        // in the order in which they were made
        const data = Object.entries(branch.tables).map(([table, raw]) => ({
          name: table,
          raw,
          html: `<pre>${raw}</pre>`,
        }))
        return { status: 200, body: { data } }
      },
    ],
    [
      'DELETE',
      new RegExp(`^${B}/([^/]+)$`),
      ([name]) => {
        const at = branches.findIndex((branch) => branch.name === name)
        if (at === -1) return NOT_FOUND
        branches.splice(at, 1)
        return { status: 204 }
      },
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/(passwords|roles)$`),
      ([name, kind], _call, query) => {
        const secrets = find(name)?.secrets.filter((one) => one.kind === kind) ?? []
        return pageOf(
          secrets.map(({ id, name: called }) => ({ id, name: called })),
          query,
          settings.page,
        )
      },
    ],
    [
      'POST',
      new RegExp(`^${B}/([^/]+)/(passwords|roles)$`),
      ([name, kind], { body }) => {
        const branch = find(name)
        if (!branch) return NOT_FOUND
        const id = `${kind === 'roles' ? 'r' : 'p'}-${++count}`
        branch.secrets.push({ id, name: String(body.name), kind: kind as Secret['kind'] })
        const login = { id, name: body.name, username: `user-${id}` }
        const at = settings.postgres && new URL(settings.postgres(branch))
        if (at)
          return {
            status: 201,
            body: {
              ...login,
              username: at.username,
              password: at.password || 'any',
              access_host_url: at.host,
              database_name: at.pathname.slice(1),
            },
          }
        return kind === 'roles'
          ? {
              status: 201,
              body: { ...login, password: `pw-${id}`, access_host_url: 'eu.pg.psdb.cloud', database_name: 'postgres' },
            }
          : { status: 201, body: { ...login, plain_text: `pw-${id}`, access_host_url: 'eu.connect.psdb.cloud' } }
      },
    ],
    [
      'DELETE',
      new RegExp(`^${B}/([^/]+)/(passwords|roles)/([^/]+)$`),
      ([name, , id]) => {
        const branch = find(name)
        const at = branch?.secrets.findIndex((one) => one.id === id) ?? -1
        if (!branch || at === -1) return NOT_FOUND
        branch.secrets.splice(at, 1)
        return { status: 204 }
      },
    ],
  ]
}
