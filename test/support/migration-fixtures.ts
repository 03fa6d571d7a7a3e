/**
 * Two branches for each migration tool: what the base started from, what branch A adds, what branch B adds and lands
 * first. A is the older one. `same` takes the version that B took, `later` comes after B.
 */
export type Files = Readonly<Record<string, string>>

export interface MigrationFixture {
  readonly preset: string
  readonly start: Files
  /** Landed meanwhile. Files that are in `start` too are given whole, as B leaves them. */
  readonly b: Files
  /** Made before B's, on `start`. */
  readonly a: Files
  /** What A breaks once B has landed; `pass` for tools that take it in any order. */
  readonly rule: 'migration-order' | 'migration-graph' | 'migration-journal'
  /** Another migration under the version that B took; null for tools that have none to take. */
  readonly same: Files | null
  /** Made on top of B: lands. */
  readonly later: Files
  /** A landed file, and another text for it. */
  readonly edit: readonly [path: string, text: string]
}

const SQL = 'CREATE TABLE a (id int);\n'

/** A tool whose migrations are files with a version in their names and nothing else. */
function versioned(
  preset: string,
  [start, a, b, same, later]: readonly [string, string, string, string, string],
  text = SQL,
): MigrationFixture {
  return {
    preset,
    start: { [start]: text },
    a: { [a]: `${text}-- a\n` },
    b: { [b]: `${text}-- b\n` },
    rule: 'migration-order',
    same: { [same]: `${text}-- same\n` },
    later: { [later]: `${text}-- later\n` },
    edit: [start, `${text}-- edited\n`],
  }
}

const stamped = (preset: string, name: (stamp: string, word: string) => string, stamps: Stamps = STAMPS) =>
  versioned(preset, [
    name(stamps[0], 'start'),
    name(stamps[1], 'a'),
    name(stamps[2], 'b'),
    name(stamps[2], 'same'),
    name(stamps[3], 'later'),
  ])
type Stamps = readonly [string, string, string, string]
const STAMPS: Stamps = ['20260101120000', '20260201120000', '20260301120000', '20260401120000']
const MILLIS: Stamps = ['1767268800000', '1769947200000', '1772366400000', '1775044800000']
const NUMBERS: Stamps = ['0001', '0002', '0003', '0004']

const journal = (...tags: readonly [tag: string, when: number][]) =>
  JSON.stringify({ version: '7', entries: tags.map(([tag, when], idx) => ({ idx, when, tag })) })
const snapshot = (id: string, prevId: string) => JSON.stringify({ id, prevId, tables: {} })

const drizzle: MigrationFixture = {
  preset: 'drizzle',
  start: {
    'drizzle/0000_start.sql': SQL,
    'drizzle/meta/_journal.json': journal(['0000_start', 100]),
    'drizzle/meta/0000_snapshot.json': snapshot('s0', '0'),
  },
  a: {
    'drizzle/0001_a.sql': SQL,
    'drizzle/meta/_journal.json': journal(['0000_start', 100], ['0001_a', 200]),
    'drizzle/meta/0001_snapshot.json': snapshot('sa', 's0'),
  },
  b: {
    'drizzle/0001_b.sql': SQL,
    'drizzle/meta/_journal.json': journal(['0000_start', 100], ['0001_b', 300]),
    'drizzle/meta/0001_snapshot.json': snapshot('sb', 's0'),
  },
  rule: 'migration-journal',
  same: {
    'drizzle/0001_same.sql': SQL,
    'drizzle/meta/_journal.json': journal(['0000_start', 100], ['0001_b', 300], ['0001_same', 400]),
  },
  later: {
    'drizzle/0002_later.sql': SQL,
    'drizzle/meta/_journal.json': journal(['0000_start', 100], ['0001_b', 300], ['0002_later', 400]),
    'drizzle/meta/0002_snapshot.json': snapshot('sl', 'sb'),
  },
  edit: ['drizzle/0000_start.sql', `${SQL}-- edited\n`],
}

const djangoText = (parent: string) =>
  `class Migration(migrations.Migration):\n    dependencies = [("shop", "${parent}"), ("auth", "0001_initial")]\n    operations = []\n`
const django: MigrationFixture = {
  preset: 'django',
  start: { 'shop/migrations/0001_initial.py': 'class Migration(migrations.Migration):\n    dependencies = []\n' },
  a: { 'shop/migrations/0002_a.py': djangoText('0001_initial') },
  b: { 'shop/migrations/0002_b.py': djangoText('0001_initial') },
  rule: 'migration-graph',
  same: null,
  later: { 'shop/migrations/0003_later.py': djangoText('0002_b') },
  edit: ['shop/migrations/0001_initial.py', 'class Migration: pass\n'],
}

const alembicText = (revision: string, down: string | null) =>
  `"""x"""\nrevision: str = '${revision}'\ndown_revision: Union[str, None] = ${down === null ? 'None' : `'${down}'`}\n\ndef upgrade():\n    pass\n`
