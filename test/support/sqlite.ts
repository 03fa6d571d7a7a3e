/** SQLite files for tests, made and read with libsql, which runs on every Node we support. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PROJECT_ROOT } from './repository.ts'

interface Database {
  exec(sql: string): unknown
  prepare(sql: string): { all(): Record<string, unknown>[] }
  close(): void
}

export const openSqlite = (file: string): Database => {
  const Libsql = createRequire(join(PROJECT_ROOT, 'package.json'))('libsql') as new (file: string) => Database
  const database = new Libsql(file)
  database.exec('PRAGMA busy_timeout=10000')
  return database
}

/** Runs statements against a file, making it. */
export function sql(file: string, statements: string): void {
  const database = openSqlite(file)
  database.exec(statements)
  database.close()
}

/** Rows of a query, the first column of each as text. */
export function rows(file: string, query: string): string[] {
  const database = openSqlite(file)
  try {
    return database
      .prepare(query)
      .all()
      .map((row) => String(Object.values(row)[0]))
  } finally {
    database.close()
  }
}
