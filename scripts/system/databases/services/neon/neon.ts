/** Neon: a branch of the project for every worktree, through its API, or through neonctl for whoever logged in with it. */
import { join } from 'node:path'
import { AGAIN } from '../../../../policy/databases/cloud-errors.ts'
import { neonSettings } from '../../../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import { readJsonIfExists } from '../../../files.ts'
import type { Access, DatabaseProvider } from '../../provider.ts'
import { cloudProvider } from '../cloud.ts'
import type { CloudDoor, Kind, Place } from '../cloud-door.ts'
import { type Pace, REAL_PACE } from '../pace.ts'
import { postgresSchema } from '../postgres-schema.ts'
import { openApi } from './api.ts'
import { openCli } from './cli.ts'

/** What `neonctl link` leaves in a project. */
const CONTEXT_FILE = '.neon'

const kind: Kind = {
  id: 'neon',
  service: 'Neon',
  hasMarks: true,
  isFlat: false,
  place: (access) => ({ project: projectOf(access), apiUrl: neonSettings(access.settings).apiUrl }),
  path: ({ project = '' }) => project,
  parent: ({ settings }) => settings.source ?? settings.neon?.parent,
  open,
  schema: postgresSchema,
}

/** The provider, at a pace; tests do not wait. */
export function neonAt(pace: Pace): DatabaseProvider {
  return cloudProvider(kind, pace)
}

export const neon = neonAt(REAL_PACE)

function projectOf({ settings, role, repository }: Access): string {
  const context = readJsonIfExists<{ projectId?: unknown }>(join(repository.mainWorktree, CONTEXT_FILE))
  const project = settings.neon?.project ?? context?.projectId
  if (typeof project === 'string' && project !== '') return project
  throw new LanekeeperError('database', `No Neon project is named for database ${role}.`, {
    hint: `Set databases.${role}.neon.project in lanekeeper.json, or run npx neonctl link. Then: ${AGAIN}`,
  })
}

function open(access: Access, place: Place, pace: Pace): CloudDoor {
  const key = access.variables.NEON_API_KEY
  return key ? openApi(access, place, key, pace) : openCli(access, place, pace)
}
