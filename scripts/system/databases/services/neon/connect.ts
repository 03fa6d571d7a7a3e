/** Values of a role's variables for a Neon branch: whose database, by which user, through the pooler or not. */
import { AGAIN } from '../../../../policy/databases/cloud-errors.ts'
import { neonSettings } from '../../../../policy/databases/database-settings.ts'
import {
  isPooled,
  parseServer,
  type Server,
  serverUrl,
  serverValue,
  wantsDirect,
} from '../../../../policy/databases/server-values.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import type { Access, FoundVariable } from '../../provider.ts'
import type { Connection } from '../cloud-door.ts'

/** What the API or neonctl tells about one branch. */
export interface BranchDoor {
  uri(database: string, role: string, pooled: boolean): Promise<string>
  databases(): Promise<readonly { readonly name: string; readonly owner_name: string }[]>
  /** Makes an empty database on the branch, unless it is there; gives its name. */
  makeEmpty(owner: string): Promise<string>
}

/** Throws `database` where it is open which database is meant. */
export async function connectTo(
  access: Access,
  found: readonly FoundVariable[],
  names: readonly string[],
  branch: BranchDoor,
): Promise<Connection> {
  const { settings } = access
  const { pooled } = neonSettings(settings)
  const source = await databaseOf(access, found, branch)
  const database = settings.mode === 'empty' ? await branch.makeEmpty(source.role) : source.name
  const servers = new Map<boolean, Server>()
  const serverFor = async (throughPooler: boolean): Promise<Server> => {
    const known = servers.get(throughPooler) ?? parsed(await branch.uri(database, source.role, throughPooler))
    servers.set(throughPooler, known)
    return known
  }
  const values: Record<string, string> = {}
  for (const name of names) {
    const value = found.findLast((variable) => variable.name === name)?.value
    const server = await serverFor(!wantsDirect(name) && (pooled || (value !== undefined && isPooled(value))))
    values[name] = serverValue(name, value, server)
  }
  const [shown] = servers.values()
  return { values, url: shown ? serverUrl({ ...shown, password: '' }) : '' }
}

async function databaseOf({ settings, role }: Access, found: readonly FoundVariable[], branch: BranchDoor) {
  const { database, user } = neonSettings(settings)
  const url = found.map(({ value }) => parseServer(value)).find((server) => server?.database && server.user)
  const name = database ?? url?.database
  const owner = user ?? url?.user
  if (name !== undefined && owner !== undefined) return { name, role: owner }
  const all = (await branch.databases()).filter((one) => name === undefined || one.name === name)
  const [one, other] = all
  if (one && !other) return { name: one.name, role: owner ?? one.owner_name }
  const said = one
    ? `several databases: ${all.map((each) => each.name).join(', ')}`
    : `no database ${name ?? ''}`.trim()
  throw new LanekeeperError('database', `The Neon branch has ${said}.`, {
    hint: `Set databases.${role}.neon.database in lanekeeper.json, then: ${AGAIN}`,
  })
}

function parsed(uri: string): Server {
  const server = parseServer(uri)
  if (server) return server
  throw new LanekeeperError('database', 'Neon gave a connection URI that is none.', { hint: `Retry: ${AGAIN}` })
}
