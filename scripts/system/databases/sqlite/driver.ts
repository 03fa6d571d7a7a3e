/** What an engine of SQLite can do, and the few statements that all of them say. */
import { statSync } from 'node:fs'
import { quotedText } from '../../../policy/databases/sqlite-statements.ts'

/** What better-sqlite3, libsql and node:sqlite have in common. */
export interface Connection {
  exec(sql: string): unknown
  prepare(sql: string): { all(): unknown[] }
  close(): void
}

/** How long to wait for a writer's lock; a commit takes milliseconds. */
export const BUSY_TIMEOUT_MS = 5000

export interface SqliteEngine {
  readonly name: string
  /**
   * Copies a database as one consistent snapshot to `target`, which must not exist; in WAL mode if asked.
   * @returns what `checkOf` says of the copy: `ok`, or what is wrong
   * @throws what SQLite says: locked, disk full, not a database
   */
  copy(source: string, target: string, options: { wal: boolean }): string
  /** What `checkOf` says of a file: `ok`, or what is wrong. Never makes a file. */
  check(file: string): string
  /** The only value of a query. Never makes a file. */
  value(file: string, query: string): string
  /**
   * Gives a database, while programs are connected to it, the content of `from`, or none where it is null: in one
   * transaction, so that it has either content, whatever happens. `from` must be a file that nobody else writes.
   * @throws what SQLite says; the old content is there then
   */
  refill(file: string, from: string | null): void
}

/** How long a live database is waited for, which somebody may write to without a pause. */
const LIVE_WAIT_MS = 30_000

/** Repeats what found the database locked. SQLite's own waiting grows to 100 ms a try, and a busy writer wins each one. */
export function untilFree<T>(work: () => T): T {
  const deadline = Date.now() + LIVE_WAIT_MS
  for (;;)
    try {
      return work()
    } catch (cause) {
      const isLocked = cause instanceof Error && /locked|busy/i.test(cause.message)
      if (!isLocked || Date.now() > deadline) throw cause
    }
}

/** Of a copy under its temporary name: whoever asked for it puts it on the disk once, when it is whole. */
const WITHOUT_SYNC = 'PRAGMA synchronous=OFF'

/** VACUUM INTO writes rollback-journal databases whatever the source was (databases.md section 1.4). */
export const TO_WAL = `${WITHOUT_SYNC}; PRAGMA journal_mode=WAL`
/** Above this size the indexes are not compared with their tables. */
const THOROUGH_BYTES = 200 * 1024 ** 2

/** The check of a copy: `integrity_check`, or `quick_check` for a big one. */
export function checkOf(file: string): string {
  return statSync(file).size > THOROUGH_BYTES ? 'PRAGMA quick_check(1)' : 'PRAGMA integrity_check(1)'
}

export function vacuumInto(target: string): string {
  return `${WITHOUT_SYNC}; VACUUM INTO ${quotedText(target)}`
}
