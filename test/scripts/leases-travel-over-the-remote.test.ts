/** One lease for two machines: the git remote decides who has it. */
import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { freeLease, type Lease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease, LEASES, parseLease } from '../../scripts/policy/migrations/lease-text.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { pushLease } from '../../scripts/system/shared-leases.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import { heldSince, leaseNow, putLease } from '../support/leases.ts'
import { gitAtPush, type Machines, newTask, offline, told, twoMachines } from '../support/machines.ts'
import { CLI, type TestRepository } from '../support/repository.ts'
import { aTask } from '../support/tasks.ts'

/** Both machines know of both tasks. */
function withTasks(...ids: string[]): Machines {
  const machines = twoMachines()
  const place = openRepository(machines.one.root, machines.one.env)
  for (const id of ids) saveTask(place, aTask({ id, migrations: 'dev', allow: [`src/${id}`] }), `new-task ${id}`)
  told(machines.one, 'sync')
  told(machines.two, 'sync')
  return machines
}

const claim = (machine: TestRepository, task: string) => told(machine, 'migration', 'claim', '--task', task)
const ROUNDS = 5

it(`of two machines that claim at once one wins, the other is told who and since when; ${ROUNDS} rounds`, async () => {
  const { one, two, hub } = withTasks('a', 'b')
  const race = (machine: TestRepository, task: string) =>
    machine.start(process.execPath, [CLI, 'migration', 'claim', '--task', task, '--json'], { cwd: machine.root })
  for (let fence = 1; fence <= ROUNDS; fence++) {
    const ran = await Promise.all([race(one, 'a'), race(two, 'b')])
    const [winner, loser] = ran.map(({ stdout }) => JSON.parse(stdout)).sort((x, y) => Number(y.ok) - Number(x.ok))
    expect(winner).toMatchObject({ ok: true, kind: 'taken', confirmed: true, fence })
    expect(loser).toMatchObject({ ok: false, place: 1, lostAt: null, error: { code: 'lease-held' } })
    expect(loser.holder).toEqual(winner.holder)
    expect(loser.error.message).toContain(`"${winner.task}"`)
    expect(leaseNow(hub)).toMatchObject({ holder: { task: winner.task }, queue: [{ task: loser.task }], fence })
    putLease(hub, formatLease({ ...freeLease(24), fence }))
  }
})

it('a release hands the lease to the task of the other machine, and both know', () => {
  const { one, two } = withTasks('a', 'b')
  expect(claim(one, 'a').status).toBe(0)
  expect(claim(two, 'b').answer).toMatchObject({ ok: false, holder: { task: 'a' } })
  expect(told(one, 'migration', 'release', 'dev', '--task', 'a', '--force').status).toBe(0)
  expect(told(two, 'migration', 'status').answer.databases[0]).toMatchObject({ holder: { task: 'b' } })
  expect(leaseNow(one)?.holder?.task).toBe('b')
})

it('a claim without the remote is unconfirmed; where the other machine was first, its task keeps the lease and ours is told', () => {
  const machines = withTasks('a', 'b')
  const { one, two } = machines
  const back = offline(machines)
  const alone = claim(one, 'a')
  expect(alone).toMatchObject({ status: 0, answer: { kind: 'taken', confirmed: false } })
  expect(alone.stderr).toContain('unconfirmed: origin was not asked')
  back()
  expect(claim(two, 'b').answer).toMatchObject({ ok: true, confirmed: true })
  const { answer, stderr } = told(one, 'sync')
  expect(answer.lost).toMatchObject([{ database: 'dev', task: 'a', holder: { task: 'b' } }])
  expect(stderr).toContain('task "b" (task/b, on')
  expect(claim(one, 'a').answer).toMatchObject({
    ok: false,
    place: 1,
    lostAt: expect.any(String),
    holder: { task: 'b' },
  })
  expect(told(two, 'migration', 'status').answer.databases[0]).toMatchObject({ queue: [{ task: 'a' }] })
})

