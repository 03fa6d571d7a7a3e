/** git killed in the middle of `worktree add`: what it leaves is told from a worktree, and taken away when a person says so. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { ledgerOf, settings, startTask, worktreesOf } from '../support/task-worktrees.ts'

/** Kills git while it checks a file out: a filter stands in the way and says when it does. */
async function killedAdd() {
  const project = createRepository({ ...settings(), '.gitattributes': '*.slow filter=slow\n', 'a.slow': 'a\n' })
  const [path, started] = [project.path('worktrees', 'half'), project.path('started')]
  project.git(['config', 'filter.slow.smudge', `touch '${started}'; exec sleep 60`])
  const words = ['worktree', 'add', '-q', '-b', 'half', path]
  const git = spawn('git', words, { cwd: project.root, env: project.env, detached: true, stdio: 'ignore' })
  await expect.poll(() => existsSync(started), { timeout: 20_000 }).toBe(true)
  process.kill(-(git.pid ?? 0), 'SIGKILL')
  await once(git, 'exit')
  return { project, path }
}

it('setup does not call it ready, doctor names it, remove wants one word more, and nothing is left', async () => {
  const { project, path } = await killedAdd()
  expect(worktreesOf(project)).toHaveLength(2)
  const way = `npx lanekeeper remove ${path} --force-locked`

  const setup = project.lanekeeper(['setup', path, '--wait'])
  expect([setup.status, setup.stderr]).toEqual([3, expect.stringContaining(`git was killed while it made ${path}`)])
  expect(setup.stderr).toContain(way)
  const doctor = project.lanekeeper(['doctor'])
  expect([doctor.status === 0, doctor.stdout.includes(way)]).toEqual([false, true])
  const refused = project.lanekeeper(['remove', path])
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('git was killed while it made it')])
  expect(refused.stderr).not.toContain('uncommitted')

  expect(project.lanekeeper(['remove', path, '--force-locked']).status).toBe(0)
  expect([worktreesOf(project).length, existsSync(path), ledgerOf(project)]).toEqual([1, false, []])
})

it('a worktree that a person has locked is none', () => {
  const project = createRepository(settings())
  const path = startTask(project, 'a')
  project.git(['worktree', 'lock', '--reason', 'on a stick', path])
  expect(project.lanekeeper(['setup', path]).status).toBe(0)
  expect(project.lanekeeper(['remove', 'a']).stderr).toContain('it is locked: on a stick')
})
