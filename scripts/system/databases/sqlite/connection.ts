/** An engine of SQLite that is a driver: node:sqlite, better-sqlite3 and libsql have this much in common. */
import { existsSync } from 'node:fs'
import { quotedText } from '../../../policy/databases/sqlite-statements.ts'
import {
  BUSY_TIMEOUT_MS,
  type Connection,
  checkOf,
  type SqliteEngine,
  TO_WAL,
  untilFree,
  vacuumInto,
} from './driver.ts'
import { emptyAndFill } from './refill.ts'

/** Makes an engine of a driver. @param open never makes a file that is not there */
export function connectionEngine(name: string, open: (file: string, readOnly: boolean) => Connection): SqliteEngine {
  const on = <T>(file: string, readOnly: boolean, work: (connection: Connection) => T): T => {
    if (!existsSync(file)) throw new Error(`unable to open database file ${file}`)
    const connection = open(file, readOnly)
    try {
      connection.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
      return work(connection)
    } finally {
      connection.close()
    }
  }
  return {
    name,
    copy: (source, target, { wal }) => {
      on(source, true, (connection) => connection.exec(vacuumInto(target)))
      return on(target, false, (connection) => {
        if (wal) connection.exec(TO_WAL)
        return firstValue(connection, checkOf(target))
      })
    },
    check: (file) => on(file, true, (connection) => firstValue(connection, checkOf(file))),
    value: (file, query) => on(file, true, (connection) => firstValue(connection, query)),
    refill: (file, from) => on(file, false, (connection) => refill(connection, from)),
  }
}

/** One try for a lock: SQLite looks seven times meanwhile. */
const TRY_MS = 80

/** All or nothing, also for a kill -9: it is one transaction. */
function refill(connection: Connection, from: string | null): void {
  if (from !== null && !existsSync(from)) throw new Error(`unable to open database file ${from}`)
  if (from !== null) connection.exec(`ATTACH ${quotedText(from)} AS source`)
  connection.exec('PRAGMA foreign_keys=OFF')
  connection.exec('PRAGMA writable_schema=ON')
  connection.exec(`PRAGMA busy_timeout=${TRY_MS}`)
  untilFree(() => connection.exec('BEGIN IMMEDIATE'))
  connection.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
  try {
    emptyAndFill(connection, from !== null)
    const said = firstValue(connection, 'PRAGMA main.quick_check(1)')
    if (said !== 'ok') throw new Error(`the new content fails quick_check (${said})`)
    connection.exec('COMMIT')
  } catch (cause) {
    rollBack(connection)
    throw cause
  }
}

/** Some errors (a full disk) have rolled back already. */
function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // nothing was open any more
  }
}

function firstValue(connection: Connection, query: string): string {
  const [row] = connection.prepare(query).all()
  return String(Object.values((row ?? {}) as object)[0] ?? 'no answer')
}
