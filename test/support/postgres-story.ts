/** Stories through the built bin on a worktree with a Postgres database that a dev server is connected to. */
import { expect } from 'vitest'
import type { WorktreeRecord } from '../../scripts/system/ledger.ts'
import { createSource, psql, session, urlOf } from './postgres.ts'
import { createAdopted, envOf, setup } from './provisioning.ts'
import type { Ran } from './repository.ts'
import { ledgerOf } from './task-worktrees.ts'

type Json = Record<string, unknown> & { error?: { code: string; message: string; hint?: string } }

/** By the built bin: an adopted project on a Postgres source, and a worktree of it with a dev server connected to its database. */
export async function story(postgres: object = {}) {
  const source = await createSource()
  const dev = { provider: 'postgres', vars: ['DATABASE_URL'], postgres }
  const project = createAdopted({ 'lanekeeper.json': JSON.stringify({ databases: { dev }, dependencies: 'none' }) })
  project.write(`${project.root}/.env`, `DATABASE_URL='${await urlOf(source, 'postgres', 'sEcReT')}'\n`)
  const path = project.path('search')
  project.git(['worktree', 'add', '-q', '-b', 'search', path])
  expect(setup(project, path, ['--wait'])).toMatchObject({ state: 'ready', problems: [] })
  const url = () => envOf(project, path).DATABASE_URL ?? ''
  const name = () => new URL(url()).pathname.slice(1)
  const server = await session(url(), 'next dev')
  const db = (...words: string[]): Ran => project.lanekeeper(['db', ...words], { cwd: path })
  const { rows } = await server.query('SELECT pg_backend_pid() AS pid')
  return {
    project,
    source,
    path,
    server,
    db,
    json: (...words: string[]): Json => JSON.parse(db(...words, '--json').stdout),
    url,
    name,
    numbers: async (database = name()) => (await psql(database, 'SELECT n FROM t ORDER BY n')).flat().join(' '),
    record: () => ledgerOf(project)[0] as WorktreeRecord,
    /** The dev server's session is the one it was at first: nobody ended it. */
    stillConnected: async () => expect((await server.query('SELECT pg_backend_pid() AS pid')).rows).toEqual(rows),
  }
}

/** The connection ends, and its server has noticed. */
export async function leave(server: { end(): Promise<void> }, database: string): Promise<void> {
  await server.end()
  const open = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}'`
  while ((await psql('postgres', open))[0]?.[0] !== '0');
}
