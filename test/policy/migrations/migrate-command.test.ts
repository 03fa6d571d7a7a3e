import { expect, it } from 'vitest'
import { migrateCommand } from '../../../scripts/policy/migrations/migrate-command.ts'

const cases: [preset: string, scripts: Record<string, string>, command: string | null][] = [
  ['drizzle', { 'db:migrate': 'drizzle-kit migrate' }, 'npm run db:migrate'],
  ['drizzle', { 'db:push': 'drizzle-kit push', 'db:generate': 'drizzle-kit generate' }, null],
  ['prisma', { migrate: 'prisma migrate dev' }, null],
  ['prisma', { migrate: 'prisma migrate dev', 'db:deploy': 'prisma migrate deploy' }, 'npm run db:deploy'],
  ['knex', { 'migrate:latest': 'knex migrate:latest', 'migrate:make': 'knex migrate:make' }, 'npm run migrate:latest'],
  ['knex', { 'migrate:rollback': 'knex migrate:rollback' }, null],
  ['kysely', { migrate: 'tsx src/migrate.ts' }, 'npm run migrate'],
  ['kysely', { migrate: 'node dist/migrate.js' }, null],
  ['custom', {}, null],
  ['rails', {}, 'bin/rails db:migrate'],
  ['django', { migrate: 'echo mine' }, 'npm run migrate'],
]
it.each(cases)('%s with %j: %s', (preset, scripts, command) =>
  expect(migrateCommand(preset, { scripts }, 'npm run')).toBe(command),
)
it('a project without package.json', () =>
  expect(migrateCommand('alembic', null, 'npm run')).toBe('alembic upgrade head'))
