/** The prompts as a person meets them: a real pseudo terminal, keys typed when the question stands there. */
import { beforeEach, expect, it } from 'vitest'
import { CLI, createRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'
import { atTerminal, hasTerminal } from '../support/terminal.ts'

beforeEach((context) => {
  if (!hasTerminal()) context.skip('no script(1) of util-linux here: nothing gives us a terminal')
})

const NEW_TASK = `${process.execPath} ${CLI} new-task`

it('asks for everything, says what is wrong with an answer, and makes the task', async () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{ "preset": "dbmate" }]}' })
  addTask(project, { id: 'first' })
  const { status, screen } = await atTerminal(project, NEW_TASK, [
    ['Title', 'Add login\r'],
    ['Short id', '\r'],
    ['Branch', '\r'],
    ['Base', '\r'],
    ['May change', '../x\r'],
    ['leaves its directory', '\u0015src/auth\r'],
    ['Must not change', '\r'],
    ['Shared files', '\r'],
    ['Steps', 'one; two\r'],
    ['Background', '\r'],
    ['must land first', '\r'],
    ['Owns the migrations', '\r'],
    ['Agent', '\r'],
  ])
  expect(screen).toContain('task/add-login (from main)')
  expect(status).toBe(0)
  expect(project.git(['show', 'refs/lanekeeper/tasks:add-login.md'])).toContain('- src/auth')
})

it('asks only for what the flags leave open', async () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{ "preset": "dbmate" }]}' })
  addTask(project, { id: 'first' })
  const flags =
    '--title "Add login" --id login --branch x --base main --deny "src/a b" --shared package.json --step one'
  const more = '--context why --depends-on "" --agent claude'
  const { status, screen } = await atTerminal(project, `${NEW_TASK} ${flags} ${more.replace('--depends-on "" ', '')}`, [
    ['May change', 'src\r'],
    ['must land first', '\r'],
    ['Owns the migrations', '\r'],
  ])
  expect(status).toBe(0)
  expect(screen).not.toContain('Title:')
  const file = project.git(['show', 'refs/lanekeeper/tasks:login.md'])
  for (const text of ['branch: x', '- src/a b', '- package.json', '1. one', 'agent: claude'])
    expect(file).toContain(text)
})

it('does not ask for tasks to wait for where there are none, nor for migrations where no database has any', async () => {
  const project = createRepository()
  const flags = '--title "Add login" --id login --branch x --base main --deny lib --shared package.json'
  const { status, screen } = await atTerminal(project, `${NEW_TASK} ${flags} --step one --context why`, [
    ['May change', 'src\r'],
    ['Agent', '\r'],
  ])
  expect(screen).not.toMatch(/must land first|Owns the migrations/)
  expect([status, screen]).toEqual([0, expect.stringContaining('x (from main)')])
})

it('makes nothing when the person stops with Ctrl-C', async () => {
  const project = createRepository()
  const { status, screen } = await atTerminal(project, NEW_TASK, [
    ['Title', 'Add login\r'],
    ['Short id', '\u0003'],
  ])
  expect([status, screen]).toEqual([130, expect.stringContaining('Stopped. Nothing was made.')])
  expect(project.git(['for-each-ref', '--format=%(refname)'])).toBe('refs/heads/main')
})

it('asks for a migration’s name, says what is wrong with it, and makes the file', async () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{ "preset": "dbmate" }]}' })
  const { status, screen } = await atTerminal(project, `${process.execPath} ${CLI} new-migration`, [
    ['What does it do', '!!\r'],
    ['A few words with letters', '\u0015add tags\r'],
  ])
  expect([status, screen]).toEqual([0, expect.stringMatching(/Made db\/migrations\/\d{14}_add_tags\.sql/)])
})
