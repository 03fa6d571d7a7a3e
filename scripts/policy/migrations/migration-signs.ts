/**
 * How a tool's migrations are known among a project's files: by a shape that only they have, or by a shape that several
 * tools share together with a dependency, a settings file or the first lines of one of them. The first sign that fits
 * a directory has it.
 */

/** A directory with files of a sign's shape in it. */
export interface Candidate {
  readonly dir: string
  /** The first of them by name. */
  readonly first: string
  /** Start of the first one's text, where somebody thought it worth reading. */
  readonly head: string
  readonly hasFile: (path: string) => boolean
  /** A file of that name in the directory or in one above it. */
  readonly hasAbove: (name: RegExp) => boolean
  /** The package it lies in, or one above, depends on one of these or calls it in a script. */
  readonly dependsOn: (name: RegExp) => boolean
}

export interface Sign {
  readonly preset: string
  /** Matches the path of a migration; group `unit` is the directory. */
  readonly shape: RegExp
  readonly fits?: (found: Candidate) => boolean
  /** Patterns for the settings: `{unit}`, and `{above}` for the directory it lies in. Without: the directory. */
  readonly paths?: readonly string[]
}

const CODE = '(?<!\\.d|\\.spec|\\.test)\\.[cm]?[jt]s'
/** The nearest directory, if it is called as directories of migrations are. */
const IN_MIGRATIONS = '^(?<unit>(?:.*\\/)?[^/]*migrations?(?:\\/[^/]+)?)\\/'

/** Shapes of one tool alone. */
const OWN_SHAPE: readonly Sign[] = [
  { preset: 'atlas', shape: /^(?<unit>.*)\/\d[^/]*\.sql$/, fits: ({ dir, hasFile }) => hasFile(`${dir}/atlas.sum`) },
  {
    preset: 'drizzle',
    shape: /^(?<unit>.*)\/[^/]+\.sql$/,
    fits: ({ dir, hasFile }) => hasFile(`${dir}/meta/_journal.json`),
    paths: ['{unit}/*.sql', '{unit}/meta'],
  },
  {
    preset: 'drizzle-v1',
    shape: /^(?<unit>.*)\/[^/]+\/migration\.sql$/,
    fits: ({ first, hasFile }) => hasFile(first.replace(/migration\.sql$/, 'snapshot.json')),
    paths: ['{unit}/*/migration.sql', '{unit}/*/snapshot.json'],
  },
  {
    preset: 'prisma',
    shape: /^(?<unit>.*)\/[^/]+\/migration\.sql$/,
    fits: ({ dir, hasFile, dependsOn }) =>
      hasFile(`${dir}/migration_lock.toml`) || /(^|\/)prisma\//.test(dir) || dependsOn(/^(@prisma\/client|prisma)$/),
  },
  {
    preset: 'hasura',
    shape: /^(?<unit>(?:.*\/)?migrations)\/(?:[^/]+\/)?\d{13}(?:_[^/]*)?\/(?:up|down)\.(?:sql|yaml)$/,
    paths: ['{unit}', '{above}/metadata'],
  },
  { preset: 'supabase', shape: /^(?<unit>(?:.*\/)?supabase\/migrations)\/\d+_[^/]*\.sql$/ },
  {
    preset: 'rails',
    shape: /^(?<unit>(?:.*\/)?db\/(?:\w+_)?migrate)\/\d+_[^/]*\.rb$/,
    paths: ['{unit}', '{above}/schema.rb', '{above}/*_schema.rb', '{above}/structure.sql', '{above}/*_structure.sql'],
  },
  {
    preset: 'laravel',
    shape: /^(?<unit>.*)\/\d{4}_\d\d_\d\d_\d{6}_[^/]*\.php$/,
    paths: ['{unit}', '{above}/schema'],
  },
  {
    preset: 'django',
    shape: /^(?<unit>(?:.*\/)?migrations)\/\d{4}_\w+\.py$/,
    paths: ['{unit}/*.py', '{unit}/max_migration.txt'],
  },
  {
    preset: 'alembic',
    shape: /^(?<unit>(?:.*\/)?versions)\/[^/_.][^/]*\.py$/,
    fits: ({ dir, hasFile }) => hasFile(`${dir.replace(/versions$/, '')}env.py`),
  },
  {
    preset: 'ecto',
    shape: /^(?<unit>(?:.*\/)?priv\/[^/]+\/migrations)\/\d+_[^/]*\.exs$/,
    paths: ['{unit}', '{above}/structure.sql'],
  },
  { preset: 'flyway', shape: /^(?<unit>.*)\/V\d[\d._]*__[^/]*\.(?:sql|java|kt|groovy|scala)$/ },
  {
    preset: 'liquibase',
    shape: /^(?<unit>(?:.*\/)?(?:db|liquibase)\/changelogs?)\/.*\.(?:sql|xml|ya?ml|json)$/,
    paths: ['{unit}', '{above}/*master*'],
  },
  {
    preset: 'liquibase',
    shape: /^(?<unit>(?:.*\/)?(?:liquibase|changelogs?))\/[^/]*changelog[^/]*\.(?:xml|ya?ml|json)$/,
  },
  { preset: 'mikroorm', shape: new RegExp(`^(?<unit>.*)\\/Migration\\d{8,17}(?:_[^/]*)?${CODE}$`) },
]

