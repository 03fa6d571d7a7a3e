/** Starting a long-running program through our bin, and looking at what it serves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { CLI } from './repository.ts'

/** Starts the bin; gives what it says and how it ended. */
export function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // a process group of its own: what it leaves behind goes with it
    detached: true,
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  onTestFinished(() => killGroup(child.pid))
  return { child, ended, said: () => said.join('') }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // all have ended
  }
}

/** The page at a port, as soon as somebody serves it; fails when the program ends before. */
export async function pageAt(port: number, server: ReturnType<typeof start>): Promise<string> {
  let status: number | null | undefined
  void server.ended.then(([code]) => (status = code))
  while (status === undefined) {
    for (const host of ['127.0.0.1', '[::1]']) {
      const page = await fetch(`http://${host}:${port}/`).catch(() => null)
      if (page) return page.text()
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`ended with ${status}: ${server.said()}`)
}

/** Holds a port until the test ends. */
export async function occupy(port: number): Promise<void> {
  const server = createServer((_, response) => response.end('somebody else'))
  server.listen(port)
  await once(server, 'listening')
  expect((server.address() as AddressInfo).port).toBe(port)
  onTestFinished(() => void server.close())
}