const alembic: MigrationFixture = {
  preset: 'alembic',
  start: { 'alembic/versions/aa11_start.py': alembicText('aa11', null) },
  a: { 'alembic/versions/bb22_a.py': alembicText('bb22', 'aa11') },
  b: { 'alembic/versions/cc33_b.py': alembicText('cc33', 'aa11') },
  rule: 'migration-graph',
  same: null,
  later: { 'alembic/versions/dd44_later.py': alembicText('dd44', 'cc33') },
  edit: ['alembic/versions/aa11_start.py', alembicText('aa11', 'zz')],
}

const changelog = (...changesets: readonly string[]) =>
  `--liquibase formatted sql\n\n${changesets.map((id) => `--changeset ann:${id}\nCREATE TABLE t_${id} (id int);\n`).join('\n')}`
const liquibase: MigrationFixture = {
  preset: 'liquibase',
  start: { 'src/main/resources/db/changelog/changelog.sql': changelog('1') },
  a: { 'src/main/resources/db/changelog/changelog.sql': changelog('1', 'a') },
  b: { 'src/main/resources/db/changelog/changelog.sql': changelog('1', 'b') },
  rule: 'migration-journal',
  same: null,
  later: { 'src/main/resources/db/changelog/changelog.sql': changelog('1', 'b', 'later') },
  edit: ['src/main/resources/db/changelog/changelog.sql', changelog('1x')],
}

const withAtlasSum = (names: readonly string[]) => `h1:x=\n${names.map((name) => `${name} h1:y=\n`).join('')}`
const atlasName = (stamp: string, word: string) => `${stamp}_${word}.sql`
const atlas: MigrationFixture = (() => {
  const plain = stamped('atlas', (stamp, word) => `migrations/${atlasName(stamp, word)}`)
  const [start, a, b, later] = [
    atlasName(STAMPS[0], 'start'),
    atlasName(STAMPS[1], 'a'),
    atlasName(STAMPS[2], 'b'),
    atlasName(STAMPS[3], 'later'),
  ]
  return {
    ...plain,
    start: { ...plain.start, 'migrations/atlas.sum': withAtlasSum([start]) },
    a: { ...plain.a, 'migrations/atlas.sum': withAtlasSum([start, a]) },
    b: { ...plain.b, 'migrations/atlas.sum': withAtlasSum([start, b]) },
    later: { ...plain.later, 'migrations/atlas.sum': withAtlasSum([start, b, later]) },
  }
})()

export const MIGRATION_FIXTURES: readonly MigrationFixture[] = [
  stamped('prisma', (stamp, word) => `prisma/migrations/${stamp}_${word}/migration.sql`),
  drizzle,
  stamped('drizzle-v1', (stamp, word) => `drizzle/${stamp}_${word}/migration.sql`),
  stamped('knex', (stamp, word) => `migrations/${stamp}_${word}.js`),
  stamped('sequelize', (stamp, word) => `migrations/${stamp}-${word}.js`),
  stamped('typeorm', (stamp, word) => `src/migrations/${stamp}-${word}.ts`, MILLIS),
  stamped('mikroorm', (stamp, word) => `migrations/Migration${stamp}_${word}.ts`),
  // a name is its own version: there is none to take
  { ...stamped('kysely', (stamp, word) => `migrations/${stamp}_${word}.ts`), same: null },
  stamped('node-pg-migrate', (stamp, word) => `migrations/${stamp}_${word}.js`, MILLIS),
  stamped('dbmate', (stamp, word) => `db/migrations/${stamp}_${word}.sql`),
  stamped('supabase', (stamp, word) => `supabase/migrations/${stamp}_${word}.sql`),
  stamped('hasura', (stamp, word) => `migrations/default/${stamp}_${word}/up.sql`, MILLIS),
  stamped('rails', (stamp, word) => `db/migrate/${stamp}_${word}.rb`),
  django,
  alembic,
  stamped('laravel', (stamp, word) => {
    const [, y, m, d, t] = /^(\d{4})(\d\d)(\d\d)(\d{6})$/.exec(stamp) ?? []
    return `database/migrations/${y}_${m}_${d}_${t}_${word}.php`
  }),
  stamped('flyway', (stamp, word) => `src/main/resources/db/migration/V${Number(stamp)}__${word}.sql`, NUMBERS),
  liquibase,
  stamped('golang-migrate', (stamp, word) => `migrations/${stamp}_${word}.up.sql`, NUMBERS),
  stamped('goose', (stamp, word) => `migrations/${stamp}_${word}.sql`),
  stamped('sqlx', (stamp, word) => `migrations/${stamp}_${word}.sql`),
  stamped('ecto', (stamp, word) => `priv/repo/migrations/${stamp}_${word}.exs`),
  atlas,
  stamped('custom', (stamp, word) => `migrations/${stamp}_${word}.sql`, NUMBERS),
]
