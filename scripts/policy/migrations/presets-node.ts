/** Migration tools that come as npm packages. */
import type { Preset } from './preset.ts'

const prisma: Preset = {
  id: 'prisma',
  title: 'Prisma Migrate',
  paths: ['prisma/migrations'],
  // any folder with a migration.sql is one, `0_init` and unnumbered ones too; they run in the order of their names
  file: /^(?<unit>(?:.*\/)?)(?=(?<version>\d+(?=[_/])|[^/]+))(?<name>[^/]+)\/migration\.sql$/,
  order: 'name',
  schema: ['**/*.prisma'],
  language: 'sql',
  hasSnapshots: false,
  create: ['npx', 'prisma', 'migrate', 'dev', '--create-only', '--name', '{{name}}'],
  directory: 'prisma/migrations',
  stamp: 'seconds',
  template: null,
  mentions: [],
}

const DRIZZLE_SCHEMA = ['src/schema.ts', '**/db/schema.ts', '**/db/schema/**', '**/db/schemas/**', 'drizzle/schema.ts']

const drizzle: Preset = {
  id: 'drizzle',
  title: 'Drizzle Kit',
  paths: ['drizzle/*.sql', 'drizzle/meta'],
  // the prefix may also be a stamp or missing (`migrations.prefix`); the order is the journal's alone
  file: /^(?<unit>(?:.*\/)?)(?=(?<version>\d+(?=[_.])|[^/.]+))(?<name>[^/]+)\.sql$/,
  order: 'journal',
  schema: DRIZZLE_SCHEMA,
  language: 'sql',
  journal: { kind: 'drizzle', file: /(?:^|\/)meta\/_journal\.json$/ },
  hasSnapshots: true,
  create: ['npx', 'drizzle-kit', 'generate', '--name', '{{name}}'],
  directory: 'drizzle',
  stamp: 'counter',
  template: null,
  mentions: [{ in: /(?:^|\/)meta\/_journal\.json$/, as: 'name', remedy: ['npx', 'drizzle-kit', 'generate'] }],
}

/** From drizzle-kit 1.0 on: a folder per migration with its snapshot, no journal (measured with 1.0.0-rc.5). */
const drizzleFolders: Preset = {
  id: 'drizzle-v1',
  title: 'Drizzle Kit 1',
  paths: ['drizzle/*/migration.sql', 'drizzle/*/snapshot.json'],
  file: /^(?<unit>(?:.*\/)?)(?=(?<version>\d+(?=[_/])|[^/]+))(?<name>[^/]+)\/migration\.sql$/,
  order: 'name',
  schema: DRIZZLE_SCHEMA,
  language: 'sql',
  hasSnapshots: true,
  create: ['npx', 'drizzle-kit', 'generate', '--name', '{{name}}'],
  directory: 'drizzle',
  stamp: 'seconds',
  template: null,
  mentions: [],
}

const knex: Preset = {
  id: 'knex',
  title: 'Knex',
  paths: ['migrations'],
  // a letter behind the day (`20201028A-users.ts`) is part of the version where a project counts so; `2.0.0-beta.1.js`
  // has no other version than its name
  file: /^(?<unit>(?:.*\/)?)(?=(?<version>\d+[A-Za-z]?(?=[_-]|\.(?!\d))|\d[^/]+(?=\.\w+$)))(?<name>\d[^/]*?)(?<!\.d|\.spec|\.test)\.(?:[cm]?[jt]s|sql)$/,
  order: 'name',
  schema: [],
  language: 'code',
  hasSnapshots: false,
  create: ['npx', 'knex', 'migrate:make', '{{name}}'],
  directory: 'migrations',
  stamp: 'seconds',
  template: null,
  mentions: [],
}

