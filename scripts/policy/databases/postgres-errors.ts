/** The messages of databases.md section 7 for Postgres, by SQLSTATE. They hold names, never a password. */
import { LanekeeperError } from '../errors.ts'
import { SETTINGS_FILE } from '../settings.ts'

export const AGAIN = 'npx lanekeeper setup --wait'

/** What was being done, to which thing, as the messages name it. */
export interface PostgresFacts {
  readonly role: string
  readonly host: string
  readonly port: string
  readonly user: string
  /** The source database. */
  readonly database: string
  /** Variable that the connection came from, and its file. */
  readonly variable: string
  readonly file: string
}

const UNREACHABLE = /^(E[A-Z_]+|57P03|08\d{3})$/

const of = (message: string, hint: string = `Then: ${AGAIN}`, cause?: unknown) =>
  new LanekeeperError('database', message, { hint, ...(cause === undefined ? {} : { cause }) })

/** P1, P2 and what else keeps a connection from being made. */
export function connectionError(code: string, said: string, facts: PostgresFacts): LanekeeperError {
  const { host, port, user, variable, file } = facts
  if (code === '28P01' || code === '28000')
    return of(`Postgres at ${host} refused user "${user}" (${code}). Check ${variable} in ${file}.`)
  if (code === '3D000')
    return of(
      `Postgres at ${host} has no database "postgres" to create others from.`,
      `Set ${setting(facts, 'adminUrl')} in ${SETTINGS_FILE}, then: ${AGAIN}`,
    )
  if (UNREACHABLE.test(code))
    return of(`Postgres at ${host}:${port} is not reachable (${code}). Start it, then: ${AGAIN}`, '')
  return of(`Postgres at ${host}:${port} answered: ${said}${code === '' ? '' : ` (${code})`}.`)
}

/** P3 */
export function mayNotCreate(facts: PostgresFacts): LanekeeperError {
  return of(
    `Role "${facts.user}" may not create databases. As a superuser: ALTER ROLE "${facts.user}" CREATEDB;  — or set ${setting(facts, 'adminUrl')}.`,
  )
}

/** P4 */
export function mayNotCopy(facts: PostgresFacts): LanekeeperError {
  return of(
    `Role "${facts.user}" may not copy "${facts.database}". As its owner: ALTER DATABASE "${facts.database}" IS_TEMPLATE true;  — or use mode "empty".`,
  )
}

/** P5; for a template there has to be one. */
export function sourceIsBusy(
  database: string,
  sessions: number,
  apps: readonly string[],
  { role, purpose }: { readonly role: string; readonly purpose: 'worktree' | 'reset' },
): LanekeeperError {
  const then =
    purpose === 'worktree'
      ? `Then: ${AGAIN}`
      : `Then run this command again. Start empty: npx lanekeeper db reset ${role} --empty`
  return of(
    `${openConnections(database, sessions, apps)} Stop the dev server, or set postgres.onBusySource to "dump" or "template".`,
    `${then}\nFor "template": npx lanekeeper db template ${role}`,
  )
}

/** The same where what is copied is not the source: no setting of the source's helps. */
export function ownIsBusy(
  database: string,
  sessions: number,
  apps: readonly string[],
  serverMajor: number,
): LanekeeperError {
  return of(
    `${openConnections(database, sessions, apps)} Stop what is connected, or install client ${serverMajor} (pg_dump and psql), which copies a busy one.`,
    'Then run this command again.',
  )
}

function openConnections(database: string, sessions: number, apps: readonly string[]): string {
  return `"${database}" has ${sessions} open connection(s) (${apps.join(', ')}), and Postgres copies only an idle database.`
}

/** A command asked for a copy of what is not there. */
export function nothingToCopy({ host, role }: PostgresFacts, database: string): LanekeeperError {
  return of(
    `Source database "${database}" does not exist on ${host}.`,
    `Make it with your migrations first. Start empty: npx lanekeeper db reset ${role} --empty`,
  )
}

/** P6 */
export function brokenUrl(variable: string, host: string, database: string): LanekeeperError {
  return of(
    `${variable} does not parse as you meant: host "${host}", database "${database}". Percent-encode special characters in the password (@ -> %40, / -> %2F, # -> %23).`,
  )
}

/** P7: a message of a database that is ready. */
export function madeEmpty(facts: PostgresFacts, migrate: readonly string[]): string {
  const command = migrate.length > 0 ? migrate.join(' && ') : 'your migrations, in this worktree'
  return `Source database "${facts.database}" does not exist on ${facts.host}; made an empty one. Now run: ${command}`
}

/** P8 */
export function cannotDump(found: string | null, server: number): LanekeeperError {
  return of(
    `pg_dump ${found ?? '(not installed)'} cannot dump a ${server} server. Install client ${server} or set postgres.onBusySource to "template".`,
  )
}

/** P9 */
export function outOfDisk(database: string, size: string, orphans: number, orphanSize: string): LanekeeperError {
  return of(
    `The server ran out of disk while copying "${database}" (${size}). Nothing was left behind. Free space or run npx lanekeeper gc (${orphans} orphans, ${orphanSize}).`,
  )
}

/** P10 */
export function isBehindPooler(facts: Pick<PostgresFacts, 'role' | 'variable' | 'host'>): LanekeeperError {
  return of(
    `${facts.variable} goes through a pooler (${facts.host}); databases cannot be created there. Set DIRECT_URL or ${setting(facts, 'adminUrl')}.`,
  )
}

/** E3 */
export function isForeign(name: string): LanekeeperError {
  return of(
    `"${name}" exists but carries no mark of this repository; refusing to use or drop it.`,
    `If nobody needs it, drop it yourself; then: ${AGAIN}`,
  )
}

/** E4 */
export function mayNotDrop(name: string, why: string): string {
  return `Refusing to drop "${name}": ${why}.`
}

function setting({ role }: Pick<PostgresFacts, 'role'>, name: string): string {
  return `databases.${role}.postgres.${name}`
}
