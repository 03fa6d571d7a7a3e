/** Ctrl-C in the middle of a long set-up: the person is told what is there and how it goes on, and it does. */
import { spawn } from 'node:child_process'
import { expect, it, vi } from 'vitest'
import { CLI, createRepository } from '../support/repository.ts'
import { settings } from '../support/task-worktrees.ts'

it('keeps task and worktree, marks the set-up as failed and names the command that finishes it', async () => {
  const project = createRepository(settings({ setup: ['[ -e ../begun ] || { touch ../begun; sleep 20; }'] }))
  const child = spawn(process.execPath, [CLI, 'new-task', '--title', 'Slow', '--allow', 'src/slow', '--json'], {
    cwd: project.root,
    env: project.env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  let answer = ''
  child.stdout.on('data', (chunk) => {
    answer += chunk
  })
  const ended = new Promise((done) => child.on('close', done))
  await vi.waitUntil(() => project.exists('project.worktrees/begun'), { timeout: 20_000, interval: 20 })
  process.kill(-(child.pid ?? 0), 'SIGINT')
  expect(await ended).toBe(3)

  const path = project.path('project.worktrees/slow')
  const { error } = JSON.parse(answer)
  expect(error).toMatchObject({ code: 'interrupted', hint: `npx lanekeeper setup ${path} --wait` })
  const { worktrees } = JSON.parse(project.lanekeeper(['status', '--json']).stdout)
  expect(worktrees).toContainEqual(expect.objectContaining({ path, task: 'slow', state: 'failed' }))
  expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
})
