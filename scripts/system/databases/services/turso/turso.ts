/** Turso: a database of its own for every worktree, seeded from the source, through the platform API. */
import { AGAIN, noCredential } from '../../../../policy/databases/cloud-errors.ts'
import { tursoDatabaseOf } from '../../../../policy/databases/turso-url.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import type { Access, DatabaseProvider } from '../../provider.ts'
import { cloudProvider } from '../cloud.ts'
import type { CloudDoor, Kind, Place } from '../cloud-door.ts'
import { type Pace, REAL_PACE } from '../pace.ts'
import { openApi } from './api.ts'
import { tursoSchema } from './schema.ts'

const KEY = 'TURSO_API_TOKEN'

const kind: Kind = {
  id: 'turso',
  service: 'Turso',
  hasMarks: false,
  isFlat: true,
  place,
  path: ({ organization = '' }) => organization,
  parent,
  open,
  schema: tursoSchema,
}

/** The provider, at a pace; tests do not wait. */
export function tursoAt(pace: Pace): DatabaseProvider {
  return cloudProvider(kind, pace)
}

export const turso = tursoAt(REAL_PACE)

function place({ settings, role }: Access): Place {
  if (settings.turso) return { organization: settings.turso.organization, apiUrl: settings.turso.apiUrl }
  throw new LanekeeperError('database', `databases.${role} names no Turso organization.`, {
    hint: `Set databases.${role}.turso to {"organization": …} in lanekeeper.json. Then: ${AGAIN}`,
  })
}

function parent({ settings, found, role }: Access, { organization = '' }: Place): string {
  const named = settings.source ?? settings.turso?.database
  const inUrl = found.map(({ value }) => tursoDatabaseOf(value, organization)).find((name) => name !== null)
  const name = named ?? inUrl
  if (name !== undefined) return name
  throw new LanekeeperError('database', `No variable of ${role} names a database of Turso's ${organization}.`, {
    hint: `Set databases.${role}.turso.database in lanekeeper.json, then: ${AGAIN}`,
  })
}

function open(access: Access, at: Place, pace: Pace): CloudDoor {
  const token = access.variables[KEY]
  if (!token) throw noCredential([KEY], 'a platform API token', access.found[0]?.file ?? '.env')
  return openApi(access, at, token, pace)
}