const sequelize: Preset = {
  id: 'sequelize',
  title: 'Sequelize or Umzug',
  paths: ['migrations'],
  // umzug's own stamps have dots: 2024.01.31T12.00.00.users.ts
  file: /^(?<unit>(?:.*\/)?)(?=(?<version>\d{4}\.\d\d\.\d\dT\d\d\.\d\d\.\d\d|\d+(?=[_-]|\.(?!\d))|\d[^/]+?(?=(?:\.(?:up|down))?\.\w+$)))(?<name>\d[^/]*?)(?<!\.d|\.spec|\.test)(?:\.(?:up|down))?\.(?:[cm]?[jt]s|sql)$/,
  order: 'name',
  schema: ['models', 'src/models'],
  language: 'code',
  hasSnapshots: false,
  create: ['npx', 'sequelize-cli', 'migration:generate', '--name', '{{name}}'],
  directory: 'migrations',
  stamp: 'seconds',
  template: null,
  mentions: [],
}

const typeorm: Preset = {
  id: 'typeorm',
  title: 'TypeORM',
  paths: ['src/migrations', 'src/migration', 'migrations'],
  // what counts for TypeORM is the stamp in the class's name; by its own command the file's is the same one
  file: /^(?<unit>(?:.*\/)?)(?=[^/]*?(?<!\d)(?<version>\d{10,17})(?!\d))(?<name>[^/]+?)(?<!\.d|\.spec|\.test)\.[cm]?[jt]s$/,
  order: 'number',
  schema: ['**/*.entity.ts', 'src/entity', 'src/entities'],
  language: 'code',
  hasSnapshots: false,
  create: ['npx', 'typeorm', 'migration:create', '{{unit}}/{{name}}'],
  directory: 'src/migrations',
  stamp: 'milliseconds',
  template: null,
  mentions: [{ in: 'itself', as: 'version', remedy: 'replace' }],
}

const mikroorm: Preset = {
  id: 'mikroorm',
  title: 'MikroORM',
  paths: ['migrations', 'src/migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>[A-Za-z_]*(?<version>\d{8,17})(?!\d)[^/]*?)(?<!\.d|\.spec|\.test)\.[cm]?[jt]s$/,
  order: 'name',
  schema: ['**/*.entity.ts', 'src/entities'],
  language: 'code',
  hasSnapshots: true,
  create: ['npx', 'mikro-orm', 'migration:create', '--name', '{{name}}'],
  directory: 'migrations',
  stamp: 'seconds',
  template: null,
  mentions: [{ in: 'itself', as: 'name', remedy: 'replace' }],
}

const KYSELY_MIGRATION = `import type { Kysely } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
}

export async function down(db: Kysely<any>): Promise<void> {
}
`

const kysely: Preset = {
  id: 'kysely',
  title: 'Kysely',
  paths: ['migrations'],
  // the whole name is what Kysely sorts by; only numbered ones, since an index or a helper often lies beside them
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>[A-Za-z_]?\d[^/]*?))(?<!\.d|\.spec|\.test)\.m?[jt]s$/,
  order: 'name',
  schema: [],
  language: 'code',
  hasSnapshots: false,
  create: null,
  directory: 'migrations',
  stamp: 'as-used',
  template: [{ path: '{{version}}{{separator}}{{name}}.ts', text: KYSELY_MIGRATION }],
  mentions: [{ in: /(?:^|\/)index\.m?[jt]s$/, as: 'name', remedy: 'replace' }],
}

const nodePgMigrate: Preset = {
  id: 'node-pg-migrate',
  title: 'node-pg-migrate',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)[_-][^/]*?)(?<!\.d|\.spec|\.test)(?:\.(?:up|down))?\.(?:[cm]?[jt]s|sql)$/,
  order: 'number',
  schema: [],
  language: 'code',
  hasSnapshots: false,
  create: ['npx', 'node-pg-migrate', 'create', '{{name}}'],
  directory: 'migrations',
  stamp: 'milliseconds',
  template: null,
  mentions: [],
}

export const NODE_PRESETS: readonly Preset[] = [
  prisma,
  drizzle,
  drizzleFolders,
  knex,
  sequelize,
  typeorm,
  mikroorm,
  kysely,
  nodePgMigrate,
]
