import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, migrationFileOf } from '../../../scripts/policy/migrations/migration-set.ts'
import { PRESETS, presetOf } from '../../../scripts/policy/migrations/presets.ts'
import { checkedPatterns, matcherOf } from '../../../scripts/policy/patterns.ts'

/** `unit · version · name`, or null: one line a case. */
function read(preset: string, path: string): string | null {
  const file = migrationFileOf({ tool: presetOf(preset) }, path)
  return file && [file.unit, file.version, file.name].join(' · ')
}

const migrations: [preset: string, path: string, expected: string][] = [
  [
    'prisma',
    'prisma/migrations/20240101120000_users/migration.sql',
    'prisma/migrations · 20240101120000 · 20240101120000_users',
  ],
  ['prisma', 'packages/db/prisma/migrations/0_init/migration.sql', 'packages/db/prisma/migrations · 0 · 0_init'],
  ['prisma', 'prisma/migrations/init/migration.sql', 'prisma/migrations · init · init'],
  ['drizzle', 'drizzle/0007_wild_nova.sql', 'drizzle · 0007 · 0007_wild_nova'],
  ['drizzle', 'drizzle/20240101120000_wild_nova.sql', 'drizzle · 20240101120000 · 20240101120000_wild_nova'],
  ['drizzle', 'drizzle/wild_nova.sql', 'drizzle · wild_nova · wild_nova'],
  ['drizzle-v1', 'drizzle/20240101120000_nova/migration.sql', 'drizzle · 20240101120000 · 20240101120000_nova'],
  ['knex', 'migrations/20240101120000_users.ts', 'migrations · 20240101120000 · 20240101120000_users'],
  ['knex', 'api/migrations/20240101A-users.ts', 'api/migrations · 20240101A · 20240101A-users'],
  ['knex', 'migrations/2.0.0-beta.127.js', 'migrations · 2.0.0-beta.127 · 2.0.0-beta.127'],
  ['knex', 'migrations/001_init.js', 'migrations · 001 · 001_init'],
  ['sequelize', 'migrations/1.2.0-users.js', 'migrations · 1.2.0-users · 1.2.0-users'],
  ['sequelize', 'migrations/20240101120000-users.js', 'migrations · 20240101120000 · 20240101120000-users'],
  [
    'sequelize',
    'migrations/2024.01.31T12.00.00.users.ts',
    'migrations · 2024.01.31T12.00.00 · 2024.01.31T12.00.00.users',
  ],
  ['typeorm', 'src/migrations/1706702400000-Users.ts', 'src/migrations · 1706702400000 · 1706702400000-Users'],
  ['typeorm', 'src/migration/Users1706702400000.ts', 'src/migration · 1706702400000 · Users1706702400000'],
  ['mikroorm', 'migrations/Migration20240101120000.ts', 'migrations · 20240101120000 · Migration20240101120000'],
  [
    'mikroorm',
    'migrations/Migration20240101120000_users.ts',
    'migrations · 20240101120000 · Migration20240101120000_users',
  ],
  [
    'kysely',
    'db/migrations/20230309T045948368Z-init.ts',
    'db/migrations · 20230309T045948368Z-init · 20230309T045948368Z-init',
  ],
  ['kysely', 'migrations/001_init.js', 'migrations · 001_init · 001_init'],
  ['node-pg-migrate', 'migrations/1583186423000_users.js', 'migrations · 1583186423000 · 1583186423000_users'],
  [
    'node-pg-migrate',
    'migrations/20240131120000123_users.sql',
    'migrations · 20240131120000123 · 20240131120000123_users',
  ],
  ['dbmate', 'db/migrations/20240101120000_users.sql', 'db/migrations · 20240101120000 · 20240101120000_users'],
  ['supabase', 'supabase/migrations/20240101_users.sql', 'supabase/migrations · 20240101 · 20240101_users'],
  [
    'supabase',
    'supabase/migrations/20240101120000_users.sql',
    'supabase/migrations · 20240101120000 · 20240101120000_users',
  ],
  [
    'hasura',
    'migrations/default/1684245591231_users/up.sql',
    'migrations/default · 1684245591231 · 1684245591231_users',
  ],
  [
    'hasura',
    'migrations/default/1684245591231_users/down.sql',
    'migrations/default · 1684245591231 · 1684245591231_users',
  ],
  ['hasura', 'migrations/1684245591231/up.yaml', 'migrations · 1684245591231 · 1684245591231'],
  [
    'rails',
    'db/migrate/20160220174730_create_accounts.rb',
    'db/migrate · 20160220174730 · 20160220174730_create_accounts',
  ],
  ['django', 'shop/migrations/0001_initial.py', 'shop/migrations · 0001 · 0001_initial'],
  ['alembic', 'alembic/versions/1a31ce608336_add_x.py', 'alembic/versions · 1a31ce608336_add_x · 1a31ce608336_add_x'],
  [
    'laravel',
    'database/migrations/2024_01_31_120000_users.php',
    'database/migrations · 2024_01_31_120000 · 2024_01_31_120000_users',
  ],
  ['flyway', 'src/main/resources/db/migration/V1__users.sql', 'src/main/resources/db/migration · 1 · 1__users'],
  ['flyway', 'db/migration/U1__users.sql', 'db/migration · 1 · 1__users'],
  ['flyway', 'db/migration/V1.2.3__users.sql', 'db/migration · 1.2.3 · 1.2.3__users'],
  ['flyway', 'db/migration/V2_1__users.sql', 'db/migration · 2_1 · 2_1__users'],
  ['flyway', 'db/migration/V2024.01.31.1200__users.java', 'db/migration · 2024.01.31.1200 · 2024.01.31.1200__users'],
  ['liquibase', 'src/main/resources/db/changelog/001-users.sql', 'src/main/resources/db/changelog · 001 · 001-users'],
  ['liquibase', 'db/changelog/users.xml', 'db/changelog · users · users'],
  ['liquibase', 'db/changelog/db.changelog-1.0.xml', 'db/changelog · db.changelog-1.0 · db.changelog-1.0'],
  ['liquibase', 'db/changelog/20150805124838_bank.xml', 'db/changelog · 20150805124838 · 20150805124838_bank'],
  ['golang-migrate', 'migrations/000001_users.up.sql', 'migrations · 000001 · 000001_users'],
  ['golang-migrate', 'migrations/000001_users.down.sql', 'migrations · 000001 · 000001_users'],
  ['golang-migrate', 'migrations/000069_upgrade_v6.1.up.sql', 'migrations · 000069 · 000069_upgrade_v6.1'],
  [
    'goose',
    'db/migrations/20200130083147_create_schema.go',
    'db/migrations · 20200130083147 · 20200130083147_create_schema',
  ],
  ['goose', 'migrations/00001_users.sql', 'migrations · 00001 · 00001_users'],
  ['sqlx', 'migrations/20240101120000_users.sql', 'migrations · 20240101120000 · 20240101120000_users'],
  ['sqlx', 'migrations/20240101120000_users.down.sql', 'migrations · 20240101120000 · 20240101120000_users'],
  [
    'ecto',
    'priv/repo/migrations/20240101120000_users.exs',
    'priv/repo/migrations · 20240101120000 · 20240101120000_users',
  ],
  ['atlas', 'migrations/20240101120000.sql', 'migrations · 20240101120000 · 20240101120000'],
  ['atlas', 'migrations/20240101120000_users.up.sql', 'migrations · 20240101120000 · 20240101120000_users'],
  ['custom', 'migrations/0002-tags.sql', 'migrations · 0002 · 0002-tags'],
  ['custom', 'migrations/0007_2fa.sql', 'migrations · 0007 · 0007_2fa'],
  ['custom', 'migrations/0007_2fa.up.sql', 'migrations · 0007 · 0007_2fa'],
  ['custom', 'migrations/V1.2__x.sql', 'migrations · 1.2 · V1.2__x'],
  ['custom', 'migrations/2024-01-31-120000_users/up.sql', 'migrations · 2024-01-31-120000 · 2024-01-31-120000_users'],
  ['custom', 'migrations/2024-01-31-120000_users/down.sql', 'migrations · 2024-01-31-120000 · 2024-01-31-120000_users'],
  ['custom', 'migrations/m150101_185401_users.php', 'migrations · 150101_185401 · m150101_185401_users'],
  ['custom', 'Migrations/20240101120000_Users.Designer.cs', 'Migrations · 20240101120000 · 20240101120000_Users'],
  ['custom', 'migrations/Version20240101120000.php', 'migrations · 20240101120000 · Version20240101120000'],
  // Diesel counts within a second
  [
    'custom',
    'migrations/2026-04-22-005541-0001_a/up.sql',
    'migrations · 2026-04-22-005541-0001 · 2026-04-22-005541-0001_a',
  ],
  ['custom', 'migrations/7.sql', 'migrations · 7 · 7'],
]

