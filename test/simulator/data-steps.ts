/** What an agent does with its databases, its ports and its migrations. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { commit } from './git-steps.ts'
import { forgetServer, type Step, type Work } from './work.ts'

export const DATA_STEPS: readonly Step[] = [
  { weight: 3, name: 'write to its SQLite', run: writeRow },
  { weight: 3, name: 'write to its Postgres', run: writePostgresRow },
  { weight: 3, name: 'start its server', run: startServer },
  { weight: 1, name: 'stop its server', run: ({ agent }) => forgetServer(agent) },
  { weight: 3, name: 'add a migration', run: addMigration },
]

/** Its rows carry its name: a row of another's in its database would show a shared one. */
async function writeRow({ hands, task }: Work): Promise<void> {
  const file = join(task.path, 'dev.db')
  if (!existsSync(file)) return
  hands.sql(file, 'CREATE TABLE IF NOT EXISTS who (name TEXT)')
  hands.sql(file, `INSERT INTO who VALUES ('${task.id}')`)
}

async function writePostgresRow({ hands, task }: Work): Promise<void> {
  const url = valueIn(task.path, 'PG_URL')
  if (url !== null) await hands.psql(url, `INSERT INTO who VALUES ('${task.id}')`)
}

/** As a program reads it that loads the worktree's env files. */
function valueIn(path: string, name: string): string | null {
  const file = join(path, '.env.local')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return new RegExp(`^${name}="?([^"\\n]+)`, 'm').exec(text)?.[1] ?? null
}

/** It listens on the worktree's port with both databases open, or gives up as a program does. */
async function startServer({ world, agent, hands, task }: Work): Promise<void> {
  if (agent.server !== null) return
  const words = [process.execPath, world.cli, 'run', '--', 'node', 'server.cjs', task.id]
  const server = hands.start(words, task.path)
  agent.server = server
  let isOver = false
  void server.ended.then(() => {
    isOver = true
  })
  for (let waited = 0; waited < 20_000 && !isOver && !server.said.text.includes('listening'); waited += 50)
    await pause(50)
  if (isOver || !server.said.text.includes('listening')) await forgetServer(agent)
}

async function addMigration(work: Work): Promise<void> {
  const { world, agent, hands, task } = work
  if (!task.ownsMigrations) return
  const name = `t ${agent.name} ${world.round}`
  const made = await hands.lanekeeper(['new-migration', '--name', name, '--json'], task.path, { mayDie: true })
  const files = made.status === 0 ? (JSON.parse(made.stdout) as { files: string[] }).files : []
  for (const file of files)
    hands.write(join(task.path, file), `CREATE TABLE t_${agent.name}_${world.round} (id INTEGER);\n`)
  if (files.length === 0) return
  await hands.git(['add', '-A'], task.path)
  await commit(work, ['-qm', `${task.id}: a migration`])
}
