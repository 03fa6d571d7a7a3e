/**
 * vitest's global set-up for tests on a real Postgres: one server a run, started when the first test asks for it, stopped
 * with the run. Order: `TEST_PG_URL`, the embedded binaries, the system's, failure; only `SKIP_PG=1` leaves tests out.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Port where the URL of the run's Postgres is told; asking starts it. */
    postgresAt: number
  }
}

/** What is told there. */
export interface PostgresAnswer {
  readonly url?: string
  readonly error?: string
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: ReturnType<typeof startCluster> | null = null
  const server = createServer((socket) => {
    socket.on('error', () => {})
    const url = process.env.TEST_PG_URL
    if (url !== undefined && url !== '') return void socket.end(JSON.stringify({ url }))
    cluster ??= startCluster()
    void cluster.answer.then((answer) => socket.end(JSON.stringify(answer)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('postgresAt', (server.address() as AddressInfo).port)
  return async () => {
    server.close()
    await cluster?.stop()
  }
}

function startCluster() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'postgres-cluster.mjs')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let [said, complaint] = ['', '']
  child.stderr.on('data', (chunk) => (complaint += chunk))
  const answer = new Promise<PostgresAnswer>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('\n')) resolve(JSON.parse(said))
    })
    void ended.then(() => resolve({ error: complaint || 'The Postgres for the tests ended at once.' }))
  })
  const stop = async () => {
    child.stdin.end()
    await ended
  }
  return { answer, stop }
}
