/** Which migrations a worktree's Postgres has run, read from the runners' own tables. (SQLite: new-migration-and-renumber.) */
import { expect, it } from 'vitest'
import { postgres } from '../../scripts/system/databases/postgres/postgres.ts'
import { describePostgres, psql } from '../support/postgres.ts'
import { nameOf, story } from '../support/postgres-project.ts'

describePostgres('on Postgres', () => {
  it('reads every schema and type, and no table that is none of theirs', async () => {
    const { provide, access, destroy } = await story()
    const database = (await provide()).databases[0]
    if (!database) throw new Error('no database')
    const statements = [
      'CREATE SCHEMA drizzle',
      'CREATE TABLE drizzle.__drizzle_migrations AS SELECT 1 AS id, 1767268800000::bigint AS created_at',
      "CREATE TABLE schema_migrations AS SELECT '20260101000000' AS version",
      "CREATE TABLE orders AS SELECT 'not a migration' AS name",
    ]
    for (const statement of statements) await psql(nameOf(database), statement)
    const words = await postgres.writtenByRunners?.(database, access())
    expect([...(words ?? [])].sort()).toEqual(['1', '1767268800000', '20260101000000'])
    await destroy(database)
  })
})
