/** Neon's API, as far as branches go, in the shapes of `@neon/sdk` 6.0.0. */
import { type Route, type StandIn, standIn } from './stand-in.ts'

export interface NeonBranch {
  id: string
  name: string
  parent_id: string | undefined
  default: boolean
  protected: boolean
  /** Of how many looks it is not ready yet. */
  looks: number
  expires_at: string | undefined
  annotation: Record<string, string> | undefined
  databases: string[]
}

interface NeonSettings {
  looks: number
  page: number
  /** Connection URI of a branch, where somebody is to connect to it. */
  uri?: (branch: NeonBranch) => string
}

export interface NeonStandIn extends StandIn {
  readonly branches: NeonBranch[]
  /** How many looks until a new branch is ready, and how many branches a page of the list holds. */
  readonly settings: NeonSettings
  add(branch: Partial<NeonBranch>): NeonBranch
}

export const NEON_KEY = 'napi_secret_key'
const NOT_FOUND = { status: 404, body: { code: '', message: 'branch not found' } }

/** Project `p1` with the default branch `br-main`. */
export async function neonStandIn(): Promise<NeonStandIn> {
  const branches: NeonBranch[] = []
  const settings: NeonSettings = { looks: 0, page: 100 }
  let count = 0
  const add = (branch: Partial<NeonBranch>): NeonBranch => {
    const id = branch.id ?? `br-cool-lake-${++count}`
    const made: NeonBranch = {
      id,
      name: id,
      parent_id: undefined,
      default: false,
      protected: false,
      looks: settings.looks,
      expires_at: undefined,
      annotation: undefined,
      databases: ['app'],
      ...branch,
    }
    branches.push(made)
    return made
  }
  add({ id: 'br-main', name: 'main', default: true, looks: 0 })
  const server = await standIn(routesOf(branches, add, settings), `Bearer ${NEON_KEY}`)
  return Object.assign(server, { branches, add, settings })
}

function routesOf(
  branches: NeonBranch[],
  add: (branch: Partial<NeonBranch>) => NeonBranch,
  settings: NeonSettings,
): Route[] {
  const find = (id: string | null | undefined) => branches.find((branch) => branch.id === id)
  const shown = ({ looks, annotation, databases, ...branch }: NeonBranch) => ({
    ...branch,
    project_id: 'p1',
    current_state: looks > 0 ? 'init' : 'ready',
    created_at: '2026-01-01T00:00:00Z',
  })
  const endpoint = (branch: NeonBranch) => ({
    id: `ep-${branch.id}`,
    branch_id: branch.id,
    type: 'read_write',
    host: `ep-${branch.id}.eu.neon.tech`,
  })
  const uri = (branch: NeonBranch, database: string, role: string, pooled: boolean) =>
    settings.uri?.(branch) ??
    `postgresql://${role}:pw-${branch.id}@ep-${branch.id}${pooled ? '-pooler' : ''}.eu.neon.tech/${database}?sslmode=require`
  const B = '/projects/p1/branches'
  return [
    ['GET', /^\/projects\/p1$/, () => ({ status: 200, body: { project: { id: 'p1', name: 'p1' } } })],
    ['GET', /^\/users\/me$/, () => ({ status: 200, body: { id: 'u', login: 'u', email: 'u@example.com' } })],
    [
      'GET',
      new RegExp(`^${B}$`),
      (_, _call, query) => {
        const from = Number(query.get('cursor') ?? 0)
        const page = branches.slice(from, from + settings.page)
        const annotations = page.flatMap(({ id, annotation }) =>
          annotation ? [[id, { object: { type: 'branch', id }, value: annotation }] as const] : [],
        )
        const next = from + settings.page < branches.length ? { next: String(from + settings.page) } : {}
        return {
          status: 200,
          body: { branches: page.map(shown), annotations: Object.fromEntries(annotations), pagination: next },
        }
      },
    ],
    [
      'POST',
      new RegExp(`^${B}$`),
      (_, { body }) => {
        const { branch, endpoints, annotation_value } = body as {
          branch: { name: string; parent_id?: string; expires_at?: string }
          endpoints?: unknown[]
          annotation_value?: Record<string, string>
        }
        if (branches.some(({ name }) => name === branch.name))
          return { status: 409, body: { code: '', message: 'branch with the provided name already exists' } }
        const made = add({
          name: branch.name,
          parent_id: branch.parent_id ?? 'br-main',
          expires_at: branch.expires_at,
          annotation: annotation_value,
        })
        return {
          status: 201,
          body: {
            branch: shown(made),
            endpoints: endpoints?.length ? [endpoint(made)] : [],
            operations: [],
            connection_uris: [{ connection_uri: uri(made, 'app', 'owner', false) }],
          },
        }
      },
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)$`),
      ([id]) => {
        const branch = find(id)
        if (!branch) return NOT_FOUND
        const body = {
          branch: shown(branch),
          ...(branch.annotation ? { annotation: { value: branch.annotation } } : {}),
        }
        if (branch.looks > 0) branch.looks--
        return { status: 200, body }
      },
    ],
    [
      'PATCH',
      new RegExp(`^${B}/([^/]+)$`),
      ([id], { body }) => {
        const branch = find(id)
        if (!branch) return NOT_FOUND
        branch.expires_at = (body.branch as { expires_at?: string }).expires_at
        return { status: 200, body: { branch: shown(branch), operations: [] } }
      },
    ],
    [
      'DELETE',
      new RegExp(`^${B}/([^/]+)$`),
      ([id]) => {
        const at = branches.findIndex((branch) => branch.id === id)
        const [branch] = at === -1 ? [] : branches.splice(at, 1)
        return branch ? { status: 200, body: { branch: shown(branch), operations: [] } } : NOT_FOUND
      },
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/endpoints$`),
      ([id]) => ({ status: 200, body: { endpoints: branches.filter((one) => one.id === id).map(endpoint) } }),
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/roles$`),
      ([id]) => ({ status: 200, body: { roles: [{ branch_id: id, name: 'owner' }] } }),
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/roles/([^/]+)/reveal_password$`),
      ([id]) => ({ status: 200, body: { password: `pw-${id}` } }),
    ],
    [
      'GET',
      new RegExp(`^${B}/([^/]+)/databases$`),
      ([id]) => ({
        status: 200,
        body: { databases: (find(id)?.databases ?? []).map((name) => ({ name, owner_name: 'owner', branch_id: id })) },
      }),
    ],
    [
      'POST',
      new RegExp(`^${B}/([^/]+)/databases$`),
      ([id], { body }) => {
        const database = body.database as { name: string; owner_name: string }
        find(id)?.databases.push(database.name)
        return { status: 201, body: { database, operations: [] } }
      },
    ],
    [
      'GET',
      /^\/projects\/p1\/connection_uri$/,
      (_, _call, query) => {
        const branch = find(query.get('branch_id'))
        const [database, role] = [query.get('database_name'), query.get('role_name')]
        if (!branch || !database || !role) return NOT_FOUND
        return { status: 200, body: { uri: uri(branch, database, role, query.get('pooled') === 'true') } }
      },
    ],
  ]
}