test.each(migrations)('%s: %s', (preset, path, expected) => {
  expect(read(preset, path)).toBe(expected)
})

const others: [preset: string, paths: string[]][] = [
  ['prisma', ['prisma/migrations/migration_lock.toml', 'prisma/schema.prisma', 'prisma/migrations/migration.sql.bak']],
  ['drizzle', ['drizzle/meta/_journal.json', 'drizzle/meta/0007_snapshot.json', 'drizzle/schema.ts']],
  ['drizzle-v1', ['drizzle/20240101120000_nova/snapshot.json', 'drizzle/schema.ts', 'drizzle/0001_x.sql']],
  ['knex', ['migrations/README.md', 'migrations/helpers.ts', 'migrations/20240101120000_users.d.ts', 'knexfile.js']],
  ['sequelize', ['migrations/index.js', 'migrations/20240101120000-users.test.js', 'seeders/README.md']],
  ['typeorm', ['src/migrations/index.ts', 'src/migrations/1706702400000-Users.d.ts', 'src/migrations/v2.ts']],
  ['mikroorm', ['migrations/.snapshot-app.json', 'migrations/Migration20240101120000.d.ts', 'migrations/index.ts']],
  [
    'kysely',
    ['migrations/index.ts', 'migrations/provider.ts', 'migrations/001_init.d.ts', 'migrations/001_init.spec.ts'],
  ],
  ['node-pg-migrate', ['migrations/utils.js', 'migrations/.eslintrc.js', 'migrations/README.md']],
  ['dbmate', ['db/schema.sql', 'db/migrations/README.md', 'db/migrations/.gitkeep']],
  ['supabase', ['supabase/seed.sql', 'supabase/config.toml', 'supabase/migrations/README.md']],
  ['hasura', ['metadata/version.yaml', 'metadata/databases/databases.yaml', 'config.yaml', 'seeds/default/1_x.sql']],
  ['rails', ['db/schema.rb', 'db/structure.sql', 'db/seeds.rb', 'db/migrate/.rubocop.yml']],
  ['django', ['shop/migrations/__init__.py', 'shop/migrations/max_migration.txt', 'shop/migrations/helpers.py']],
  [
    'alembic',
    ['alembic/env.py', 'alembic/script.py.mako', 'alembic/versions/__init__.py', 'alembic.ini', 'alembic/README'],
  ],
  [
    'laravel',
    ['database/schema/mysql-schema.sql', 'database/seeders/DatabaseSeeder.php', 'database/migrations/.gitkeep'],
  ],
  [
    'flyway',
    ['db/migration/R__views.sql', 'db/migration/B5__baseline.sql', 'db/migration/README.md', 'db/migration/V1_x.sql'],
  ],
  ['liquibase', ['db/changelog/db.changelog-master.yaml', 'db/changelog/changelog-root.xml', 'db/changelog/README.md']],
  [
    'golang-migrate',
    ['migrations/README.md', 'migrations/migrations.list', 'migrations/embed.go', 'migrations/1_x.sql'],
  ],
  ['goose', ['db/migrations/migration.go', 'db/migrations/20200130083147_x_test.go', 'db/migrations/README.md']],
  ['sqlx', ['migrations/README.md', '.sqlx/query-1.json', 'migrations/seed.sql']],
  ['ecto', ['priv/repo/seeds.exs', 'priv/repo/structure.sql', 'priv/repo/migrations/.formatter.exs']],
  ['atlas', ['migrations/atlas.sum', 'schema.hcl', 'atlas.hcl']],
  [
    'custom',
    [
      'migrations/README.md',
      'migrations/meta/_journal.json',
      'migrations/meta/0001_snapshot.json',
      'migrations/run.js',
      'migrations/migration_lock.toml',
      'migrations/seeds.sql',
      'migrations/001_init.d.ts',
      'migrations/ModelSnapshot.cs',
    ],
  ],
]

