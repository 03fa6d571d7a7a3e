/** The schema of a service's Postgres, read where the programs connect to: a service's API has none that is fresh. */
import { straightUrl } from '../../../policy/databases/straight-url.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import { schemaOf } from '../postgres/schema.ts'
import { factsOf, serverOf } from '../postgres/server.ts'
import { inDatabase } from '../postgres/session.ts'
import type { Access } from '../provider.ts'
import { noWay, valuesOf } from './role-values.ts'

/** Of a worktree's database, or of the main worktree's where `record` is null. Throws `database` (P1, P2). */
export async function postgresSchema(record: DatabaseRecord | null, access: Access): Promise<string> {
  const url = straightUrl(valuesOf(record, access))
  if (url === null) throw noWay(record, access)
  const server = serverOf(url, access)
  const place = record ? 'an env file of the worktree' : (access.found[0]?.file ?? '.env')
  const variable = { name: access.settings.vars[0] ?? access.role, file: place }
  return inDatabase({ server, facts: factsOf(access, server, url.database, variable) }, url.database, schemaOf)
}
