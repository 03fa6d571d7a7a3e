/** While a rebase has HEAD detached, the worktree is still its task's: to `status`, to `setup`, and to who may move lanes. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'

/** A task's worktree in the middle of a rebase that conflicts. */
function rebasingTask() {
  const project = createRepository({ 'src/one/a.txt': 'start\n' })
  expect(project.lanekeeper(['install']).status).toBe(0)
  expect(project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src/one']).status).toBe(0)
  const path = project.path('project.worktrees/one')
  project.commit({ 'src/one/a.txt': 'task\n' }, 'task', { cwd: path })
  project.commit({ 'src/one/a.txt': 'base\n' }, 'base')
  expect(project.tryGit(['rebase', 'main'], { cwd: path }).status).toBe(1)
  return { project, path }
}

it('status names the task and what it is at', () => {
  const { project, path } = rebasingTask()
  const { worktrees } = JSON.parse(project.lanekeeper(['status', '--json']).stdout)
  expect(worktrees.find((one: { path: string }) => one.path === path)).toMatchObject({
    branch: null,
    rebasing: 'task/one',
    task: 'one',
    verdict: null,
  })
  expect(project.lanekeeper(['status']).stdout).toContain('task/one, rebasing')
})

it('setup leaves the brief where it is', () => {
  const { project, path } = rebasingTask()
  const brief = project.read(join(path, 'TASK.md'))
  const ran = project.lanekeeper(['setup', '--json'], { cwd: path })
  expect(JSON.parse(ran.stdout)).toMatchObject({ task: { id: 'one' }, worktree: { branch: 'task/one' } })
  expect(project.read(join(path, 'TASK.md'))).toBe(brief)
})

it('whoever works there still cannot widen the lane', () => {
  const { project, path } = rebasingTask()
  const ran = project.lanekeeper(['task', 'widen', 'one', 'README.md', '--reason', 'x'], { cwd: path })
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('the worktree of task "one"')])
})

it('nor from a detached HEAD', () => {
  const { project, path } = rebasingTask()
  project.git(['rebase', '--abort'], { cwd: path })
  project.git(['checkout', '-q', '--detach'], { cwd: path })
  const ran = project.lanekeeper(['task', 'widen', 'one', 'README.md', '--reason', 'x'], { cwd: path })
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('the worktree of task "one"')])
})
