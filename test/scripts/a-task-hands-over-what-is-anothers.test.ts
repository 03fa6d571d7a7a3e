import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { settings, taskOf } from '../support/task-worktrees.ts'

/** Two provisioned tasks: `db` owns src/db, `cart` needs something of it. */
const two = prepared((place) => {
  const project = createRepository({ 'src/db/pool.ts': '', ...settings() }, place)
  for (const id of ['db', 'cart'])
    expect(project.lanekeeper(['new-task', '--title', id, '--allow', `src/${id}`])).toMatchObject({ status: 0 })
  return project
})

const at = (project: TestRepository, id: string) => project.path('project.worktrees', id)
const NOTE = 'please export pool.max\n\nthe cart keeps connections open'

function handOff(project: TestRepository, words: string[], id = 'cart') {
  return project.lanekeeper(['task', 'handoff', ...words], { cwd: at(project, id) })
}

it('the owner finds the note in its TASK.md and in status, and says when it is done; no file of it is touched', () => {
  const project = two()
  const left = handOff(project, ['db', '--file', './src/db/pool.ts', '--note', NOTE])
  expect(left).toMatchObject({ status: 0, stdout: expect.stringContaining('has your note (1)') })
  const brief = () => project.read(`${at(project, 'db')}/TASK.md`)
  for (const text of [
    'From task `cart`, about `src/db/pool.ts`',
    '> please export pool.max',
    '`npx lanekeeper task handoff --done 1`',
  ])
    expect(brief()).toContain(text)
  expect(project.git(['status', '--porcelain'], { cwd: at(project, 'db') })).toBe('')
  expect(project.lanekeeper(['task', 'show', 'db']).stdout).toContain('### 1 from cart')
  const status = JSON.parse(project.lanekeeper(['status', '--json']).stdout).worktrees
  expect(status.map(({ task, handoffs }: { task: string; handoffs: number }) => [task, handoffs])).toEqual([
    [null, 0],
    ['cart', 0],
    ['db', 1],
  ])
  expect(project.lanekeeper(['status']).stdout).toContain('task db has a note of cart about src/db/pool.ts')

  expect(handOff(project, ['--done', '1'])).toMatchObject({ status: 2, stderr: expect.stringContaining('no note "1"') })
  expect(handOff(project, ['db', '--done', '1'])).toMatchObject({ status: 1 })
  expect(handOff(project, ['--done', '1'], 'db')).toMatchObject({ status: 0 })
  expect(handOff(project, ['--done', '1'], 'db')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('done already'),
  })
  expect(brief()).not.toContain('pool.max')
  expect(taskOf(project, 'db')?.handoffs).toMatchObject([
    { number: 1, from: 'cart', note: NOTE, doneAt: expect.any(String) },
  ])
  const { events } = JSON.parse(project.lanekeeper(['audit', '--json']).stdout)
  expect(events).toMatchObject([
    { kind: 'handoff-done', task: 'db', other: 'cart' },
    { kind: 'handoff', task: 'db', other: 'cart', paths: ['src/db/pool.ts'], reason: NOTE },
  ])
  expect(project.lanekeeper(['audit']).stdout).toMatch(/^WHEN .*\n.*handoff-done/)
})

it('a note that leads nowhere is not taken, and it is said where it belongs', () => {
  const project = two()
  const cases: [string[], string][] = [
    [['db', '--note', 'x'], 'needs --file'],
    [['db', '--file', 'src/db/pool.ts'], 'needs --note'],
    [['--file', 'src/db/pool.ts', '--note', 'x'], 'needs the task'],
    [['nope', '--file', 'src/db/pool.ts', '--note', 'x'], 'Open tasks: db, cart'],
    [['cart', '--file', 'src/cart/x', '--note', 'x'], 'yourself'],
    [['db', '--file', '../x', '--note', 'x'], 'leaves its directory'],
    [['db', '--file', 'src/cart/x', '--note', 'x'], 'yours: change it'],
    [['db', '--file', 'docs/x', '--note', 'x'], 'npx lanekeeper task widen <task> docs/x'],
  ]
  const before = project.git(['rev-parse', 'refs/lanekeeper/tasks'])
  for (const [words, text] of cases)
    expect([words, handOff(project, words)]).toEqual([
      words,
      expect.objectContaining({ status: 2, stderr: expect.stringContaining(text) }),
    ])
  const person = project.lanekeeper(['task', 'handoff', 'db', '--file', 'src/db/pool.ts', '--note', 'x'])
  expect(person).toMatchObject({ status: 2, stderr: expect.stringContaining('task widen') })
  expect(project.git(['rev-parse', 'refs/lanekeeper/tasks'])).toBe(before)
})