/** Numbered scripts or SQL: what is installed tells whose they are. */
const SHARED_SHAPE: readonly Sign[] = [
  {
    preset: 'typeorm',
    shape: new RegExp(`${IN_MIGRATIONS}(?:\\d{10,17}-|[^/]*\\d{13})[^/]*${CODE}$`),
    fits: ({ dependsOn }) => dependsOn(/^(typeorm|@nestjs\/typeorm)$/),
  },
  {
    preset: 'mikroorm',
    shape: new RegExp(`${IN_MIGRATIONS}[A-Za-z_]*\\d{14}[^/]*${CODE}$`),
    fits: ({ dependsOn }) => dependsOn(/^@mikro-orm\//),
  },
  {
    preset: 'node-pg-migrate',
    shape: new RegExp(`${IN_MIGRATIONS}\\d+[_-][^/]*(?:${CODE}|\\.sql)$`),
    fits: ({ dependsOn }) => dependsOn(/^node-pg-migrate$/),
  },
  {
    preset: 'kysely',
    shape: new RegExp(`${IN_MIGRATIONS}[A-Za-z_]?\\d[^/]*${CODE}$`),
    fits: ({ dependsOn }) => dependsOn(/^(kysely|kysely-ctl)$/),
  },
  {
    preset: 'sequelize',
    shape: new RegExp(`${IN_MIGRATIONS}\\d[\\dT.]*[_.-][^/]*${CODE}$`),
    fits: ({ dependsOn, hasAbove }) => dependsOn(/^(sequelize.*|umzug)$/) || hasAbove(/^\.sequelizerc$/),
  },
  {
    preset: 'knex',
    shape: new RegExp(`${IN_MIGRATIONS}\\d+[A-Za-z]?[_.-][^/]*${CODE}$`),
    fits: ({ dependsOn, hasAbove }) => dependsOn(/^(knex|objection|bookshelf)$/) || hasAbove(/^knexfile\./),
  },
  {
    preset: 'goose',
    shape: /^(?<unit>.*)\/\d+_[^/]*(?<!_test)\.(?:sql|go)$/,
    fits: ({ head }) => /^--\s*\+goose\s|"github\.com\/pressly\/goose/m.test(head),
  },
  {
    preset: 'dbmate',
    shape: /^(?<unit>.*)\/\d+[^/]*\.sql$/,
    fits: ({ head, dependsOn, dir }) =>
      /^--\s*migrate:up/m.test(head) || (dependsOn(/^dbmate$/) && /(^|\/)db\/migrations$/.test(dir)),
    paths: ['{unit}', '{above}/schema.sql'],
  },
  {
    preset: 'golang-migrate',
    shape: /^(?<unit>.*)\/\d+_[^/]*\.(?:up|down)\.sql$/,
    fits: ({ hasAbove }) => hasAbove(/^go\.mod$/),
  },
  {
    preset: 'sqlx',
    shape: /^(?<unit>(?:.*\/)?migrations)\/\d+_[^/]*\.sql$/,
    fits: ({ hasAbove }) => hasAbove(/^Cargo\.toml$/),
  },
]

/** Nobody's: SQL of any name, or numbered scripts; codemods of that name (`migrations/svelte-5/`) are none. */
const NO_TOOLS: readonly Sign[] = [
  { preset: 'custom', shape: /^(?<unit>(?:.*?\/)?(?:[\w.-]*migrations?|db\/migrate|drizzle))\/.*\.sql$/ },
  {
    preset: 'custom',
    shape:
      /^(?<unit>(?:.*?\/)?[\w.-]*(?:migrations?|migrate))\/(?:.*\/)?(?:\d{3,}[_.-][^/]*|[A-Za-z_]{0,12}\d{8}[^/]*)(?<!\.d|[._]spec|[._]test)\.(?:[cm]?[jt]s|py|rb|php|exs|go|rs|java|kt|cs)$/,
  },
]

export const SIGNS: readonly Sign[] = [...OWN_SHAPE, ...SHARED_SHAPE, ...NO_TOOLS]

/** What no project's own migrations lie below. */
export const NOT_THE_PROJECTS =
  /(^|\/)(old[-_][^/]*|tests?|test[-_][^/]*|[^/]*[-_]tests?|__\w+__|testdata|fixtures?|examples?|samples?|templates?|docs?|e2e|specs?|mocks?|node_modules|vendor|third[-_]party)\//i
/** A path without any of these in it is no migration; that spares nearly every file the signs. */
export const WORTH_A_LOOK = /migrat|drizzle|changelog|liquibase|versions\/|\/V?\d/i
/** Files that the head of one of them tells apart: goose's, dbmate's, or anybody's. */
export const TOLD_BY_HEAD =
  /^(?<unit>(?:.*\/)?[^/]*migrat[^/]*(?:\/[^/]+)?)\/\d+[^/]*(?<!\.up|\.down|_test)\.(?:sql|go)$/
