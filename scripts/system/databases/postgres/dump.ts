/**
 * `pg_dump | psql`: a consistent copy while programs are connected to the source. The connection, password and all, goes
 * by environment; in a command line everybody on the machine could read it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AGAIN } from '../../../policy/databases/postgres-errors.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { findProgram } from '../../executables.ts'
import type { Server } from './client.ts'
import type { Dumper } from './facts.ts'

export interface DumpJob {
  readonly server: Server
  readonly from: string
  readonly to: string
  /** Only a superuser may give objects to their owners. */
  readonly keepOwners: boolean
  readonly serverMajor: number
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** What is on PATH to dump with. */
export function dumperOn(env: NodeJS.ProcessEnv, cwd: string): Dumper {
  const program = findProgram('pg_dump', env, cwd)
  const said = program === null ? '' : spawnSync(program, ['--version'], { env, cwd, encoding: 'utf8' }).stdout
  const version = /(\d+)(?:\.\d+)?/.exec(said ?? '')
  return {
    version: version?.[0] ?? null,
    major: version ? Number(version[1]) : null,
    hasPsql: findProgram('psql', env, cwd) !== null,
  }
}

/** Copies one database's content into another, which is empty. All of it, or an error and nothing. */
export async function dumpInto(job: DumpJob): Promise<void> {
  const { from, to, env, cwd, keepOwners } = job
  const options = keepOwners ? [] : ['--no-owner', '--no-privileges']
  const dump = start('pg_dump', ['--no-password', ...options], { ...job, database: from, env, cwd })
  const load = start(
    'psql',
    ['--no-psqlrc', '--quiet', '--no-password', '--single-transaction', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null'],
    { ...job, database: to, env, cwd },
  )
  const moved = pipeline(
    dump.child.stdout as NodeJS.ReadableStream,
    forOlderServers(job.serverMajor),
    load.child.stdin as NodeJS.WritableStream,
  )
  // which end broke is said by the programs themselves
  const [, ...ends] = await Promise.all([moved.catch(() => {}), dump.ended, load.ended])
  const failed = ends.find(({ status }) => status !== 0)
  if (!failed) return
  throw new LanekeeperError('database', `${failed.name} could not copy "${from}": ${failed.said}.`, {
    hint: `Once mended: ${AGAIN}`,
  })
}

interface Ended {
  readonly name: string
  readonly status: number
  readonly said: string
}

function start(
  name: string,
  args: readonly string[],
  job: { readonly server: Server; readonly database: string; readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(findProgram(name, job.env, job.cwd) ?? name, args, {
    env: environmentFor(job.server, job.database, job.env),
    cwd: job.cwd,
    stdio: ['pipe', name === 'pg_dump' ? 'pipe' : 'ignore', 'pipe'],
  })
  if (name === 'pg_dump') child.stdin?.end()
  let said = ''
  child.stderr?.on('data', (chunk) => (said += chunk))
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', ({ message }) => resolve({ name, status: 127, said: message }))
    child.on('close', (status) => resolve({ name, status: status ?? 128, said: firstLine(said) }))
  })
  return { child, ended }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}

/** libpq's variables for one connection, and none of the user's own, which may name another server. */
function environmentFor(server: Server, database: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !/^PG/.test(name) || name === 'PGPASSFILE')
  const [encryption] = server.encryption
  const sslmode = { none: 'disable', unverified: 'prefer', authority: 'verify-ca', full: 'verify-full' }
  const certificates = Object.entries(server.certificates).map(([name, file]) => [`PG${name.toUpperCase()}`, file])
  return {
    ...Object.fromEntries(others),
    PGHOST: server.hosts.map(({ host }) => host || 'localhost').join(','),
    PGPORT: server.hosts.map(({ port }) => port || '5432').join(','),
    PGUSER: server.user,
    ...(server.password === '' ? {} : { PGPASSWORD: server.password }),
    PGDATABASE: database,
    PGSSLMODE: sslmode[encryption ?? 'none'],
    PGAPPNAME: 'lanekeeper',
    ...Object.fromEntries(certificates),
  }
}

/** pg_dump 17 begins with a setting that older servers refuse, though it dumps them. */
function forOlderServers(major: number): Transform {
  let isStart = major < 17
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = isStart ? chunk.toString('latin1').replace(/^SET transaction_timeout = 0;\r?\n/m, '') : null
      isStart = false
      done(null, text === null ? chunk : Buffer.from(text, 'latin1'))
    },
  })
}
