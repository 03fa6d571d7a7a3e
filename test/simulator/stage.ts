/** Makes the repository that the agents work on: SQLite and Postgres, migrations, husky, and decoys that must survive. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hands, handsOf, must, type World } from './world.ts'

/** Decoys that nothing may touch: a branch, a database and a file of nobody's, and a database of the server. */
export const DECOYS = {
  database: 'decoy_wt_agent_12345678.db',
  branch: 'decoy',
  file: 'decoy.txt',
  postgres: 'decoy_wt_agent_12345678',
}

/** Applies the migrations that the database does not know yet, in the order of their names. */
const runner = (project: string) => `const { createRequire } = require('node:module')
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

/** A server as a project has one: it holds its port and both databases open, and signs its name in them. */
const server = (project: string) => `const { createRequire } = require('node:module')
const need = createRequire(${JSON.stringify(join(project, 'package.json'))})
const name = process.argv[2]
const stop = (error) => { console.error(String(error)); process.exit(1) }
const database = new (need('libsql'))(process.env.DATABASE_URL.replace('file:', ''))
database.exec("PRAGMA busy_timeout=10000; CREATE TABLE IF NOT EXISTS who (name TEXT); INSERT INTO who VALUES ('" + name + "')")
const listen = () =>
  require('node:http').createServer((_, answer) => answer.end(name)).on('error', stop)
    .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening on ' + process.env.PORT))
if (!process.env.PG_URL) listen()
else {
  const { Client } = need('pg')
  const client = new Client({ connectionString: process.env.PG_URL, application_name: 'sim:' + name })
  client.on('error', stop)
  client.connect().then(() => client.query("INSERT INTO who VALUES ('" + name + "')")).then(listen, stop)
}
`

/** Fills the main worktree and adopts Lanekeeper in it. */
export async function setStage(world: World): Promise<void> {
  const { root, postgres, project, worktrees } = world
  const hands = handsOf(world, 'stage', null)
  const files = {
    'lanekeeper.json': JSON.stringify(settingsOf(world)),
    'run-migrations.cjs': runner(project),
    'server.cjs': server(project),
    'package.json': JSON.stringify({
      name: 'simulated',
      private: true,
      scripts: { prepare: `node ${join(project, 'node_modules/husky/bin.js')}` },
    }),
    '.husky/pre-commit': 'true\n',
    '.gitignore': '.env\n.env.local\n*.db*\nnode_modules\n.husky/_\n.claude\n',
    '.env': `DATABASE_URL=file:./dev.db\n${postgres ? `PG_URL=${postgres}\n` : ''}`,
    'migrations/0001_start.sql': 'CREATE TABLE start (id INTEGER);\n',
    'shared/readme.txt': 'nobody changes this\n',
  }
  for (const [name, text] of Object.entries(files)) hands.write(join(root, name), text)
  await must(hands.git(['init', '-q', '-b', 'main']))
  await must(hands.git(['add', '-A']))
  await must(hands.git(['commit', '-qm', 'start']))
  await must(hands.program([process.execPath, join(project, 'node_modules/husky/bin.js')]))
  await must(hands.lanekeeper(['install']))
  await must(hands.program([process.execPath, 'run-migrations.cjs'], root, { env: { DATABASE_URL: 'file:./dev.db' } }))
  hands.sql(join(root, DECOYS.database), 'CREATE TABLE decoy (id)')
  hands.write(join(worktrees, DECOYS.file), 'decoy\n')
  await must(hands.git(['branch', DECOYS.branch]))
  if (postgres) await fillPostgres(hands, postgres)
}

function settingsOf({ postgres }: World): object {
  return {
    dependencies: 'none',
    test: '',
    agents: { sleeper: { command: 'sleep 600' } },
    databases: {
      dev: { vars: ['DATABASE_URL'], migrate: ['node run-migrations.cjs'] },
      ...(postgres ? { app: { provider: 'postgres', vars: ['PG_URL'] } } : {}),
    },
    migrations: [{ database: 'dev', paths: ['migrations'] }],
  }
}

async function fillPostgres({ psql }: Hands, url: string): Promise<void> {
  const at = new URL(url)
  const name = at.pathname.slice(1)
  at.pathname = '/postgres'
  await psql(at.href, `CREATE DATABASE "${name}"`)
  await psql(at.href, `CREATE DATABASE "${DECOYS.postgres}"`)
  await psql(url, 'CREATE TABLE who (name text)')
}

/** A HOME of its own, so that no person's settings and no other run is met. */
export function isolatedEnvironment(dir: string): NodeJS.ProcessEnv {
  const home = join(dir, 'home')
  mkdirSync(home, { recursive: true })
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n',
  )
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    TMUX_TMPDIR: home,
    LANEKEEPER_TMUX_SOCKET: 'simulation',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
  }
}
