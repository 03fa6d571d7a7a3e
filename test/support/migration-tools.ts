/**
 * Real migration tools, each as a project has it that uses it: its files, its command and how it writes a migration.
 * All of them read DATABASE_URL and run on SQLite and on Postgres. They come with `npm ci` and need nothing else.
 */
import { symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { PROJECT_ROOT, type TestRepository } from './repository.ts'

export type Files = Readonly<Record<string, string>>

export interface MigrationTool {
  readonly preset: string
  /** Of the project, beside its migrations. */
  readonly files: Files
  /** A shell line, as lanekeeper.json has it; `npx` costs half a second a time, so most go by PATH. */
  readonly command: string
  /** What stands before a SQLite file's path, where it is not `file:`. */
  readonly scheme?: string
  /** A migration; the higher `at`, the younger (0 to 9). */
  migration(at: number, name: string, ...statements: readonly string[]): Files
  /** The file that lists them in order, for a tool that has one. */
  readonly journal?: (...entries: readonly (readonly [at: number, name: string])[]) => Files
  /** Names of what a database has run, in the order in which it ran: a query. */
  readonly applied: string
}

/** Makes the packages of `npm ci` those of the projects and worktrees below the test's directory. */
export function linkPackages({ dir }: Pick<TestRepository, 'dir'>): void {
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(dir, 'node_modules'))
}

/** PATH with the packages' commands, as `npm run` has it. */
export const withCommands = ({ env }: Pick<TestRepository, 'env'>) => ({
  PATH: [join(PROJECT_ROOT, 'node_modules', '.bin'), env.PATH].join(delimiter),
})

const IGNORED = { '.gitignore': '.env*\n*.db*\n' }
const seconds = (at: number) => `2026010${at + 1}120000`
const quoted = (statements: readonly string[]) => statements.map((text) => JSON.stringify(text))

export const knex: MigrationTool = {
  preset: 'knex',
  files: {
    ...IGNORED,
    'knexfile.js': `const url = process.env.DATABASE_URL
// libsql has better-sqlite3's interface
class Libsql extends require('knex/lib/dialects/better-sqlite3') {
  _driver() { return require('libsql') }
}
module.exports = url.startsWith('postgres')
  ? { client: 'pg', connection: url }
  : { client: Libsql, connection: { filename: url.replace('file:', '') }, useNullAsDefault: true }
`,
  },
  command: 'npx knex migrate:latest',
  migration: (at, name, ...statements) => ({
    [`migrations/${seconds(at)}_${name}.js`]: `exports.up = async (knex) => {
${quoted(statements)
  .map((text) => `  await knex.raw(${text})\n`)
  .join('')}}
exports.down = async () => {}
`,
  }),
  applied: 'SELECT name FROM knex_migrations ORDER BY id',
}

export const typeorm: MigrationTool = {
  preset: 'typeorm',
  files: {
    ...IGNORED,
    'data-source.js': `const { DataSource } = require('typeorm')
const url = process.env.DATABASE_URL
const migrations = ['src/migrations/*.js']
exports.source = new DataSource(url.startsWith('postgres')
  ? { type: 'postgres', url, migrations }
  : { type: 'better-sqlite3', driver: require('libsql'), database: url.replace('file:', ''), migrations })
`,
  },
  command: 'typeorm migration:run -d data-source.js',
  migration: (at, name, ...statements) => ({
    [`src/migrations/176726880000${at}-${name}.js`]: `exports.${name}176726880000${at} = class ${name}176726880000${at} {
  async up(queryRunner) {
${quoted(statements)
  .map((text) => `    await queryRunner.query(${text})\n`)
  .join('')}  }
  async down() {}
}
`,
  }),
  applied: 'SELECT name FROM migrations ORDER BY id',
}

/** What it has run is kept where its user says: here in a table. */
export const umzug: MigrationTool = {
  preset: 'sequelize',
  files: {
    ...IGNORED,
    'migrate.js': `const { Umzug } = require('umzug')
const url = process.env.DATABASE_URL
async function connect() {
  if (!url.startsWith('postgres')) {
    const database = new (require('libsql'))(url.replace('file:', ''))
    return { run: (sql) => database.exec(sql), all: (sql) => database.prepare(sql).all(), end() { database.close() } }
  }
  const client = new (require('pg').Client)(url)
  await client.connect()
  return { run: (sql) => client.query(sql), all: async (sql) => (await client.query(sql)).rows, end: () => client.end() }
}
async function main() {
  const context = await connect()
  const id = url.startsWith('postgres') ? 'SERIAL' : 'INTEGER'
  await context.run('CREATE TABLE IF NOT EXISTS umzug (id ' + id + ' PRIMARY KEY, name TEXT)')
  const storage = {
    logMigration: ({ name }) => context.run("INSERT INTO umzug (name) VALUES ('" + name + "')"),
    unlogMigration: async () => {},
    executed: async () => (await context.all('SELECT name FROM umzug ORDER BY id')).map(({ name }) => name),
  }
  await new Umzug({ migrations: { glob: 'migrations/*.js' }, context, storage, logger: console }).up()
  await context.end()
}
main().catch((error) => { console.error(error); process.exit(1) })
`,
  },
  command: 'node migrate.js',
  migration: (at, name, ...statements) => ({
    [`migrations/${seconds(at)}-${name}.js`]: `exports.up = async ({ context }) => {
${quoted(statements)
  .map((text) => `  await context.run(${text})\n`)
  .join('')}}
`,
  }),
  applied: 'SELECT name FROM umzug ORDER BY id',
}

