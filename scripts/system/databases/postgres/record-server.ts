/** The server that a database of the ledger stands on, which need not be the one that the env files name today. */

import { isRemote, parsePostgresUrl, serverName } from '../../../policy/databases/postgres-url.ts'
import { urlFromParts } from '../../../policy/databases/postgres-variables.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access } from '../provider.ts'
import { factsOf, type Located, locate, refuseProtected, serverOf } from './server.ts'

/**
 * As the role's variables reach it, else as any variable does, else
 * by what the ledger knows, which is no password.
 */
export function locateRecord(record: DatabaseRecord, access: Access): Located {
  const { host = '', port = '', user = '', adminDatabase = 'postgres', source = '' } = record.details ?? {}
  const ports = port.split(',')
  const hosts = host.split(',').map((name, index) => ({ host: name, port: ports[index] ?? '' }))
  const now = locateQuietly(access)
  if (now && serverName(now.server.hosts) === serverName(hosts)) return now
  const known = Object.values(access.variables).flatMap((value) => {
    const url = parsePostgresUrl(value ?? '')
    return url.kind === 'url' && serverName(url.hosts) === serverName(hosts) ? [url] : []
  })
  const url = known.find((one) => one.user === user) ?? { ...urlFromParts({}, source), hosts, user }
  const server = serverOf(url, access)
  refuseProtected(server, access)
  const variable = { name: record.vars[0] ?? record.role, file: 'the main worktree' }
  return {
    server,
    adminDatabase,
    named: source,
    owner: '',
    hasShadow: false,
    isRemote: isRemote(hosts),
    facts: factsOf(access, server, source, variable),
  }
}

function locateQuietly(access: Access): Located | null {
  try {
    return locate(access)
  } catch (error) {
    if (error instanceof LanekeeperError) return null
    throw error
  }
}
