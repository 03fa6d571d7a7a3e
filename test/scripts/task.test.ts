import { chmodSync } from 'node:fs'
import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const withTask = prepared((place) => {
  const project = createRepository({}, place)
  const made = project.lanekeeper(['new-task', '--title', 'Add login', '--allow', 'src/auth'])
  expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('is written down')])
  return { ...project, worktree: project.path('project.worktrees/add-login') }
})

const fileOf = (project: TestRepository) => project.git(['show', 'refs/lanekeeper/tasks:add-login.md'])

it('lists open tasks, all of them with --all, and shows one with its history', () => {
  const project = withTask()
  expect(project.lanekeeper(['task', 'list']).stdout).toMatch(/^TASK .*\nadd-login .*src\/auth/)
  expect(JSON.parse(project.lanekeeper(['task', 'list', '--json']).stdout).tasks).toHaveLength(1)
  project.lanekeeper(['task', 'close', 'add-login', '--reason', 'not needed'])
  expect(JSON.parse(project.lanekeeper(['task', 'list', '--json']).stdout).tasks).toEqual([])
  expect(project.lanekeeper(['task', 'list', '--all']).stdout).toContain('closed')
  const shown = JSON.parse(project.lanekeeper(['task', 'show', 'add-login', '--json']).stdout)
  expect(shown.history.map(({ who, what }: { who: string; what: string }) => [who, what])).toEqual([
    ['Test', 'close add-login\n\nReason: not needed'],
    ['Test', 'new-task add-login: Add login'],
  ])
  expect(project.lanekeeper(['task', 'show', 'add-login']).stdout).toBe(`${fileOf(project)}\n`)
})

it.each([
  [['task'], 'expected'],
  [['task', 'nonsense'], 'There is: list, show'],
  [['task', 'toString'], 'There is: list, show'],
  [['task', 'show'], 'needs the id'],
  [['task', 'show', 'nope'], 'Open tasks: add-login'],
  [['task', 'widen', 'add-login', '--reason', 'x'], 'needs a pattern'],
  [['task', 'widen', 'add-login', 'src/db'], '--reason'],
  [['task', 'widen', 'add-login', '../x', '--reason', 'x'], 'leaves its directory'],
  [['task', 'widen', 'add-login', '**', '--reason', 'x'], 'whole repository'],
  [['task', 'edit', 'add-login'], '--file'],
  [['task', 'edit', 'add-login', '--file', 'nope.md'], 'nope.md'],
])('%j is an error that says what to do', (words, text) => {
  const project = withTask()
  const before = project.git(['rev-parse', 'refs/lanekeeper/tasks'])
  const { status, stderr } = project.lanekeeper(words)
  expect([2, 3]).toContain(status)
  expect(stderr).toContain(text)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(project.git(['rev-parse', 'refs/lanekeeper/tasks'])).toBe(before)
})

it('widens for a person, on record, and the worktree follows', () => {
  const project = withTask()
  const widened = project.lanekeeper(['task', 'widen', 'add-login', 'src/db/pool.ts', '--reason', 'sessions need it'])
  expect(widened).toMatchObject({ status: 0, stdout: expect.stringContaining('src/auth, src/db/pool.ts') })
  expect(project.git(['log', '-1', '--format=%an%n%B', 'refs/lanekeeper/tasks'])).toContain(
    'Test\nwiden add-login: src/db/pool.ts\n\nReason: sessions need it',
  )
  expect(project.read(`${project.worktree}/TASK.md`)).toContain('src/db/pool.ts')
  const committed = project.commit({ 'src/db/pool.ts': 'export {}\n' }, 'pool', { cwd: project.worktree })
  expect(committed).toMatch(/^[0-9a-f]{40}$/)
})

