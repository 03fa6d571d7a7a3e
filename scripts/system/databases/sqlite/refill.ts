/**
 * Gives a database the content of the one attached as `source`, by SQL inside one transaction. Never by files: a journal
 * or a log that an open connection left beside a renamed file would be played into the new one. Readers see the old
 * content until the commit and the new one after it, on the connections they have.
 */
import {
  emptyingStatements,
  fillingStatement,
  finishingStatements,
  ownTables,
  plainTables,
  quotedName,
  quotedText,
  rowidName,
  type SchemaObject,
  virtualStatements,
} from '../../../policy/databases/sqlite-statements.ts'
import type { Connection } from './driver.ts'

/** What is in a database's header for its programs, and what a migration tool may count in. */
const HEADER_VALUES = ['user_version', 'application_id'] as const

/** @param hasSource whether there is a `source`; else the database ends empty. The caller holds the transaction. */
export function emptyAndFill(connection: Connection, hasSource: boolean): void {
  const run = (statements: readonly string[]) => statements.forEach((statement) => void connection.exec(statement))
  run(emptyingStatements(schemaOf(connection, 'main')))
  if (hasSource) fill(connection, run)
  for (const name of HEADER_VALUES) {
    const value = hasSource ? headerValue(connection, `PRAGMA source.${name}`) : 0
    connection.exec(`PRAGMA main.${name}=${value}`)
  }
}

function fill(connection: Connection, run: (statements: readonly string[]) => void): void {
  const objects = schemaOf(connection, 'source')
  run(plainTables(objects).map(({ sql }) => sql ?? ''))
  run(plainTables(objects).map(({ name }) => fillingOf(connection, name)))
  const own = ownTables(objects)
  // makes its tables, empty
  if (own.some((name) => name.startsWith('sqlite_stat'))) run(['ANALYZE main.sqlite_master'])
  const made = new Set(ownTables(schemaOf(connection, 'main')))
  for (const name of own.filter((table) => made.has(table)))
    run([`DELETE FROM main.${quotedName(name)}`, fillingOf(connection, name)])
  run(virtualStatements(objects))
  run(finishingStatements(objects))
}

function fillingOf(connection: Connection, table: string): string {
  const rows = connection.prepare(`PRAGMA source.table_xinfo(${quotedText(table)})`).all() as Column[]
  const written = rows.filter(({ hidden }) => Number(hidden) === 0).map(({ name }) => name)
  const rowid = rowidName(rows.map(({ name }) => name))
  return fillingStatement(table, written, rowid !== null && hasRowid(connection, table, rowid) ? rowid : null)
}

interface Column {
  readonly name: string
  /** 2 and 3 are generated columns. */
  readonly hidden: number | bigint
}

/** `WITHOUT ROWID` is found out by asking, on every version of SQLite. */
function hasRowid(connection: Connection, table: string, rowid: string): boolean {
  try {
    connection.prepare(`SELECT ${rowid} FROM source.${quotedName(table)} LIMIT 0`).all()
    return true
  } catch {
    return false
  }
}

function schemaOf(connection: Connection, database: 'main' | 'source'): SchemaObject[] {
  const query = `SELECT type, name, sql FROM ${database}.sqlite_master ORDER BY rowid`
  return connection.prepare(query).all() as SchemaObject[]
}

function headerValue(connection: Connection, pragma: string): number {
  const [row] = connection.prepare(pragma).all()
  return Number(Object.values((row ?? {}) as object)[0] ?? 0)
}