it('a claim without the remote stands where nobody else took the lease', () => {
  const machines = withTasks('a', 'b')
  const { one, two, hub } = machines
  const back = offline(machines)
  claim(one, 'a')
  back()
  told(one, 'sync')
  expect(leaseNow(hub)?.holder?.task).toBe('a')
  expect(claim(two, 'b').answer).toMatchObject({ ok: false, holder: { task: 'a' }, place: 1 })
})

it('an expired lease that the other machine took is its: the old holder’s claim and check are refused', () => {
  const { one, two, hub } = withTasks('a', 'b')
  one.git(['worktree', 'add', '-q', '-b', 'task/a', one.path('a'), 'main'])
  putLease(hub, heldSince('a', 30))
  expect(told(one, 'sync').status).toBe(0)
  expect(claim(two, 'b').answer).toMatchObject({ ok: true, kind: 'taken', fence: 2 })
  expect(told(one, 'sync').answer.lost).toMatchObject([{ task: 'a', holder: { task: 'b' } }])
  one.commit({ 'dev-migrations/1_x.sql': 'select 1;\n' }, 'x', { cwd: one.path('a'), env: { LANEKEEPER: '0' } })
  const checked = one.lanekeeper(['check', '--json'], { cwd: one.path('a') })
  expect([checked.status, checked.stdout]).toEqual([1, expect.stringContaining('\\"b\\" holds the lease')])
  expect(claim(one, 'a').answer).toMatchObject({ ok: false, holder: { task: 'b' }, lostAt: expect.any(String) })
})

it('a remote that declines leaves the claim here, unconfirmed, with its words', () => {
  const { one, hub } = withTasks('a')
  hub.write('hub.git/hooks/update', '#!/bin/sh\nexit 1\n')
  hub.run('chmod', ['+x', hub.path('hub.git/hooks/update')])
  expect(claim(one, 'a')).toMatchObject({
    status: 0,
    answer: { confirmed: false },
    stderr: expect.stringContaining('hook declined'),
  })
  expect([leaseNow(one)?.holder?.task, leaseNow(hub)]).toEqual(['a', null])
})

it('what lands on one machine has landed on the other, and its lease is free there', () => {
  const { one, two, hub } = twoMachines()
  expect(one.lanekeeper(newTask('a', '--migrations', 'dev')).status).toBe(0)
  expect(told(two, 'migration', 'status').answer.databases[0]).toMatchObject({ holder: { task: 'a' } })
  one.commit({ 'src/a/x.ts': '' }, 'x', { cwd: one.path('project.worktrees/a') })
  expect(one.lanekeeper(['land', 'a'])).toMatchObject({ status: 0 })
  expect(hub.git(['show', 'refs/lanekeeper/tasks:a.md'])).toContain('state: landed')
  expect(leaseNow(hub)).toMatchObject({ holder: null, queue: [] })
  expect(told(two, 'new-task', '--title', 'B', '--allow', 'src/b', '--migrations', 'dev').answer.lease).toMatchObject({
    kind: 'taken',
    confirmed: true,
    fence: 2,
  })
})

it('commits of the holder keep its lease: the other machine hears of them at a contact', () => {
  const { one, two, hub } = withTasks('a', 'b')
  const { holder, ...rest } = parseLease(heldSince('a', 30), 'dev')
  const mine: Lease = { ...rest, holder: holder && { ...holder, host: hostname() } }
  putLease(hub, formatLease(mine))
  one.git(['branch', 'task/a', 'main'])
  expect(told(one, 'sync').status).toBe(0)
  expect(claim(two, 'b').answer).toMatchObject({ ok: false, holder: { task: 'a' }, place: 1 })
})

