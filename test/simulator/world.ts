/** The place the agents work in, and their hands: everything they do goes through here and is written down as a deed. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Deed } from './deeds.ts'
import { type Injector, killGroup, type Ran, run } from './processes.ts'

export interface World {
  readonly dir: string
  /** The main worktree. */
  readonly root: string
  /** Where worktrees of tasks are. */
  readonly worktrees: string
  readonly env: NodeJS.ProcessEnv
  /** The built bin. */
  readonly cli: string
  /** Our own package, for its SQLite, its Postgres client and husky. */
  readonly project: string
  /** URL of the database that the main worktree uses, on a server that may be broken at will; null where there is none. */
  readonly postgres: string | null
  readonly hasTmux: boolean
  /** The round that is on. */
  round: number
  /** git itself loses work then (a stash that cannot be written): nobody is to blame. */
  isDiskFull: boolean
  readonly deeds: Deed[]
  /** Directories of the main worktree where a plain git may have left what it was writing. */
  readonly toTidy: string[]
  /** Work that went without being kept, told by whoever saw it. */
  readonly lost: string[]
}

export interface Options {
  /** The injector may kill it. */
  readonly mayDie?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** What somebody does; all of it ends up in the log and in the script. */
export interface Hands {
  lanekeeper(words: readonly string[], cwd?: string, options?: Options): Promise<Ran>
  git(words: readonly string[], cwd?: string, options?: Options): Promise<Ran>
  program(words: readonly string[], cwd?: string, options?: Options): Promise<Ran>
  /** Starts a program that stays. */
  start(words: readonly string[], cwd: string): Server
  write(path: string, text: string): void
  delete(path: string): void
  /** Runs a statement in a SQLite file; gives the rows. */
  sql(file: string, statement: string): unknown[]
  psql(url: string, statement: string): Promise<unknown[]>
}

export interface Server {
  readonly pid: number
  /** What it has said so far. */
  readonly said: { text: string }
  readonly ended: Promise<void>
  stop(): Promise<void>
}

interface Sqlite {
  prepare(sql: string): { all(): unknown[]; run(): unknown; reader: boolean }
  exec(sql: string): void
  close(): void
}

/** Somebody's hands. @param injector kills what may die; null where nothing is killed */
export function handsOf(world: World, by: string, injector: Injector | null): Hands {
  const note = (deed: Omit<Deed, 'round' | 'by' | 'env' | 'killedAfterMs'> & Partial<Deed>) =>
    void world.deeds.push({ round: world.round, by, env: {}, killedAfterMs: null, ...deed })
  const program: Hands['program'] = async (words, cwd = world.root, { mayDie = false, env = {} } = {}) => {
    const ran = await run(words, { cwd, env: { ...world.env, ...env } }, mayDie ? injector : null)
    note({ cwd, words, env, killedAfterMs: ran.killedAfterMs, ending: endingOf(ran) })
    return ran
  }
  const effect = <T>(words: readonly string[], work: () => T): T => {
    try {
      const result = work()
      note({ cwd: world.root, words, ending: 'ok' })
      return result
    } catch (error) {
      note({ cwd: world.root, words, ending: String(error) })
      throw error
    }
  }
  return {
    program,
    lanekeeper: (words, cwd, options) => program([process.execPath, world.cli, ...words], cwd, options),
    git: (words, cwd, options) => program(['git', ...words], cwd, options),
    start: (words, cwd) => {
      note({ cwd, words: ['start', ...words], ending: 'started' })
      return startServer(words, cwd, world.env)
    },
    write: (path, text) =>
      effect(['write', path, text], () => {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }),
    delete: (path) => effect(['rm', '-rf', path], () => rmSync(path, { recursive: true, force: true, maxRetries: 5 })),
    sql: (file, statement) => effect(['sql', file, statement], () => querySqlite(world.project, file, statement)),
    psql: async (url, statement) => {
      try {
        const rows = await queryPostgres(url, statement)
        note({ cwd: world.root, words: ['psql', '-qc', statement, url], ending: 'ok' })
        return rows
      } catch (error) {
        note({ cwd: world.root, words: ['psql', '-qc', statement, url], ending: String(error) })
        throw error
      }
    },
  }
}

function endingOf({ status, stdout, stderr, killedAfterMs }: Ran): string {
  const killed = killedAfterMs === null ? '' : `killed after ${killedAfterMs} ms, `
  const said = stderr.trim() || (/"message": *"([^"]+)"/.exec(stdout)?.[1] ?? '')
  const why = (status ?? 0) > 0 ? ` ${said.split('\n').slice(0, 3).join(' / ')}` : ''
  return `${killed}exited ${status}${why}`
}

function startServer(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Server {
  const child = spawn(words[0] ?? '', words.slice(1), { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said.text += data
    })
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve())
    child.on('close', () => resolve())
  })
  const pid = child.pid ?? 0
  const stop = () => {
    killGroup(pid)
    return ended
  }
  return { pid, said, ended, stop }
}

export function querySqlite(project: string, file: string, statement: string): unknown[] {
  const Database = createRequire(join(project, 'package.json'))('libsql') as new (file: string) => Sqlite
  const database = new Database(file)
  try {
    database.exec('PRAGMA busy_timeout=10000')
    const prepared = database.prepare(statement)
    return prepared.reader ? prepared.all() : [prepared.run()]
  } finally {
    database.close()
  }
}

export async function queryPostgres(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'simulation' })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

/** For what has to work: setting the stage, and looking. */
export async function must(ran: Promise<Ran>): Promise<string> {
  const { status, stdout, stderr } = await ran
  if (status !== 0) throw new Error(`exited ${status}\n${stdout}${stderr}`)
  return stdout
}
