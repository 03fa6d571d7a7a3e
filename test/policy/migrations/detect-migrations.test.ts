import { expect, test } from 'vitest'
import type { Manifest } from '../../../scripts/policy/adoption/package-scripts.ts'
import { detectMigrations, filesToPeekAt } from '../../../scripts/policy/migrations/detect-migrations.ts'

interface Tree {
  readonly files: readonly string[]
  /** Dependencies by package directory. */
  readonly needs?: Readonly<Record<string, readonly string[]>>
  readonly scripts?: Manifest['scripts']
  readonly head?: string
}

/** `preset` where its own paths will do, else `preset: path, path`. */
function detect({ files, needs = {}, scripts, head = '' }: Tree): string[] {
  const packages = Object.entries(needs).map(([dir, names]) => ({
    dir,
    manifest: { ...(scripts ? { scripts } : {}), dependencies: Object.fromEntries(names.map((name) => [name, '1'])) },
  }))
  const heads = new Map(filesToPeekAt(files).map((file) => [file, head]))
  return detectMigrations({ files, packages, heads }).map(({ preset, paths }) =>
    paths ? `${preset}: ${paths.join(', ')}` : preset,
  )
}

const STAMP = '20240101120000'
const MILLIS = '1706702400000'

const trees: [name: string, tree: Tree, found: string[]][] = [
  [
    'prisma',
    { files: [`prisma/migrations/${STAMP}_a/migration.sql`, 'prisma/migrations/migration_lock.toml'] },
    ['prisma'],
  ],
  [
    'prisma in a package',
    { files: ['packages/db/prisma/migrations/0_init/migration.sql'] },
    ['prisma: packages/db/prisma/migrations'],
  ],
  [
    'prisma of another place',
    { files: [`api/db/migrations/${STAMP}_a/migration.sql`, 'api/db/migrations/migration_lock.toml'] },
    ['prisma: api/db/migrations'],
  ],
  ['drizzle', { files: ['drizzle/0000_a.sql', 'drizzle/meta/_journal.json', 'drizzle.config.ts'] }, ['drizzle']],
  [
    'drizzle beside its schema',
    {
      files: [
        'packages/db/drizzle/0000_a.sql',
        'packages/db/drizzle/meta/_journal.json',
        'packages/db/drizzle/schema.ts',
      ],
    },
    ['drizzle: packages/db/drizzle/*.sql, packages/db/drizzle/meta'],
  ],
  [
    'drizzle 1',
    { files: [`drizzle/${STAMP}_a/migration.sql`, `drizzle/${STAMP}_a/snapshot.json`], needs: { '': ['drizzle-kit'] } },
    ['drizzle-v1'],
  ],
  ['knex', { files: [`migrations/${STAMP}_users.ts`], needs: { '': ['knex', 'pg'] } }, ['knex']],
  [
    'knex by its settings',
    { files: [`api/migrations/${STAMP}_users.js`, 'api/knexfile.js'] },
    ['knex: api/migrations'],
  ],
  [
    'sequelize',
    { files: [`server/migrations/${STAMP}-a.js`], needs: { '': ['sequelize'] } },
    ['sequelize: server/migrations'],
  ],
  ['sequelize by its settings', { files: [`migrations/${STAMP}-a.js`, '.sequelizerc'] }, ['sequelize']],
  ['umzug', { files: ['migrations/2024.01.31T12.00.00.users.ts'], needs: { '': ['umzug'] } }, ['sequelize']],
  ['typeorm', { files: [`src/migrations/${MILLIS}-Users.ts`], needs: { '': ['typeorm'] } }, ['typeorm']],
  [
    'typeorm with a folder for each database',
    {
      files: ['common', 'mysql', 'postgres', 'sqlite'].map((one) => `packages/db/src/migrations/${one}/${MILLIS}-A.ts`),
      needs: { '': [], 'packages/db': ['typeorm'], 'packages/web': ['knex'] },
    },
    [
      'typeorm: packages/db/src/migrations/common, packages/db/src/migrations/mysql, packages/db/src/migrations/postgres, packages/db/src/migrations/sqlite',
    ],
  ],
  ['mikro-orm', { files: ['src/migrations/Migration20240101.ts'] }, ['mikroorm']],
  [
    'mikro-orm in many modules',
    {
      files: ['cart', 'order', 'tax'].flatMap((one) => [
        `modules/${one}/src/migrations/InitialSetup${STAMP}.ts`,
        `modules/${one}/src/migrations/.snapshot-${one}.json`,
      ]),
      needs: { '': ['@mikro-orm/core'] },
    },
    ['mikroorm: modules/*/src/migrations'],
  ],
  [
    'kysely',
    { files: ['db/migrations/20230309T045948368Z-init.ts', 'db/migrations/index.ts'], needs: { '': ['kysely'] } },
    ['kysely: db/migrations'],
  ],
  [
    'node-pg-migrate',
    { files: [`migrations/${MILLIS}_users.js`], needs: { '': ['node-pg-migrate', 'kysely'] } },
    ['node-pg-migrate'],
  ],
  [
    'node-pg-migrate that a script calls',
    { files: [`migrations/${MILLIS}_users.ts`], needs: { '': ['pg'] }, scripts: { migrate: 'node-pg-migrate -j ts' } },
    ['node-pg-migrate'],
  ],
  ['dbmate', { files: [`db/migrations/${STAMP}_a.sql`, 'db/schema.sql'], head: '-- migrate:up\ncreate' }, ['dbmate']],
  ['dbmate from npm', { files: [`db/migrations/${STAMP}_a.sql`], needs: { '': ['dbmate'] } }, ['dbmate']],
  [
    'SQL above what dbmate runs',
    { files: ['db/01_schema.sql', 'db/migrations/1_a.sql'], head: '-- migrate:up' },
    ['dbmate'],
  ],
  [
    'dbmate in a package',
    { files: [`api/db/migrations/${STAMP}_a.sql`, 'api/db/schema.sql'], head: '-- migrate:up' },
    ['dbmate: api/db/migrations, api/db/schema.sql'],
  ],
  ['supabase', { files: [`supabase/migrations/${STAMP}_a.sql`, 'supabase/config.toml'] }, ['supabase']],
  ['hasura', { files: [`migrations/default/${MILLIS}_a/up.sql`, 'metadata/version.yaml', 'config.yaml'] }, ['hasura']],
  [
    'hasura in a folder',
    { files: [`hasura/migrations/default/${MILLIS}_a/up.sql`, 'hasura/metadata/version.yaml'] },
    ['hasura: hasura/metadata, hasura/migrations'],
  ],
  ['rails', { files: ['db/migrate/1_a.rb', 'db/schema.rb'] }, ['rails']],
  [
    'rails with two databases',
    { files: [`db/migrate/${STAMP}_a.rb`, `db/cache_migrate/${STAMP}_b.rb`, 'db/cache_schema.rb'] },
    ['rails'],
  ],
  [
    'rails in a folder',
    { files: [`backend/db/migrate/${STAMP}_a.rb`, 'backend/db/schema.rb'] },
    ['rails: backend/db/migrate, backend/db/schema.rb'],
  ],
  [
    'django',
    { files: ['shop/migrations/0001_initial.py', 'cart/migrations/0001_initial.py', 'manage.py'] },
    ['django'],
  ],
  ['alembic', { files: ['alembic/versions/1a31_x.py', 'alembic/env.py', 'alembic.ini'] }, ['alembic']],
  ['flask-migrate', { files: ['migrations/versions/a.py', 'migrations/env.py'] }, ['alembic']],
  [
    'alembic in a folder',
    { files: ['app/alembic/versions/1a31_x.py', 'app/alembic/env.py'] },
    ['alembic: app/alembic/versions'],
  ],
  [
    'laravel',
    { files: ['database/migrations/2014_10_12_000000_a.php', 'database/schema/mysql-schema.sql', 'artisan'] },
    ['laravel'],
  ],
  ['flyway', { files: ['core/src/main/resources/db/migration/V1__a.sql'] }, ['flyway']],
  ['flyway of another place', { files: ['sql/V1__a.sql', 'sql/R__views.sql', 'flyway.toml'] }, ['flyway: sql']],
  ['liquibase', { files: ['src/main/resources/db/changelog/db.changelog-master.yaml'] }, ['liquibase']],
  [
    'liquibase of jhipster',
    {
      files: [
        'src/main/resources/config/liquibase/changelog/0_a.xml',
        'src/main/resources/config/liquibase/master.xml',
      ],
    },
    ['liquibase: src/main/resources/config/liquibase/*master*, src/main/resources/config/liquibase/changelog'],
  ],
  [
    'golang-migrate',
    { files: ['db/migrations/000001_a.up.sql', 'db/migrations/000001_a.down.sql', 'go.mod'] },
    ['golang-migrate: db/migrations'],
  ],
  [
    'goose in Go',
    { files: [`db/migrations/${STAMP}_a.go`, 'go.mod'], head: 'import (\n\t"github.com/pressly/goose/v3"\n)' },
    ['goose: db/migrations'],
  ],
  ['goose in SQL', { files: ['migrations/00001_a.sql', 'go.mod'], head: '-- a comment\n-- +goose Up\n' }, ['goose']],
  [
    'Go of another runner',
    { files: ['store/migration/000_a.go', 'go.mod'], head: 'package migration' },
    ['custom: store/migration'],
  ],
  ['sqlx', { files: [`crates/db/migrations/${STAMP}_a.sql`, 'Cargo.toml'] }, ['sqlx: crates/db/migrations']],
  ['ecto', { files: [`priv/repo/migrations/${STAMP}_a.exs`, 'mix.exs'] }, ['ecto']],
  ['ecto in an umbrella', { files: [`apps/core/priv/repo/migrations/${STAMP}_a.exs`] }, ['ecto']],
  ['atlas', { files: [`migrations/${STAMP}_a.sql`, 'migrations/atlas.sum', 'go.mod'] }, ['atlas']],
  [
    'files of its own',
    { files: ['migrations/0001-notes.sql', 'migrations/run.js'], needs: { '': ['better-sqlite3'] } },
    ['custom'],
  ],
  [
    'files of its own elsewhere',
    { files: ['src/database/migrations/20240101120000_users.ts'] },
    ['custom: src/database/migrations'],
  ],
  ['SQL without numbers', { files: ['db/migrations/init.sql'] }, ['custom: db/migrations']],
  ['diesel', { files: ['migrations/2024-01-31-120000_users/up.sql', 'Cargo.toml'] }, ['custom']],
  [
    'two tools',
    {
      files: [`apps/api/prisma/migrations/${STAMP}_a/migration.sql`, `apps/jobs/migrations/${STAMP}_a.js`],
      needs: { '': [], 'apps/api': ['prisma'], 'apps/jobs': ['knex'] },
    },
    ['prisma: apps/api/prisma/migrations', 'knex: apps/jobs/migrations'],
  ],
  ['a folder of that name without migrations', { files: ['migrations/README.md', 'drizzle/logo.png'] }, []],
  ['codemods', { files: ['packages/db/migrations/svelte-5/index.js', 'migrations/routes/hoist.ts'] }, []],
  [
    'fixtures and examples',
    { files: ['test/fixtures/migrations/0001_a.sql', 'examples/a/prisma/migrations/1_a/migration.sql'] },
    [],
  ],
  ['an archive', { files: [`db/migrate/${STAMP}_a.rb`, `db/old_migrations/${STAMP}_a.rb`] }, ['rails']],
  [
    'posts of a blog',
    { files: ['content/changelog/2024-01-31-migration.json', 'docs/migration-guides/2024-01-31.md'] },
    [],
  ],
  ['nothing', { files: [] }, []],
]

test.each(trees)('migrations of %s', (_name, tree, found) => {
  expect(detect(tree)).toEqual(found)
})

test('one head is read for a directory that needs it, and for no other', () => {
  expect(
    filesToPeekAt([
      'db/migrations/2_b.sql',
      'db/migrations/1_a.sql',
      'pkg/migrations/sqlite/1_a.sql',
      'prisma/migrations/1_a/migration.sql',
      'migrations/1_a.up.sql',
      'test/migrations/1_a.sql',
    ]),
  ).toEqual(['db/migrations/1_a.sql', 'pkg/migrations/sqlite/1_a.sql'])
})

test('a repository of a hundred thousand files is no work', () => {
  const files = Array.from({ length: 100_000 }, (_, index) => `packages/p${index % 300}/src/file${index}.ts`)
  const start = performance.now()
  expect(detectMigrations({ files, packages: [], heads: new Map() })).toEqual([])
  expect(performance.now() - start).toBeLessThan(4_000)
})
