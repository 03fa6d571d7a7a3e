/** Stand-ins for Postgres' own programs, for tests of the way through them. */
import { chmodSync, readFileSync } from 'node:fs'
import type { Repository } from '../../scripts/system/repository.ts'
import { psql } from './postgres.ts'
import type { TestRepository } from './repository.ts'

/** Major version of the run's server. */
export const serverMajor = async () =>
  Math.floor(Number((await psql('postgres', 'SHOW server_version_num'))[0]?.[0]) / 10_000)

/**
 * Puts a pg_dump and a psql on the worktree's PATH that write down how they were called: a fresh machine has neither.
 * @returns what they wrote
 */
export async function withClients(
  made: { project: TestRepository; repository: Repository },
  options: { fails?: boolean; version?: number } = {},
) {
  const { bin, calls } = await postgresClients(made.project, options)
  const { env } = made.repository
  Object.assign(env, { PATH: `${bin}:${env.PATH}`, PGHOST: 'elsewhere.invalid' })
  return calls
}

/** The two programs in a directory of the project's, to be put on a PATH; `calls` tells what they wrote. */
export async function postgresClients(project: TestRepository, { fails = false, version = 0 } = {}) {
  const bin = project.path('bin')
  const log = project.path('calls')
  const record = `for word in "$0" "$@"; do printf '%s\\n' "$word" >> '${log}'; done; env | grep '^PG' | sort >> '${log}'`
  const dump = `#!/bin/sh\nif [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) ${version || (await serverMajor())}.1"; exit; fi\n${record}\n`
  const rows = `echo 'CREATE TABLE t (n int); INSERT INTO t VALUES (7);'`
  project.write(`${bin}/pg_dump`, `${dump}${rows}\n${fails ? 'echo "pg_dump: error: no luck" >&2; exit 1' : ''}\n`)
  const load = `${process.execPath} ${JSON.stringify(project.write(project.path('psql.mjs'), PSQL))}`
  project.write(`${bin}/psql`, `#!/bin/sh\n${record}\nexec ${load}\n`)
  for (const name of ['pg_dump', 'psql']) chmodSync(`${bin}/${name}`, 0o755)
  return { bin, calls: () => readFileSync(log, 'utf8') }
}

/** What psql does with its input, where there is no psql: a Postgres client is all that a fresh machine has. */
const PSQL = `
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const pg = createRequire(${JSON.stringify(import.meta.url)})('pg')
const client = new pg.Client({ ssl: false })
await client.connect()
await client.query('BEGIN;' + readFileSync(0, 'utf8') + ';COMMIT')
await client.end()
`
