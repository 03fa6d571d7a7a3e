import { expect, it } from 'vitest'
import { isRunnerTable, wordsOfRows } from '../../../scripts/policy/migrations/runner-tables.ts'

it.each([
  'knex_migrations',
  '_prisma_migrations',
  '__drizzle_migrations',
  'SequelizeMeta',
  'kysely_migration',
  'pgmigrations',
  'schema_migrations',
  'flyway_schema_history',
  'goose_db_version',
  '_sqlx_migrations',
  'atlas_schema_revisions',
  'DATABASECHANGELOG',
  'alembic_version',
  'django_migrations',
  'schema_version',
  'applied',
])('%s is a runner’s', (name) => expect(isRunnerTable(name)).toBe(true))

it.each(['users', 'applied_coupons', 'meta', 'version_notes', 'orders', 'schemas'])('%s is not', (name) =>
  expect(isRunnerTable(name)).toBe(false),
)

it('rows are one heap of words', () => {
  const rows = [{ id: 1, name: 'a.sql', at: null }, { version: 20260101000000n }]
  expect([...wordsOfRows(rows)]).toEqual(['1', 'a.sql', '20260101000000'])
})
