/** Tasks of two machines meet on the git remote: real clones, a real bare repository between them. */
import { chmodSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import { gitAtPush, newTask, offline, tasksOn, told, twoMachines } from '../support/machines.ts'
import { CLI, type TestRepository } from '../support/repository.ts'
import { aTask } from '../support/tasks.ts'

const save = (machine: TestRepository, id: string, changes = {}) =>
  saveTask(openRepository(machine.root, machine.env), aTask({ id, ...changes }), `new-task ${id}`)
const fileOf = ({ git }: TestRepository, id: string) => git(['show', `refs/lanekeeper/tasks:${id}.md`])
const start = (machine: TestRepository, words: string[]) =>
  machine.start(process.execPath, [CLI, ...words, '--json'], { cwd: machine.root })

it('two machines make tasks at once, and both have both', async () => {
  const { one, two, hub } = twoMachines()
  const made = await Promise.all([start(one, newTask('a')), start(two, newTask('b'))])
  expect(made.map(({ status }) => status)).toEqual([0, 0])
  expect(tasksOn(hub)).toEqual(['a', 'b'])
  for (const machine of [one, two]) expect(told(machine, 'sync').answer).toMatchObject({ ok: true, reached: true })
  expect([tasksOn(one), tasksOn(two)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  // what one widens, the other sees
  expect(one.lanekeeper(['task', 'widen', 'a', 'src/more', '--reason', 'x']).status).toBe(0)
  expect(two.lanekeeper(['task', 'close', 'b']).status).toBe(0)
  expect(fileOf(two, 'a')).toContain('src/more')
  expect(fileOf(hub, 'b')).toContain('state: closed')
})

it.each([
  ['id', ['--branch', 'task/other']],
  ['branch', ['--id', 'other', '--branch', 'task/a']],
])(
  'the second machine that takes the same %s at the same moment is told, and has nothing half-made',
  async (_what, more) => {
    const { one, two, hub } = twoMachines()
    // the other machine's task arrives between our look and our push
    one.write('second/.git/rival', '')
    save(one, 'a')
    const rival = `${two.root}/.git/rival`
    const push = `cd ${one.root} && $git push -q origin refs/lanekeeper/tasks`
    const env = gitAtPush(two, `[ -e ${rival} ] && { rm ${rival}; (${push}); }`)
    const { status, stdout } = two.lanekeeper([...newTask('a', ...more), '--json'], { env })
    expect([status, JSON.parse(stdout).error]).toMatchObject([
      2,
      { code: 'task-exists', message: expect.stringContaining('on another machine') },
    ])
    expect([tasksOn(two), tasksOn(hub)]).toEqual([['a'], ['a']])
    expect(fileOf(two, 'a')).toBe(fileOf(one, 'a'))
    expect(two.git(['for-each-ref', '--format=%(refname)', 'refs/heads'])).toBe('refs/heads/main')
    expect(two.git(['worktree', 'list']).split('\n')).toHaveLength(1)
  },
)

it('works without the remote, says so, and catches up later', () => {
  const machines = twoMachines()
  const { one, two } = machines
  const back = offline(machines)
  const made = one.lanekeeper(newTask('a'))
  expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('origin does not answer')])
  save(two, 'b')
  expect(told(one, 'sync')).toMatchObject({ status: 3, answer: { ok: false, reached: false } })
  back()
  expect(told(one, 'sync').answer).toMatchObject({ ok: true })
  expect(told(two, 'sync').answer).toMatchObject({ ok: true, changed: true })
  expect(one.lanekeeper(['sync']).stdout).toContain('Tasks of other machines came from origin')
  expect([tasksOn(one), tasksOn(two)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  expect(one.lanekeeper(['sync']).stdout).toContain('have the same')
})

it('of one task changed on both sides one text stands; the other is told where its own is', () => {
  const { one, two } = twoMachines()
  save(one, 'a')
  save(one, 'b')
  for (const machine of [one, two]) told(machine, 'sync')
  save(one, 'a', { title: 'Of the first' })
  save(two, 'a', { title: 'Of the second' })
  save(one, 'b', { title: 'Worked on' })
  save(two, 'b', { state: 'landed' })
  told(one, 'sync')
  const { answer, stderr } = told(two, 'sync')
  expect(answer.overruled).toEqual([{ task: 'a', kept: expect.stringMatching(/^[0-9a-f]{40}$/) }])
  expect(stderr).toContain('Task a was changed here and on another machine')
  expect(two.git(['show', `${answer.overruled[0].kept}:a.md`])).toContain('Of the second')
  told(one, 'sync')
  for (const machine of [one, two]) {
    expect(fileOf(machine, 'a')).toContain('Of the first')
    expect(fileOf(machine, 'b')).toContain('state: landed')
  }
})

it('two tasks that were given one branch without the remote are both there, and a person is told to end one', () => {
  const { one, two } = twoMachines()
  save(one, 'a')
  save(two, 'b', { branch: 'task/a' })
  told(one, 'sync')
  expect(told(two, 'sync').stderr).toContain('Tasks a and b have the same branch, task/a')
  expect(tasksOn(two)).toEqual(['a', 'b'])
})

it('a remote that declines is quoted, nothing is lost, and the next contact brings it there', () => {
  const { one, hub } = twoMachines()
  const hook = one.write('hub.git/hooks/update', '#!/bin/sh\necho "frozen until Monday"\nexit 1\n')
  chmodSync(hook, 0o755)
  save(one, 'a')
  const { status, answer, stderr } = told(one, 'sync')
  expect([status, answer.error.message]).toEqual([3, expect.stringMatching(/hook declined.*frozen until Monday/)])
  expect(stderr).toContain('Nothing is lost')
  expect([tasksOn(one), tasksOn(hub)]).toEqual([['a'], []])
  chmodSync(hook, 0o644)
  expect(told(one, 'sync').answer).toMatchObject({ ok: true })
  expect(tasksOn(hub)).toEqual(['a'])
})

it('what was written down before a kill, and not pushed, travels at the next contact', async () => {
  const { one, hub } = twoMachines()
  const env = gitAtPush(one, 'kill -9 $PPID; exit 1')
  await one.start(process.execPath, [CLI, ...newTask('a')], { cwd: one.root, env })
  expect([tasksOn(one), tasksOn(hub)]).toEqual([['a'], []])
  expect(one.lanekeeper(newTask('b')).status).toBe(0)
  expect(tasksOn(hub)).toEqual(['a', 'b'])
})

it('without "remote" nothing travels, and sync says what to set', () => {
  const { one, hub } = twoMachines()
  one.commit({ 'lanekeeper.json': '{"dependencies":"none"}' })
  expect(told(one, 'sync')).toMatchObject({
    status: 2,
    answer: { error: { hint: expect.stringContaining('"remote"') } },
  })
  save(one, 'a')
  expect(one.lanekeeper(['task', 'close', 'a']).status).toBe(0)
  expect(tasksOn(hub)).toEqual([])
})

it('neither status, check nor a hook asks the remote', () => {
  const { one, two } = twoMachines()
  expect(one.lanekeeper(newTask('a')).status).toBe(0)
  for (const verb of ['status', 'check']) two.lanekeeper([verb, '--json'])
  two.commit({ 'x.txt': '' })
  expect([tasksOn(two), two.git(['for-each-ref', 'refs/lanekeeper-remote'])]).toEqual([[], ''])
})

it('what a person accepts is on record on the other machine', () => {
  const { one, two, hub } = twoMachines()
  expect(one.lanekeeper(['install']).status).toBe(0)
  expect(one.lanekeeper(newTask('a')).status).toBe(0)
  const path = one.path('project.worktrees/a')
  one.commit({ 'lib/x.ts': 'x' }, 'wander', { cwd: path, env: { LANEKEEPER: '0' } })
  one.git(['merge', '-q', '--no-ff', '-m', 'by hand', 'task/a'], { env: { LANEKEEPER: '0' } })
  const accepted = one.lanekeeper(['accept', '--reason', 'seen with Ann', '--json'])
  expect(JSON.parse(accepted.stdout)).toMatchObject({ ok: true, files: [expect.anything()] })
  expect(hub.git(['log', '-1', '--format=%B', 'refs/lanekeeper/tasks'])).toContain('seen with Ann')
  told(two, 'sync')
  const { events } = JSON.parse(two.lanekeeper(['audit', '--json']).stdout)
  expect(events).toMatchObject([{ kind: 'accept', paths: ['lib/x.ts'], reason: 'seen with Ann' }])
})

it('notes that two machines left one task while they could not meet are both there, each once', () => {
  const machines = twoMachines()
  const { one, two } = machines
  for (const id of ['db', 'cart', 'search']) save(one, id, id === 'db' ? { allow: ['src/db'] } : {})
  told(one, 'sync')
  told(two, 'sync')
  const back = offline(machines)
  const leave = (machine: TestRepository, from: string) => {
    const cwd = machine.path(`wt-${from}`)
    machine.git(['worktree', 'add', '-q', '-b', `task/${from}`, cwd, 'main'], { env: { LANEKEEPER: '0' } })
    const words = ['task', 'handoff', 'db', '--file', 'src/db/pool.ts', '--note', `needed by ${from}`]
    expect(machine.lanekeeper(words, { cwd })).toMatchObject({ status: 0 })
  }
  leave(one, 'cart')
  leave(two, 'search')
  back()
  told(one, 'sync')
  expect(told(two, 'sync').answer).toMatchObject({ ok: true, overruled: [] })
  told(one, 'sync')
  for (const machine of [one, two]) {
    expect(fileOf(machine, 'db').match(/^> needed by \w+/gm)).toEqual(['> needed by cart', '> needed by search'])
    expect(fileOf(machine, 'db').match(/^### \d/gm)).toEqual(['### 1', '### 2'])
  }
  expect(told(two, 'sync').answer).toMatchObject({ changed: false })
})