test.each(others)('%s knows what is none', (preset, paths) => {
  expect(paths.filter((path) => read(preset, path) !== null)).toEqual([])
})

test('every preset has cases of both kinds', () => {
  const ids = PRESETS.map(({ id }) => id)
  expect(ids.filter((id) => !migrations.some(([preset]) => preset === id))).toEqual([])
  expect(ids.filter((id) => !others.some(([preset]) => preset === id))).toEqual([])
})

describe('the order of versions', () => {
  const rising: [preset: string, versions: string[]][] = [
    ['prisma', ['0', '20240101120000', '20240101120001']],
    ['flyway', ['1', '1.1', '1_2', '1.9', '1.10', '2', '10', '2024.01.31', '20240131120000']],
    ['golang-migrate', ['000001', '2', '010', '20240101120000']],
    ['laravel', ['0001_01_01_000000', '2014_10_12_000000', '2024_01_31_115959', '2024_01_31_120000']],
    ['kysely', ['001_a', '20230309T045948368Z-init', '20230309T045948369Z-a', '20230309T045948369Z-b']],
    ['supabase', ['20240101', '20240101120000', '20240102']],
    ['knex', ['20240101A', '20240101B', '20240102A']],
    ['custom', ['7', '0008', '10', '10.1']],
    ['custom', ['2023-12-31-235959', '2024-01-31', '2024-01-31-120000', '2024-01-31-120000-0001']],
    ['typeorm', ['1706702400000', '1706702400001']],
  ]
  test.each(rising)('%s: %j', (preset, versions) => {
    const { order } = presetOf(preset)
    for (const [index, version] of versions.entries())
      for (const [other, later] of versions.entries())
        expect(Math.sign(compareVersions(version, later, order))).toBe(Math.sign(index - other))
  })

  test.each([
    ['flyway', '1', '1.0'],
    ['flyway', '1_2', '1.2'],
    ['golang-migrate', '1', '000001'],
    ['rails', '20240101120000', '020240101120000'],
  ])('%s: %s is %s', (preset, a, b) => {
    expect(compareVersions(a, b, presetOf(preset).order)).toBe(0)
  })
})

