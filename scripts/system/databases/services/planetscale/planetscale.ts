/**
 * PlanetScale: a branch of the database for every worktree, through its API. It keeps no marks, so a branch is ours by the
 * nonce in its name and by the ledger; a Vitess branch has the schema only unless `seedData` says that money may be spent.
 */
import { AGAIN, noCredential } from '../../../../policy/databases/cloud-errors.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import type { DatabaseRecord } from '../../../ledger.ts'
import type { Access, DatabaseProvider } from '../../provider.ts'
import { cloudProvider } from '../cloud.ts'
import type { CloudDoor, Kind, Place } from '../cloud-door.ts'
import { type Pace, REAL_PACE } from '../pace.ts'
import { postgresSchema } from '../postgres-schema.ts'
import { type Login, openApi, openService } from './api.ts'
import { branchSchema } from './schema.ts'

const VARIABLES = ['PLANETSCALE_SERVICE_TOKEN_ID', 'PLANETSCALE_SERVICE_TOKEN'] as const

const kind: Kind = {
  id: 'planetscale',
  service: 'PlanetScale',
  hasMarks: false,
  isFlat: false,
  place,
  path: ({ organization = '', database = '' }) => `${organization}/${database}`,
  parent: ({ settings }) => settings.source ?? settings.planetscale?.parent,
  open,
  schema,
  note: ({ settings: { planetscale, mode } }) =>
    mode === 'fork' && planetscale?.kind === 'vitess' && !planetscale.seedData
      ? 'A PlanetScale branch has the schema without its rows; "seedData": true copies them from the last backup, for money.'
      : undefined,
}

/** The provider, at a pace; tests do not wait. */
export function planetscaleAt(pace: Pace): DatabaseProvider {
  return cloudProvider(kind, pace)
}

export const planetscale = planetscaleAt(REAL_PACE)

function place({ settings, role }: Access): Place {
  const { planetscale } = settings
  if (planetscale) {
    const { organization, database, apiUrl } = planetscale
    return { organization, database, apiUrl, engine: planetscale.kind }
  }
  throw new LanekeeperError('database', `databases.${role} names no PlanetScale database.`, {
    hint: `Set databases.${role}.planetscale to {"organization": …, "database": …} in lanekeeper.json. Then: ${AGAIN}`,
  })
}

function open(access: Access, at: Place, pace: Pace): CloudDoor {
  return openApi(access, at, login(access), pace)
}

/** A Postgres is asked itself; the branch of a Vitess database has its schema in the API. */
async function schema(record: DatabaseRecord | null, access: Access, pace: Pace): Promise<string> {
  const at = record?.details ?? place(access)
  if (at.engine === 'postgres') return postgresSchema(record, access)
  const name = record ? record.details?.name : kind.parent(access, at)
  const { service, branches } = openService(at, login(access), pace)
  return branchSchema(service, `${branches}/${encodeURIComponent(name ?? '')}`)
}

/** Throws C1. */
function login(access: Access): Login {
  const [id = '', token = ''] = VARIABLES.map((name) => access.variables[name])
  const what = 'a service token that may create, read, connect to and delete branches'
  const missing = VARIABLES.filter((name) => !access.variables[name])
  if (missing.length > 0) throw noCredential(missing, what, access.found[0]?.file ?? '.env')
  return { id, token }
}
