import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { isAlive } from '../../scripts/system/lock.ts'
import { describePostgres } from '../support/postgres.ts'

const SUPERVISOR = join(import.meta.dirname, '../support/postgres-cluster.mjs')

describePostgres('the supervisor of the tests’ Postgres', () => {
  it('stops the server and deletes the cluster as soon as its stdin ends, as it does when the runner is killed', async () => {
    const supervisor = spawn(process.execPath, [SUPERVISOR], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void supervisor.stdin.end())
    const [line] = await once(supervisor.stdout, 'data')
    const { url } = JSON.parse(String(line))
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    expect((await client.query('SHOW listen_addresses')).rows).toEqual([{ listen_addresses: '127.0.0.1' }])
    await client.end()
    const dir = clusterOf(supervisor.pid ?? 0)
    const server = Number.parseInt(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8'), 10)
    expect(isAlive(`${server} `)).toBe(true)
    supervisor.stdin.end()
    await once(supervisor, 'exit')
    expect(existsSync(dir)).toBe(false)
    expect(isAlive(`${server} `)).toBe(false)
  })
})

function clusterOf(pid: number): string {
  const dirs = readdirSync(tmpdir()).filter((name) => name.startsWith('lanekeeper-postgres-'))
  const own = dirs.find((name) => readOwner(join(tmpdir(), name)) === String(pid))
  if (!own) throw new Error('the supervisor wrote no pid file')
  return join(tmpdir(), own)
}

function readOwner(dir: string): string {
  const file = join(dir, 'supervisor.pid')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
