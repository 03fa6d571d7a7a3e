/** What a server refuses while a database is being made, in our words. */

import { mayNotCopy, mayNotCreate, outOfDisk } from '../../../policy/databases/postgres-errors.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { readLedger } from '../../ledger.ts'
import type { Access } from '../provider.ts'
import { type Connection, codeOf } from './client.ts'
import { type ServerFacts, sizeOf, sourceFacts } from './facts.ts'
import { markedBy } from './marker.ts'
import type { Located } from './server.ts'
import { ownerOf } from './values.ts'

export interface Attempt {
  readonly connection: Connection
  readonly located: Located
  readonly request: Access
  readonly server: ServerFacts
  readonly name: string
  readonly source: string
}

/** The server's refusals in the words of the table (P3, P4, P9). */
export async function explaining<T>(making: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LanekeeperError) throw error
    const { facts } = making.located
    const copied = { ...facts, database: making.source }
    const code = codeOf(error)
    if (code === '42501') throw making.server.mayCreate ? mayNotCopy(copied) : mayNotCreate(facts)
    if (code === '53100') throw await noSpace(making)
    const said = error instanceof Error ? error.message : String(error)
    throw new LanekeeperError('database', `Postgres could not make "${making.name}": ${said} (${code}).`, {
      hint: 'Once mended: npx lanekeeper setup --wait',
      cause: error,
    })
  }
}

async function noSpace({ connection, request, source }: Attempt): Promise<LanekeeperError> {
  const facts = await sourceFacts(connection, source)
  const live = new Set(readLedger(request.repository).map(({ id }) => id))
  const owned = await markedBy(connection, ownerOf(request).clone)
  const orphans = owned.filter(({ marker }) => marker.wt !== 'template' && !live.has(marker.wt))
  const sizes = await Promise.all(orphans.map(({ name }) => sourceFacts(connection, name)))
  const bytes = sizes.reduce((sum, size) => sum + (size?.bytes ?? 0), 0)
  return outOfDisk(source, sizeOf(facts?.bytes ?? 0), orphans.length, sizeOf(bytes))
}
