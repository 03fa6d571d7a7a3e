/** The `db` actions that only look: `url`, `snapshots`, `diff`. */
import { basename } from 'node:path'
import { type Input, type Result, type Session, textOption, usageError } from '../command.ts'
import { kindOfVariable, partsUrl } from '../policy/databases/postgres-variables.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { accessTo } from '../system/databases/access.ts'
import { readValues } from '../system/databases/values.ts'
import type { AsideRecord, DatabaseRecord, WorktreeRecord } from '../system/ledger.ts'
import { table } from '../system/output.ts'
import { textDiff } from '../system/text-diff.ts'
import { databaseOf, openWorktree, readyDatabaseOf, type WorktreeDatabases, workOn } from './worktree-databases.ts'

/** The value itself, password and all: it is what was asked for. */
export function url(input: Input, session: Session): Result {
  const worktree = openWorktree('db url', input, session, { alarms: false })
  const database = readyDatabaseOf(worktree, input.positionals[1])
  const values = { ...database.urls, ...readValues(worktree.repository, worktree.record.id, database) }
  const named = textOption(input, 'var')
  if (named !== undefined && !database.vars.includes(named))
    throw usageError(`${named} is no variable of database ${database.role}.`, `It has: ${database.vars.join(', ')}`)
  const inFull = database.vars.find((name) => values[name]?.includes('://'))
  const variable = named ?? inFull ?? database.vars.find((name) => values[name] !== undefined) ?? database.vars[0] ?? ''
  const value =
    (named === undefined && urlOfParts(worktree, database, values[variable])) || (values[variable] ?? database.url)
  if (value === '')
    throw new LanekeeperError(
      'database',
      `Database ${database.role} has no URL: ${database.message ?? 'nothing to fork.'}`,
      {
        hint: 'Set its variable in an env file of the main worktree, then: npx lanekeeper setup',
      },
    )
  return { json: { ok: true, role: database.role, variable, url: value }, text: value }
}

/** Of a Postgres that the env files give in parts; null where the value says everything itself. */
function urlOfParts(
  { repository, policy, record }: WorktreeDatabases,
  { role, provider }: DatabaseRecord,
  value: string | undefined,
): string | null {
  const settings = policy.settings.databases[role]
  if (provider !== 'postgres' || value === undefined || !settings) return null
  if (kindOfVariable('', value) !== 'name') return null
  return partsUrl(accessTo(repository, policy.settings, role, settings, record).variables, value)
}

/** What `db snapshot` kept, oldest first. */
export function snapshots(input: Input, session: Session): Result {
  const { record } = openWorktree('db snapshots', input, session)
  const found = snapshotsOf(record)
  return {
    json: {
      ok: true,
      snapshots: found.map(({ name, role, provider, resource, createdAt }) => ({
        name,
        role,
        provider,
        resource,
        createdAt,
      })),
    },
    text:
      found.length === 0
        ? 'No snapshots. Make one: npx lanekeeper db snapshot'
        : table(found.map(({ name = '', role, createdAt, resource }) => [name, role, createdAt, resource])),
  }
}

/** The snapshots that can be restored, oldest first. */
export function snapshotsOf({ aside = [] }: WorktreeRecord, role?: string): AsideRecord[] {
  return aside
    .filter((one) => one.name !== undefined && one.state === 'ready' && (role === undefined || one.role === role))
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** What the worktree's schema has that the main worktree's database has not, and the other way round. */
export async function diff(input: Input, session: Session): Promise<Result> {
  const worktree = openWorktree('db diff', input, session)
  const { role } = databaseOf(worktree, input.positionals[1])
  const database = readyDatabaseOf(worktree, role)
  const { provider, repository, policy, settings, owner } = await workOn(worktree, role)
  if (provider.schema === undefined)
    throw new LanekeeperError('database', `The schema of a ${settings.provider} database cannot be read.`, {
      hint: `Compare them with its own tools: npx lanekeeper db url ${role}`,
    })
  const access = accessTo(repository, policy.settings, role, settings, owner)
  const [before, after] = [await provider.schema(null, access), await provider.schema(database, access)]
  const place = basename(repository.root)
  const text = textDiff(
    repository.git,
    { name: `main/${role}.sql`, text: before },
    { name: `${place === 'main' ? 'worktree' : place}/${role}.sql`, text: after },
  )
  return {
    json: { ok: true, role, differs: text !== '', diff: text },
    text: text === '' ? `The schema of database ${role} is the main worktree's.` : text,
  }
}
