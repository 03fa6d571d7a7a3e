/** Which tasks may own a database's migrations beside each other: in mode `lease` any number take turns, in mode `tables` each has its own tables. */
import { LanekeeperError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { commandLine } from '../shell-quote.ts'
import type { Task } from '../task.ts'
import { problemWithDatabase } from './lease-text.ts'
import type { MigrationSettings } from './migration-settings.ts'
import { tableKey } from './table-names.ts'

/** How tasks take turns at a database's migrations. */
export interface Turns {
  readonly mode: MigrationSettings['mode']
  /** Hours a lease lasts without a sign of life. */
  readonly hours: number
}

/** The turns of a database as the first of its entries has them; null for one without migrations. */
export function turnsOf({ migrations }: Pick<Settings, 'migrations'>, database: string): Turns | null {
  const set = migrations.find((one) => one.database === database)
  return set ? { mode: set.mode, hours: set.leaseHours } : null
}

/** The database whose lease the task takes turns at; null for a task without migrations, or with those of mode `tables`. */
export function leaseOf(
  { migrations }: Pick<Task, 'migrations'>,
  settings: Pick<Settings, 'migrations'>,
): string | null {
  return migrations !== null && turnsOf(settings, migrations)?.mode === 'lease' ? migrations : null
}

/** Databases with migrations, in the settings' order. */
export function databasesOf({ migrations }: Pick<Settings, 'migrations'>): string[] {
  return [...new Set(migrations.map(({ database }) => database))]
}

/** Databases whose migrations are leased, in the settings' order. */
export function leasedIn(settings: Pick<Settings, 'migrations'>): string[] {
  return databasesOf(settings).filter((database) => turnsOf(settings, database)?.mode === 'lease')
}

/** Why a task cannot have these migrations and tables, or null. @param others the other open tasks */
export function problemWithOwnership(
  { migrations, tables }: Pick<Task, 'migrations' | 'tables'>,
  settings: Pick<Settings, 'migrations'>,
  others: readonly Pick<Task, 'id' | 'branch' | 'migrations' | 'tables'>[],
): LanekeeperError | null {
  if (migrations === null) return tables.length === 0 ? null : tablesOfNothing(tables)
  const turns = turnsOf(settings, migrations)
  if (turns === null) return noSuchMigrations(migrations, settings)
  const problem = problemWithDatabase(migrations)
  if (problem !== null)
    return new LanekeeperError('bad-name', `The database name ${JSON.stringify(migrations)} ${problem}.`, {
      hint: 'Change it in "migrations" of lanekeeper.json, on the base.',
    })
  if (turns.mode === 'lease') return null
  if (tables.length === 0) return needsTables(migrations)
  const rivals = others.filter((other) => other.migrations === migrations)
  return rivals.map((rival) => sharedTable(tables, rival)).find((error) => error !== null) ?? null
}

function tablesOfNothing(tables: readonly string[]): LanekeeperError {
  return new LanekeeperError('usage', `The tables ${tables.join(', ')} are of no database.`, {
    hint: 'Say whose migrations: --migrations dev',
  })
}

function noSuchMigrations(database: string, settings: Pick<Settings, 'migrations'>): LanekeeperError {
  const known = databasesOf(settings)
  return new LanekeeperError(
    'usage',
    `There are no migrations of "${database}" in lanekeeper.json (it has: ${known.join(', ') || 'none'}).`,
    { hint: 'Add them on the base: "migrations": [{ "database": "dev", "paths": ["migrations"] }]' },
  )
}

function needsTables(database: string): LanekeeperError {
  return new LanekeeperError(
    'usage',
    `Tasks share the migrations of "${database}" by tables ("mode": "tables"): say which this one changes.`,
    { hint: '--table users --table posts' },
  )
}

function sharedTable(tables: readonly string[], rival: Pick<Task, 'id' | 'branch' | 'tables'>): LanekeeperError | null {
  const theirs = new Set(rival.tables.map(tableKey))
  const table = tables.find((name) => theirs.has(tableKey(name)))
  if (table === undefined) return null
  return new LanekeeperError(
    'refused',
    `Table "${table}" is task "${rival.id}"'s (${rival.branch}) until it lands: two tasks that change one table would collide.`,
    {
      hint: [
        `Leave it out: without --table ${table}`,
        `Or end that task first: ${commandLine(['npx', 'lanekeeper', 'land', rival.id])}`,
      ].join('\n'),
    },
  )
}