it('what the remote gave before a kill is there at the next contact', async () => {
  const { one, two, hub } = withTasks('a', 'b')
  const env = gitAtPush(one, '$git "$@"; kill -9 $PPID; exit 1')
  await one.start(process.execPath, [CLI, 'migration', 'claim', '--task', 'a'], { cwd: one.root, env })
  expect([leaseNow(one), leaseNow(hub)?.holder?.task]).toEqual([null, 'a'])
  expect(claim(two, 'b').answer).toMatchObject({ ok: false, holder: { task: 'a' } })
  expect(claim(one, 'a').answer).toMatchObject({ ok: true, kind: 'renewed', fence: 1 })
})

it('a claim that was decided on a lease which another process of the clone has changed since is decided again', () => {
  const { one, hub } = withTasks('a', 'b')
  claim(one, 'a')
  const ref = `${LEASES}dev`
  const [before, git] = [one.git(['rev-parse', ref]), openRepository(one.root, one.env).git]
  claim(one, 'b')
  const now = hub.git(['rev-parse', ref])
  expect(pushLease(git, 'origin', 'dev', { from: before, to: before })).toEqual({ kind: 'moved' })
  expect(hub.git(['rev-parse', ref])).toBe(now)
  expect(pushLease(git, 'origin', 'dev', { from: now, to: before })).toEqual({ kind: 'done' })
})

it('a lease that is broken everywhere and mended by force is mended everywhere', () => {
  const { one, two, hub } = withTasks('a', 'b')
  expect(claim(one, 'a').status).toBe(0)
  told(two, 'sync')
  putLease(hub, '{ broken')
  for (const machine of [one, two]) told(machine, 'sync')
  expect([leaseNow(one), leaseNow(two)]).toEqual([null, null])
  const { status, answer } = told(two, 'migration', 'release', 'dev', '--force')
  expect([status, answer]).toMatchObject([0, { ok: true, holder: null }])
  expect(leaseNow(hub)).toMatchObject({ holder: null, fence: answer.fence })
  expect(hub.git(['log', '-1', '--format=%s', 'refs/lanekeeper/tasks'])).toBe('mend the lease on the migrations of dev')
  expect(claim(one, 'a').answer).toMatchObject({ ok: true, confirmed: true })
})

it('one that is broken here alone breaks nobody else’s, and the remote’s takes its place', () => {
  const { one, two, hub } = withTasks('a', 'b')
  expect(claim(one, 'a').status).toBe(0)
  told(two, 'sync')
  putLease(two, '{ broken')
  const { status, stdout } = two.lanekeeper(['migration', 'release', 'dev', '--force'])
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining('origin has a whole one, which stands: task "a" holds it'),
  ])
  for (const machine of [one, two, hub]) expect(leaseNow(machine)).toMatchObject({ holder: { task: 'a' } })
})

it('what gc frees is free on the other machine', () => {
  const { one, two, hub } = withTasks('a', 'b')
  putLease(one, heldSince('gone', 1, ['b']))
  told(one, 'sync')
  expect(leaseNow(hub)).toMatchObject({ holder: { task: 'gone' } })
  told(two, 'sync')
  expect(told(two, 'gc').answer.removed).toContainEqual(
    expect.objectContaining({ what: 'the lease on the migrations of dev' }),
  )
  for (const machine of [two, hub]) expect(leaseNow(machine)).toMatchObject({ holder: { task: 'b' } })
  // a dry run asks nobody
  told(one, 'gc', '--dry-run')
  expect(leaseNow(one)).toMatchObject({ holder: { task: 'gone' } })
})

it('gc takes no task for gone that another machine has just made', () => {
  const { one, two, hub } = withTasks('a')
  // its lease came without it: as a fetch of old, or a person's own, leaves it
  const place = openRepository(one.root, one.env)
  saveTask(place, aTask({ id: 'late', migrations: 'dev', allow: ['src/late'] }), 'new-task late')
  expect(claim(one, 'late').status).toBe(0)
  two.git(['fetch', '-q', 'origin', '+refs/lanekeeper/leases/*:refs/lanekeeper/leases/*'])
  expect(told(two, 'gc').answer.removed).toEqual([])
  for (const machine of [two, hub]) expect(leaseNow(machine)).toMatchObject({ holder: { task: 'late' } })
})