describe('the catalogue', () => {
  test.each(PRESETS.map((preset) => [preset.id, preset] as const))('%s is whole', (_id, preset) => {
    expect(checkedPatterns(preset.paths, 'paths')).toEqual(preset.paths)
    expect(checkedPatterns(preset.schema, 'schema')).toEqual(preset.schema)
    expect(preset.template === null).toBe(preset.create !== null)
    const words = [...(preset.create ?? []), ...(preset.template ?? []).map(({ path }) => path)].join(' ')
    expect(words).toContain('{{name}}')
    for (const { path } of [...(preset.template ?? []), ...(preset.reversible ?? [])])
      expect(path).toContain('{{version}}')
  })

  test('a new file of a template is a migration of its preset, below its paths, and its files are one', () => {
    for (const { id, template, reversible, directory, paths } of PRESETS)
      for (const files of [template, reversible].filter((one) => one !== undefined && one !== null)) {
        const read = files.map(({ path }) => {
          const values = { version: '20240101120000', name: 'users', separator: '_' }
          const full = `${directory}/${path.replace(/\{\{(\w+)\}\}/g, (_, key: keyof typeof values) => values[key])}`
          expect(matcherOf(paths)(full), `${id} ${full}`).not.toBeNull()
          return migrationFileOf({ tool: presetOf(id) }, full)
        })
        expect(new Set(read.map((file) => `${file?.version} ${file?.name}`)).size, id).toBe(1)
        expect(read[0]?.unit, id).toBe(directory)
      }
  })

  test('journals, locks and dumps are below the paths that only an owner may change, and no migrations', () => {
    const shared: [preset: string, path: string][] = [
      ['prisma', 'prisma/migrations/migration_lock.toml'],
      ['drizzle', 'drizzle/meta/_journal.json'],
      ['drizzle', 'drizzle/meta/0007_snapshot.json'],
      ['drizzle-v1', 'drizzle/20240101120000_nova/snapshot.json'],
      ['mikroorm', 'migrations/.snapshot-app.json'],
      ['dbmate', 'db/schema.sql'],
      ['hasura', 'metadata/databases/default/tables/tables.yaml'],
      ['rails', 'db/schema.rb'],
      ['rails', 'db/animals_schema.rb'],
      ['rails', 'db/structure.sql'],
      ['django', 'shop/migrations/max_migration.txt'],
      ['laravel', 'database/schema/mysql-schema.sql'],
      ['flyway', 'src/main/resources/db/migration/R__views.sql'],
      ['liquibase', 'src/main/resources/db/changelog/db.changelog-master.yaml'],
      ['ecto', 'priv/repo/structure.sql'],
      ['atlas', 'migrations/atlas.sum'],
    ]
    for (const [preset, path] of shared) {
      expect(matcherOf(presetOf(preset).paths)(path), path).not.toBeNull()
      expect(read(preset, path), path).toBeNull()
    }
  })

  test.each([
    ['drizzle', 'packages/db/drizzle/meta/_journal.json', 'drizzle/meta/0007_snapshot.json'],
    ['dbmate', 'db/schema.sql', 'db/migrations/1_schema.sql'],
    ['atlas', 'migrations/atlas.sum', 'migrations/1_a.sql'],
    ['rails', 'db/schema.rb', 'db/cache_schema.rb'],
    ['rails', 'db/structure.sql', 'db/migrate/1_structure.rb'],
    ['django', 'shop/migrations/max_migration.txt', 'shop/migrations/0001_max_migration.py'],
    ['ecto', 'priv/repo/structure.sql', 'priv/repo/migrations/1_a.exs'],
    ['liquibase', 'config/liquibase/master.xml', 'config/liquibase/changelog/1_a.xml'],
  ])('the journal of %s is %s, and not %s', (preset, journal, other) => {
    expect(presetOf(preset).journal?.file.test(journal)).toBe(true)
    expect(presetOf(preset).journal?.file.test(other)).toBe(false)
  })

  test('no path makes a pattern slow: time grows with length, not with its square', () => {
    const hostile = ['a/', '1/', '1', '1.', '1_', 'V1_', '20240101', 'migrations', 'migrations/', '.d', '.up', 'a1-']
    for (const { id, file, editable, journal } of PRESETS)
      for (const pattern of [file, editable, journal?.file].filter((one) => one !== undefined))
        for (const part of hostile) {
          const path = `${part.repeat(100_000 / part.length)}\u0000`
          const start = performance.now()
          pattern.test(path)
          expect(performance.now() - start, `${id} ${pattern} ${part}`).toBeLessThan(1_500)
        }
  })
})

