import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { settings, startTask, taskOf } from '../support/task-worktrees.ts'

const TASKS = 'refs/lanekeeper/tasks'
const lastRecord = (project: TestRepository) => project.git(['log', '-1', '--format=%B', TASKS])

/** Files of two directories, a manifest that tasks share, and an open task `one` that has `src/auth`. */
const planned = prepared((place) => {
  const files = { 'src/auth/login.ts': '', 'src/auth/out.ts': '', 'src/db/pool.ts': '', 'package.json': '{}' }
  const project = createRepository({ ...files, ...settings({ shared: ['package.json'] }) }, place)
  startTask(project, 'one', { allow: ['src/auth'], shared: ['package.json'] })
  return project
})

function plan(project: TestRepository, ...words: string[]) {
  return project.lanekeeper(['new-task', '--title', 'Two', ...words])
}

it('a new task that takes in another’s files is refused with the files, the task and the ways on, and leaves nothing', () => {
  const project = planned()
  const before = project.git(['rev-parse', TASKS])
  const refused = plan(project, '--allow', 'src')
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toContain('2 files of task "one": src/auth/login.ts, src/auth/out.ts')
  expect(refused.stderr).toContain('--depends-on one')
  expect(JSON.parse(plan(project, '--allow', 'src', '--json').stdout).error.code).toBe('overlap')
  expect(project.git(['rev-parse', TASKS])).toBe(before)
  expect(project.tryGit(['rev-parse', '--verify', 'task/two']).status).not.toBe(0)
})

it('narrower, denied, or after the other it goes; shared files are said', () => {
  const project = planned()
  const denied = plan(project, '--allow', 'src', '--deny', 'src/auth', '--shared', 'package.json')
  expect(denied).toMatchObject({ status: 0 })
  expect(denied.stderr).toContain('package.json is shared with task "one": the two land one after the other')
  const after = plan(project, '--id', 'later', '--allow', 'src/auth', '--depends-on', 'one')
  expect(after).toMatchObject({ status: 0 })
  expect(after.stderr).not.toContain('its lane meets')
})

it('a person lets two overlap, on record, with the reason; an agent does not', () => {
  const project = planned()
  const agent = project.path('worktrees/one')
  const words = ['--allow', 'src/auth/*.ts', '--allow-overlap']
  expect(plan(project, ...words)).toMatchObject({ status: 2, stderr: expect.stringContaining('--reason') })
  const inside = project.lanekeeper(['new-task', '--title', 'Two', ...words, '--reason', 'x'], { cwd: agent })
  expect(inside).toMatchObject({ status: 1, stderr: expect.stringContaining(`cd ${project.root}`) })
  expect(plan(project, ...words, '--reason', 'one rewrite')).toMatchObject({ status: 0 })
  expect(lastRecord(project)).toContain('Overlap-Allowed: one: src/auth/login.ts, src/auth/out.ts\nReason: one rewrite')
  const [overlap] = JSON.parse(project.lanekeeper(['audit', '--json']).stdout).events
  expect(overlap).toMatchObject({ kind: 'overlap', task: 'two', other: 'one', reason: 'one rewrite' })
  // what was settled then is not asked again
  const widened = project.lanekeeper(['task', 'widen', 'two', 'src/new', '--reason', 'x'])
  expect(widened).toMatchObject({ status: 0 })
})

it('a lane is not widened or edited into another’s files either', () => {
  const project = planned()
  startTask(project, 'two', { allow: ['src/db'] })
  const widen = (...words: string[]) =>
    project.lanekeeper(['task', 'widen', 'two', 'src/auth', '--reason', 'x', ...words])
  expect(widen()).toMatchObject({ status: 1, stderr: expect.stringContaining('of task "one"') })
  const text = project.git(['show', `${TASKS}:two.md`])
  const file = project.write('edited.md', `${text.replace('- src/db', '- src')}\n`)
  const edit = (...words: string[]) => project.lanekeeper(['task', 'edit', 'two', '--file', file, ...words])
  expect(edit()).toMatchObject({ status: 1, stderr: expect.stringContaining('depends-on: [one] in its text') })
  expect(taskOf(project, 'two')).toMatchObject({ allow: ['src/db'], dependsOn: [] })
  expect(edit('--allow-overlap', '--reason', 'one rewrite')).toMatchObject({ status: 0 })
  expect(lastRecord(project)).toContain('edit two\n\nWidened: src\nReason: one rewrite\n\nOverlap-Allowed: one: ')
  startTask(project, 'three', { allow: ['lib'] })
  const after = project.lanekeeper(['task', 'widen', 'three', 'src/auth', '--reason', 'x', '--depends-on', 'two'])
  expect(after).toMatchObject({ status: 1, stderr: expect.stringContaining('of task "one"') })
  const both = ['--depends-on', 'two', '--depends-on', 'one']
  expect(project.lanekeeper(['task', 'widen', 'three', 'src/auth', '--reason', 'x', ...both])).toMatchObject({
    status: 0,
  })
  expect(taskOf(project, 'three')?.dependsOn).toEqual(['two', 'one'])
})

it('at a terminal a person is asked, and keeps the answers', (context) => {
  const project = planned()
  if (project.run('sh', ['-c', 'command -v script']).status !== 0) return context.skip('no script(1) for a terminal')
  const line = `${process.execPath} ${CLI} new-task --title Two --allow src`
  const typed = (input: string) => project.run('script', ['-qec', line, '/dev/null'], { cwd: project.root, input })
  expect(typed('n\n')).toMatchObject({ status: 1, stdout: expect.stringContaining('--depends-on one') })
  expect(taskOf(project, 'two')).toBeUndefined()
  expect(typed('y\n')).toMatchObject({ status: 0 })
  expect(lastRecord(project)).toContain('Reason: confirmed at the terminal')
})
