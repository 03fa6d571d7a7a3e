/** Ctrl-C at a terminal: SIGINT to the whole group of a verb that is in the middle of something. */
import { spawn } from 'node:child_process'
import { vi } from 'vitest'
import { CLI, type TestRepository } from './repository.ts'

/**
 * Starts a verb with `--json` and interrupts its process group once the project's own command has touched `begun` beside
 * the worktrees. Gives the exit status, stdout and stderr.
 * @param how another signal, or for the verb alone, as `kill` sends it
 */
export async function interruptedOnceBegun(
  project: TestRepository,
  args: readonly string[],
  { signal = 'SIGINT', isForAll = true }: { signal?: NodeJS.Signals; isForAll?: boolean } = {},
): Promise<{ status: unknown; answer: string; said: string }> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    cwd: project.root,
    env: project.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let [answer, said] = ['', '']
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  child.stdout.on('data', (chunk) => {
    answer += chunk
  })
  const ended = new Promise((done) => child.on('close', done))
  await vi.waitUntil(() => project.exists('project.worktrees/begun'), { timeout: 20_000, interval: 20 })
  process.kill(isForAll ? -(child.pid ?? 0) : (child.pid ?? 0), signal)
  return { status: await ended, answer, said }
}