test('whatever a path is, what is read of it stands in it', () => {
  const part = fc.constantFrom(
    'db',
    'migrations',
    'versions',
    'V',
    'U',
    'Migration',
    '_',
    '-',
    '.',
    '7',
    '0007',
    '20240101120000',
  )
  const word = fc.oneof(part, fc.string({ maxLength: 4 }))
  const segment = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join('').replaceAll('/', ''))
  const ending = fc.constantFrom(
    '.sql',
    '.up.sql',
    '.down.sql',
    '.ts',
    '.js',
    '.py',
    '.rb',
    '.php',
    '.exs',
    '.go',
    '/migration.sql',
    '/up.sql',
  )
  const path = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), ending)
    .map(([parts, end]) => parts.join('/') + end)
  fc.assert(
    fc.property(fc.constantFrom(...PRESETS), path, (tool, text) => {
      const file = migrationFileOf({ tool }, text)
      if (!file) return
      expect(file.version).not.toBe('')
      expect(file.name).toContain(file.version)
      expect(file.name).not.toContain('/')
      expect(text.startsWith(file.unit === '' ? '' : `${file.unit}/`)).toBe(true)
      expect(text.slice(file.unit === '' ? 0 : file.unit.length + 1)).toContain(file.name)
      expect(() => compareVersions(file.version, '1', tool.order)).not.toThrow()
    }),
    { numRuns: 3_000 },
  )
})