export const dbmate: MigrationTool = {
  preset: 'dbmate',
  files: IGNORED,
  scheme: 'sqlite:',
  // the dump of the schema needs pg_dump or sqlite3 on the machine
  command: 'dbmate --no-dump-schema --migrations-dir db/migrations up',
  migration: (at, name, ...statements) => ({
    [`db/migrations/${seconds(at)}_${name}.sql`]: `-- migrate:up\n${statements.join(';\n')};\n\n-- migrate:down\n`,
  }),
  applied: 'SELECT version FROM schema_migrations ORDER BY version',
}

export const drizzle: MigrationTool = {
  preset: 'drizzle',
  files: {
    ...IGNORED,
    'migrate.js': `const { join } = require('node:path')
const url = process.env.DATABASE_URL
const driver = url.startsWith('postgres') ? 'node-postgres' : 'libsql'
const { drizzle } = require('drizzle-orm/' + driver)
const { migrate } = require('drizzle-orm/' + driver + '/migrator')
migrate(drizzle(url), { migrationsFolder: 'drizzle', migrationsSchema: 'public' }).then(
  () => { console.log('migrated'); process.exit(0) },
  (error) => { console.error(String(error.cause ?? error)); process.exit(1) },
)
`,
  },
  command: 'node migrate.js',
  // two branches that start at the same migration both take the next number
  migration: (at, name, ...statements) => ({
    [`drizzle/${drizzleTag(at, name)}.sql`]: statements.join(';\n--> statement-breakpoint\n'),
  }),
  journal: (...entries) => ({
    'drizzle/meta/_journal.json': JSON.stringify(
      {
        version: '7',
        entries: entries.map(([at, name], idx) => ({ idx, version: '7', when: at + 1, tag: drizzleTag(at, name) })),
      },
      null,
      2,
    ),
  }),
  applied: 'SELECT created_at FROM __drizzle_migrations ORDER BY created_at',
}

/** From 5 on it is one that was made when another second one was there. */
const drizzleTag = (at: number, name: string) => `000${Math.ceil(at / 4)}_${name}`

/**
 * Prisma's own engine, which its npm package brings as WebAssembly: the command line's `migrate deploy` hands it the same
 * list, but wants the same engine as a program, which is not on npm.
 */
export const prisma: MigrationTool = {
  preset: 'prisma',
  files: {
    ...IGNORED,
    'prisma/deploy.mjs': `import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg'
const url = process.env.DATABASE_URL
const isPostgres = url.startsWith('postgres')
const binary = fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm')).replace('schema_engine.js', 'schema_engine_bg.wasm')
const { instance } = await WebAssembly.instantiate(readFileSync(binary), { './schema_engine_bg.js': wasm })
wasm.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()
const provider = isPostgres ? 'postgresql' : 'sqlite'
const factory = isPostgres ? new PrismaPg({ connectionString: url }) : new PrismaLibSql({ url })
const datamodels = [['schema.prisma', 'datasource db { provider = "' + provider + '" }']]
const engine = await wasm.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
const baseDir = process.cwd() + '/prisma/migrations'
const fileOf = (name) => baseDir + '/' + name + '/migration.sql'
const names = readdirSync(baseDir).filter((name) => existsSync(fileOf(name))).sort()
const migrationsList = {
  baseDir,
  shadowDbInitScript: '',
  lockfile: { path: 'migration_lock.toml', content: 'provider = "' + provider + '"' },
  migrationDirectories: names.map((path) => ({
    path,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(fileOf(path), 'utf8') } },
  })),
}
try {
  const filters = { externalTables: [], externalEnums: [] }
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters })
  console.log(appliedMigrationNames.length, 'applied:', appliedMigrationNames.join(' '))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
process.exit()
`,
  },
  command: 'node prisma/deploy.mjs',
  migration: (at, name, ...statements) => ({
    [`prisma/migrations/${seconds(at)}_${name}/migration.sql`]: `${statements.join(';\n')};\n`,
  }),
  applied: 'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY finished_at',
}

/** A command of a project's own: the files of `migrations/`, by name, each once. */
export const own: MigrationTool = {
  preset: 'custom',
  files: {
    ...IGNORED,
    'run-migrations.js': `const { readdirSync, readFileSync } = require('node:fs')
const url = process.env.DATABASE_URL
async function connect() {
  if (!url.startsWith('postgres')) {
    const database = new (require('libsql'))(url.replace('file:', ''))
    return { run: (sql) => database.exec(sql), all: (sql) => database.prepare(sql).all(), end() {} }
  }
  const client = new (require('pg').Client)(url)
  await client.connect()
  return { run: (sql) => client.query(sql), all: async (sql) => (await client.query(sql)).rows, end: () => client.end() }
}
async function main() {
  const { run, all, end } = await connect()
  await run('CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)')
  const done = (await all('SELECT name FROM applied')).map(({ name }) => name)
  for (const name of readdirSync('migrations').filter((one) => !done.includes(one)).sort()) {
    await run(readFileSync('migrations/' + name, 'utf8'))
    await run("INSERT INTO applied VALUES ('" + name + "')")
  }
  await end()
}
main().catch((error) => { console.error(error.message); process.exit(1) })
`,
  },
  command: 'node run-migrations.js',
  migration: (at, name, ...statements) => ({ [`migrations/000${at}_${name}.sql`]: `${statements.join(';\n')};\n` }),
  applied: 'SELECT name FROM applied ORDER BY name',
}
