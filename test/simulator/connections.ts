/** Who is connected to which database, and who listens on which port: asked of the server and of the processes themselves. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Entry } from './invariants.ts'
import { sessionOf } from './processes.ts'
import type { Agent } from './work.ts'
import { queryPostgres, type World } from './world.ts'

/** A server of an agent that touches what is not its worktree's, and rows in a database of somebody who does not own it. */
export async function brokenConnections(
  world: World,
  agents: readonly Agent[],
  ledger: readonly Entry[],
): Promise<string[]> {
  return [
    ...agents.flatMap((agent) => [...foreignFiles(agent), ...foreignPort(agent, ledger)]),
    ...(world.postgres === null ? [] : await foreignSessions(world.postgres, ledger)),
    ...(world.postgres === null ? [] : await foreignRows(world.postgres, ledger)),
  ]
}

function foreignFiles({ task, server }: Agent): string[] {
  if (task === null || server === null) return []
  return sessionOf(server.pid)
    .flatMap(openFiles)
    .filter((file) => /\.db\b/.test(file) && !file.startsWith(`${task.path}/`))
    .map((file) => `the server of ${task.id} has ${file} open`)
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
  } catch {
    return [] // it has ended
  }
}

function foreignPort({ task, server }: Agent, ledger: readonly Entry[]): string[] {
  const port = /listening on (\d+)/.exec(server?.said.text ?? '')?.[1]
  const own = ledger.find(({ path }) => path === task?.path)
  if (task === null || port === undefined || own === undefined) return []
  return Object.values(own.ports?.ports ?? {})
    .map(String)
    .includes(port)
    ? []
    : [`the server of ${task.id} listens on ${port}, which is not its own`]
}

/** Database name on the server → name of the worktree that owns it. */
function ownersOf(ledger: readonly Entry[]): Map<string, string> {
  return new Map(
    ledger.flatMap(({ path, databases }) =>
      databases
        .filter(({ role }) => role === 'app')
        .map(({ resource }): [string, string] => [basename(resource), basename(path)]),
    ),
  )
}

async function foreignSessions(url: string, ledger: readonly Entry[]): Promise<string[]> {
  const owners = ownersOf(ledger)
  const sessions =
    "SELECT datname, substr(application_name, 5) AS name FROM pg_stat_activity WHERE application_name LIKE 'sim:%'"
  return ((await queryPostgres(url, sessions)) as { datname: string; name: string }[])
    .filter(({ datname, name }) => isMain(url, datname) || (owners.has(datname) && owners.get(datname) !== name))
    .map(({ datname, name }) => `${name} is connected to ${datname} of ${owners.get(datname) ?? 'the main worktree'}`)
}

function isMain(url: string, database: string): boolean {
  return database === new URL(url).pathname.slice(1)
}

async function foreignRows(url: string, ledger: readonly Entry[]): Promise<string[]> {
  const living = ledger.filter(({ path }) => existsSync(join(path, '.git')))
  const ready = living.flatMap(({ path, databases }) =>
    databases
      .filter(({ role, state }) => role === 'app' && state === 'ready')
      .map((database) => ({ owner: basename(path), url: urlOfDatabase(url, basename(database.resource)) })),
  )
  const all = [{ owner: 'the main worktree', url }, ...ready]
  const found: string[] = []
  for (const { owner, url } of all)
    for (const { name } of (await queryPostgres(url, 'SELECT DISTINCT name FROM who')) as { name: string }[])
      if (name !== owner) found.push(`${owner} has a row of ${name} in ${new URL(url).pathname.slice(1)}`)
  return found
}

function urlOfDatabase(url: string, database: string): string {
  const at = new URL(url)
  at.pathname = `/${database}`
  return at.href
}
