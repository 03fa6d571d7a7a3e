/** The repository the agents work on: SQLite, a runner of migrations, a decoy of everything that must survive. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Programs, Ran } from './processes.ts'
import type { Random } from './random.ts'

export interface World {
  readonly dir: string
  /** The main worktree. */
  readonly root: string
  readonly programs: Programs
  readonly random: Random
  /** Our bin. */
  lanekeeper(words: readonly string[], cwd?: string, options?: { mayDie?: boolean }): Promise<Ran>
  git(words: readonly string[], cwd?: string, options?: { mayDie?: boolean }): Promise<Ran>
  write(path: string, text: string): void
  sql(file: string, statement: string): unknown[]
}

interface Sqlite {
  prepare(sql: string): { all(): unknown[]; run(): unknown; reader: boolean }
  exec(sql: string): void
  close(): void
}

const RUNNER = (project: string) => `const { createRequire } = require('node:module')
const { readdirSync, readFileSync } = require('node:fs')
const Database = createRequire(${JSON.stringify(join(project, 'package.json'))})('libsql')
const database = new Database(process.env.DATABASE_URL.replace('file:', ''))
database.exec('PRAGMA busy_timeout=10000; CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)')
const done = new Set(database.prepare('SELECT name FROM applied').all().map(({ name }) => name))
for (const name of readdirSync('migrations').filter((one) => one.endsWith('.sql') && !done.has(one)).sort()) {
  database.exec(readFileSync('migrations/' + name, 'utf8'))
  database.prepare('INSERT INTO applied VALUES (?)').run(name)
}
`

/** Decoys that nothing may touch: a worktree, a branch, a database and a lease file of nobody's. */
export const DECOYS = { database: 'decoy_wt_agent_12345678.db', branch: 'decoy', file: 'decoy.txt' }

/**
 * Makes the repository and adopts Lanekeeper in it.
 * @param project where our own package is, for its SQLite
 */
export async function makeWorld(
  place: Pick<World, 'dir' | 'programs' | 'random'> & { readonly cli: string; readonly project: string },
): Promise<World> {
  const { dir, programs, random, cli, project } = place
  const root = join(dir, 'project')
  const world: World = {
    dir,
    root,
    programs,
    random,
    lanekeeper: (words, cwd = root, options = {}) => programs.run([process.execPath, cli, ...words], cwd, options),
    git: (words, cwd = root, options = {}) => programs.run(['git', ...words], cwd, options),
    write: (path, text) => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    },
    sql: (file, statement) => {
      const Database = createRequire(join(project, 'package.json'))('libsql') as new (file: string) => Sqlite
      const database = new Database(file)
      try {
        database.exec('PRAGMA busy_timeout=10000')
        const prepared = database.prepare(statement)
        return prepared.reader ? prepared.all() : [prepared.run()]
      } finally {
        database.close()
      }
    },
  }
  await fill(world, project)
  return world
}

async function fill({ root, write, git, lanekeeper, sql, programs }: World, project: string): Promise<void> {
  const settings = {
    dependencies: 'none',
    test: '',
    databases: { dev: { vars: ['DATABASE_URL'], migrate: ['node run-migrations.cjs'] } },
    migrations: [{ database: 'dev', paths: ['migrations'] }],
  }
  write(join(root, 'lanekeeper.json'), JSON.stringify(settings))
  write(join(root, 'run-migrations.cjs'), RUNNER(project))
  write(join(root, '.gitignore'), '.env\n.env.local\n*.db*\n')
  write(join(root, '.env'), 'DATABASE_URL=file:./dev.db\n')
  write(join(root, 'migrations/0001_start.sql'), 'CREATE TABLE start (id INTEGER);\n')
  write(join(root, 'shared/readme.txt'), 'nobody changes this\n')
  await must(git(['init', '-q', '-b', 'main']))
  await must(git(['add', '-A']))
  await must(git(['commit', '-qm', 'start']))
  await must(lanekeeper(['install']))
  await must(programs.run(['node', 'run-migrations.cjs'], root, { env: { DATABASE_URL: 'file:./dev.db' } }))
  sql(join(root, DECOYS.database), 'CREATE TABLE decoy (id)')
  write(join(root, '..', 'project.worktrees', DECOYS.file), 'decoy\n')
  await must(git(['branch', DECOYS.branch]))
}

/** For what has to work: setting the stage, and looking. */
export async function must(ran: Promise<Ran>): Promise<string> {
  const { status, stdout, stderr } = await ran
  if (status !== 0) throw new Error(`exited ${status}\n${stdout}${stderr}`)
  return stdout
}