it.each(['widen', 'edit', 'close'])(
  'refuses to %s inside the task itself, and names the place where a person may',
  (verb) => {
    const project = withTask()
    const words = { widen: ['src/db', '--reason', 'x'], edit: ['--file', 'x'], close: [] }[verb] ?? []
    const refused = project.lanekeeper(['task', verb, 'add-login', ...words], { cwd: project.worktree })
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`cd ${project.root}`) })
    expect(fileOf(project)).not.toContain('src/db')
  },
)

it('edits from a file; a broken one is named with its line and changes nothing', () => {
  const project = withTask()
  const file = project.write('edited.md', fileOf(project).replace('- src/auth', '- src/auth\n  - src/session'))
  expect(project.lanekeeper(['task', 'edit', 'add-login', '--file', file])).toMatchObject({ status: 0 })
  expect(fileOf(project)).toContain('- src/session')
  const before = fileOf(project)
  for (const [from, to, words] of [
    ['title: Add login', 'title: [', 'line 4'],
    ['deny: []', 'denny: []', 'line 9: "denny"'],
    ['branch: task/add-login', 'branch: other', '"branch" cannot be changed'],
    ['agent: none', 'agent: hal', 'no agent "hal"'],
  ] as const) {
    project.write('edited.md', before.replace(from, to))
    const { status, stderr } = project.lanekeeper(['task', 'edit', 'add-login', '--file', file])
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)])
  }
  expect(fileOf(project)).toBe(before)
})

it('leaves a task that has ended as it was', () => {
  const project = withTask()
  expect(project.lanekeeper(['task', 'close', 'add-login']).status).toBe(0)
  expect(project.lanekeeper(['task', 'widen', 'add-login', 'docs', '--reason', 'x'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('is closed already'),
  })
})

it('edits at a terminal in the editor of the person, and keeps what was typed when it stays broken', async (context) => {
  const project = withTask()
  if (project.run('sh', ['-c', 'command -v script']).status !== 0) return context.skip('no script(1) for a terminal')
  const editor = project.write('editor.sh', '#!/bin/sh\nsed -i "s/^deny: .*/deny: 7/" "$1"\n')
  chmodSync(editor, 0o755)
  const cli = new URL('../../dist/cli.cjs', import.meta.url).pathname
  const line = `${process.execPath} ${cli} task edit add-login`
  const ran = project.run('script', ['-qec', line, '/dev/null'], {
    cwd: project.root,
    env: { VISUAL: editor },
    input: 'n\n',
  })
  expect(ran.status).toBe(2)
  expect(ran.stdout).toContain('add-login.md, line')
  const kept = project.path('project/.git/lanekeeper/edit/add-login.md')
  expect(ran.stdout).toContain(kept)
  expect(project.read(kept)).toContain('deny: 7')
  expect(fileOf(project)).toContain('deny: []')
})

it('tells every worktree at once of a task that comes, is widened and ends', () => {
  const project = withTask()
  const list = () => project.read(`${project.worktree}/TASKS.md`)
  expect(project.lanekeeper(['new-task', '--title', 'Add cart', '--allow', 'src/cart']).status).toBe(0)
  expect(list()).toContain('`src/cart`')
  expect(project.lanekeeper(['task', 'widen', 'add-cart', 'src/totals', '--reason', 'x']).status).toBe(0)
  expect(list()).toContain('`src/totals`')
  expect(project.lanekeeper(['remove', 'add-cart']).status).toBe(0)
  expect(list()).not.toContain('add-cart')
})

it('leaves a list alone that a branch took into git meanwhile, and writes ours beside it', () => {
  const project = withTask()
  const at = { cwd: project.worktree, env: { LANEKEEPER: '0' } }
  project.git(['add', '--force', 'TASKS.md'], at)
  project.git(['commit', '-q', '-m', 'takes the list in'], at)
  expect(project.lanekeeper(['new-task', '--title', 'Add cart', '--allow', 'src/cart']).status).toBe(0)
  expect(project.git(['status', '--porcelain'], at)).toBe('')
  expect(project.read(`${project.worktree}/.lanekeeper/TASKS.md`)).toContain('`src/cart`')
})
