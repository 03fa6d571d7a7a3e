/** An administrator's session on a role's server, and the server's refusals in our words. */
import { connectionError } from '../../../policy/databases/postgres-errors.ts'
import { type Connection, codeOf, withConnection } from './client.ts'
import type { Located } from './server.ts'

/** Runs `work` in the database that others are created from. Throws `database` (P1, P2) where the server refuses. */
export function asAdmin<T>(located: Located, work: (connection: Connection) => Promise<T>): Promise<T> {
  return inDatabase(located, located.adminDatabase, work)
}

/** The same in another database of the server. */
export async function inDatabase<T>(
  located: Pick<Located, 'server' | 'facts'>,
  database: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let isConnected = false
  try {
    return await withConnection(located.server, database, (connection) => {
      isConnected = true
      return work(connection)
    })
  } catch (error) {
    if (isConnected) throw error
    throw connectionError(codeOf(error), error instanceof Error ? error.message : String(error), located.facts)
  }
}
