/** What migration runners have written into a worktree's database about what ran. */
import { isRunnerTable, wordsOfRows } from '../../../policy/migrations/runner-tables.ts'
import type { Connection } from './client.ts'

/** Every value in the runners' own tables, of any schema (`drizzle.__drizzle_migrations`). */
export async function wordsOfRunners(connection: Connection): Promise<Set<string>> {
  const tables = await connection.rows<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  const words = new Set<string>()
  for (const { schema, name } of tables.filter((table) => isRunnerTable(table.name))) {
    const place = `${connection.identifier(schema)}.${connection.identifier(name)}`
    for (const word of wordsOfRows(await connection.rows(`SELECT * FROM ${place}`))) words.add(word)
  }
  return words
}
