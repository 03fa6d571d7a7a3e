/** A migration runner of a project's own: the files of `migrations/`, by name, each once, into the SQLite file of DATABASE_URL. */
import { join } from 'node:path'
import { PROJECT_ROOT } from './repository.ts'

/** The settings' `databases` and `migrations` for it. */
export const RUNNER_SETTINGS = {
  databases: { dev: { vars: ['DATABASE_URL'], migrate: ['node run-migrations.cjs'] } },
  migrations: [{ paths: ['migrations'] }],
}

/** Files of a project that has it, with the main worktree's database at `dev.db`. */
export const RUNNER_FILES = {
  '.gitignore': '.env\n.env.local\n*.db*\n',
  'run-migrations.cjs': `const { createRequire } = require('node:module')
const { readdirSync, readFileSync } = require('node:fs')
const Database = createRequire(${JSON.stringify(join(PROJECT_ROOT, 'package.json'))})('libsql')
const database = new Database(process.env.DATABASE_URL.replace('file:', ''))
database.exec('CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)')
const done = new Set(database.prepare('SELECT name FROM applied').all().map(({ name }) => name))
for (const name of readdirSync('migrations').filter((one) => one.endsWith('.sql') && !done.has(one)).sort()) {
  database.exec(readFileSync('migrations/' + name, 'utf8'))
  database.prepare('INSERT INTO applied VALUES (?)').run(name)
}
`,
}
