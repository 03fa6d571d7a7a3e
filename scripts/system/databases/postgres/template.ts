/**
 * The kept template: a copy of the source that nobody can connect to, so that forks of it never wait. One a clone and
 * source, `<source>_wt_template_<clone>`; the next one is made beside it and takes its name when it is whole.
 */

import { isForeign, nothingToCopy } from '../../../policy/databases/postgres-errors.ts'
import { type Marker, TEMPLATE_OWNER } from '../../../policy/databases/postgres-marker.ts'
import { templateNameOf } from '../../../policy/databases/postgres-names.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { Access } from '../provider.ts'
import type { Connection } from './client.ts'
import { explaining } from './explain.ts'
import { serverFacts, sourceFacts } from './facts.ts'
import { fork } from './fork.ts'
import { mark, markedBy, standing } from './marker.ts'
import { type Located, locate } from './server.ts'
import { asAdmin } from './session.ts'
import { ownerOf } from './values.ts'

/**
 * Makes the role's kept template anew from its source as it is now. Repeatable after a crash at any point.
 * @returns the template's name
 * @throws `database`: no source, or a busy one that the settings leave no way to copy
 */
export async function refreshTemplate(access: Access): Promise<string> {
  const located = locatedSurely(access)
  return asAdmin(located, (connection) => explained(connection, located, access))
}

async function explained(connection: Connection, located: Located, access: Access): Promise<string> {
  const server = await serverFacts(connection)
  const source = access.settings.source ?? located.named
  const name = templateNameOf(source, ownerOf(access).clone)
  const attempt = { connection, located, request: access, server, name, source }
  return explaining(attempt, () => refreshed(connection, located, access))
}

/**
 * Drops the role's kept templates, also of a source that the settings named before, and what a refresh that was killed
 * left. Repeatable; gives the names.
 */
export async function dropTemplate(access: Access): Promise<string[]> {
  const located = locatedSurely(access)
  const { clone } = ownerOf(access)
  const source = access.settings.source ?? located.named
  return asAdmin(located, async (connection) => {
    const marked = (await markedBy(connection, clone)).filter(
      ({ marker: { wt, role } }) => wt === TEMPLATE_OWNER && role === access.role,
    )
    // between CREATE and mark there is the name alone
    const next = await standing(connection, templateNameOf(source, clone, true))
    const unmarked = next && next.marker === null && !next.hasOtherComment ? [next] : []
    const names = [...marked, ...unmarked].map(({ name }) => name)
    for (const name of names) await connection.rows(`DROP DATABASE IF EXISTS ${connection.identifier(name)}`)
    return names
  })
}

function locatedSurely(access: Access): Located {
  const located = locate(access)
  if (located) return located
  throw new LanekeeperError('database', `${access.settings.vars.join(', ')}: in no env file of the main worktree.`, {
    hint: 'Set it there first.',
  })
}

async function refreshed(connection: Connection, located: Located, access: Access): Promise<string> {
  const source = access.settings.source ?? located.named
  const { clone } = ownerOf(access)
  const [name, next] = [templateNameOf(source, clone), templateNameOf(source, clone, true)]
  const facts = await sourceFacts(connection, source)
  if (!facts) throw nothingToCopy(located.facts, source)
  const marker: Marker = {
    clone,
    wt: TEMPLATE_OWNER,
    role: access.role,
    nonce: clone.slice(0, 8),
    src: source,
    at: now(),
  }
  await dropOurs(connection, next, marker)
  const server = await serverFacts(connection)
  const filled = await fork({
    connection,
    located,
    access,
    server,
    source: facts,
    name: next,
    marker,
    purpose: 'own',
  })
  if (filled.created !== 'created') throw isForeign(next)
  await mark(connection, next, marker)
  await connection.rows(`ALTER DATABASE ${connection.identifier(next)} WITH ALLOW_CONNECTIONS false`)
  await dropOurs(connection, name, marker)
  await connection.rows(`ALTER DATABASE ${connection.identifier(next)} RENAME TO ${connection.identifier(name)}`)
  return name
}

function now(): string {
  return new Date().toISOString()
}

/** Its name ends in this clone's id: without a mark it is from between CREATE and mark. */
async function dropOurs(connection: Connection, name: string, marker: Marker): Promise<void> {
  const found = await standing(connection, name)
  if (!found) return
  const isOurs =
    found.marker?.clone === marker.clone && found.marker.wt === TEMPLATE_OWNER && found.marker.src === marker.src
  if (!isOurs && (found.marker !== null || found.hasOtherComment)) throw isForeign(name)
  await connection.rows(`DROP DATABASE IF EXISTS ${connection.identifier(name)}`)
}
