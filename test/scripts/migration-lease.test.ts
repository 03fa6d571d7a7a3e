/** `migration claim|release|status` as tasks and people meet it. */
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { freeLease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease } from '../../scripts/policy/migrations/lease-text.ts'
import { heldSince, leased, leaseNow, migration, putLease } from '../support/leases.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

/** Tasks a, b, c, each with the migrations of dev and a worktree. */
function story(more: object = {}) {
  const project = createRepository(leased(['dev'], more))
  // a branch without commits of its own stands on this one: as old as that of a real base
  const env = { ...project.env, GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z' }
  project.git(['commit', '-q', '--amend', '--no-edit'], { env })
  const [a, b, c] = ['a', 'b', 'c'].map((id) => addTask(project, { id, migrations: 'dev' }).path) as [
    string,
    string,
    string,
  ]
  return { project, a, b, c, claim: (cwd: string) => migration(project, ['claim'], cwd) }
}

const inShort = (project: TestRepository) => {
  const lease = leaseNow(project)
  return `${lease?.holder?.task ?? '-'}#${lease?.fence} [${lease?.queue.map(({ task }) => task).join(' ')}]`
}

describe('a task', () => {
  it('takes a free lease in its own worktree, has it for longer when it asks again, and the next waits', () => {
    const { project, a, b, claim } = story()
    expect(claim(a)).toMatchObject({ status: 0, answer: { kind: 'taken', database: 'dev', task: 'a', fence: 1 } })
    expect(leaseNow(project)?.holder).toMatchObject({ task: 'a', branch: 'task/a', host: hostname() })
    const first = leaseNow(project)?.holder
    expect(claim(a)).toMatchObject({ status: 0, answer: { kind: 'renewed', fence: 1 } })
    expect(leaseNow(project)?.holder?.acquiredAt).toBe(first?.acquiredAt)
    const refused = project.lanekeeper(['migration', 'claim'], { cwd: b })
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    for (const words of ['Task "a" holds', 'branch task/a', `on ${hostname()}`, 'since 20', 'until 20', '1st in line'])
      expect(refused.stderr).toContain(words)
    for (const command of [
      'migration claim dev',
      'migration status dev',
      'land a',
      'migration release dev --task a --force',
    ])
      expect(refused.stderr).toContain(`npx lanekeeper ${command}`)
    expect(claim(b).answer).toMatchObject({
      ok: false,
      error: { code: 'lease-held' },
      holder: first && { task: 'a' },
      place: 1,
    })
  })

  it('lets go, and the first in line has it in the same moment; in order, one after the other', () => {
    const { project, a, b, c, claim } = story()
    claim(a)
    claim(c)
    claim(b)
    expect(inShort(project)).toBe('a#1 [c b]')
    expect(migration(project, ['release'], a).answer).toMatchObject({ had: 'lease', holder: { task: 'c' }, fence: 2 })
    expect(claim(a).answer).toMatchObject({ ok: false, place: 2 })
    expect(migration(project, ['release'], b).answer).toMatchObject({ had: 'place', holder: { task: 'c' } })
    migration(project, ['release'], c)
    expect(inShort(project)).toBe('a#3 []')
    expect(migration(project, ['release'], c)).toMatchObject({ status: 0, answer: { had: null } })
    migration(project, ['release'], a)
    expect(inShort(project)).toBe('-#3 []')
  })

  it('shows what it would do with --dry-run', () => {
    const { project, a, b, claim } = story()
    expect(migration(project, ['claim', '-n'], a).answer).toMatchObject({ dryRun: true, kind: 'taken' })
    expect(leaseNow(project)).toBeNull()
    claim(a)
    expect(migration(project, ['claim', '-n'], b)).toMatchObject({ status: 0, answer: { kind: 'waiting' } })
    expect(migration(project, ['release', '-n'], a).answer).toMatchObject({ dryRun: true, had: 'lease' })
    expect(inShort(project)).toBe('a#1 []')
  })

  it('claims and releases for itself alone', () => {
    const { project, a, b, claim } = story()
    claim(a)
    for (const words of [
      ['claim', 'dev', '--task', 'a'],
      ['release', 'dev', '--task', 'a'],
      ['release', 'dev', '--task', 'b', '--force'],
    ])
      expect(migration(project, words, b)).toMatchObject({
        status: 1,
        answer: { error: { code: 'refused', hint: expect.stringContaining(`cd ${project.root} && npx lanekeeper`) } },
      })
    expect(inShort(project)).toBe('a#1 []')
  })

  it('without these migrations is refused, with the command of the person who can change that', () => {
    const project = createRepository(leased(['dev', 'test']))
    const none = addTask(project, { id: 'none' }).path
    const other = addTask(project, { id: 'other', migrations: 'test' }).path
    for (const [cwd, id] of [
      [none, 'none'],
      [other, 'other'],
    ] as const) {
      const { status, answer } = migration(project, ['claim', 'dev'], cwd)
      expect([status, answer.error?.code]).toEqual([1, 'refused'])
      expect(answer.error?.hint).toContain(`npx lanekeeper task edit ${id}\nThere: migrations: dev`)
    }
    expect(leaseNow(project)).toBeNull()
  })
})

describe('a lease that is over', () => {
  it('stays its holder’s until somebody asks; then it passes on, and the old holder is told', () => {
    const { project, a, b, claim } = story()
    putLease(project, heldSince('a', 25, [], 6))
    expect(migration(project, ['status']).answer.databases).toMatchObject([{ holder: { task: 'a' }, expired: true }])
    expect(claim(b)).toMatchObject({ status: 0, answer: { kind: 'taken', fence: 7 } })
    const { status, answer } = claim(a)
    expect([status, answer.error?.code, answer.place]).toEqual([1, 'lease-held', 1])
    expect(answer.error?.message).toMatch(/Task "b" holds .* Task "a" had it until .*; it passed on \(fence 7\)/)
  })

  it('is renewed by a claim of its holder', () => {
    const { project, a, b, claim } = story()
    putLease(project, heldSince('a', 25, ['b']))
    expect(claim(a).answer).toMatchObject({ kind: 'renewed', fence: 1 })
    expect(claim(b).answer).toMatchObject({ ok: false, place: 1 })
  })

  it('is not over while there are commits on the holder’s branch', () => {
    const { project, a, b, claim } = story()
    putLease(project, heldSince('a', 25))
    project.commit({ 'src/a/x.txt': 'x' }, 'work', { cwd: a })
    expect(claim(b).answer).toMatchObject({ ok: false, holder: { task: 'a' } })
    expect(Date.parse(String(claim(b).answer.until)) - Date.now()).toBeGreaterThan(23.9 * 3_600_000)
  })

  it('passes to the first in line, whoever asks', () => {
    const { project, c, claim } = story()
    putLease(project, heldSince('a', 25, ['b']))
    expect(claim(c).answer).toMatchObject({ ok: false, holder: { task: 'b' }, place: 1 })
    expect(inShort(project)).toBe('b#2 [c]')
  })

  it('follows "leaseHours" of the settings', () => {
    const { project, a, b, claim } = story({ leaseHours: 2 })
    claim(a)
    const { databases } = migration(project, ['status']).answer as { databases: { until: string; hours: number }[] }
    expect(databases[0]?.hours).toBe(2)
    putLease(project, heldSince('a', 3).replace('"hours": 24', '"hours": 2'))
    expect(claim(b).answer).toMatchObject({ kind: 'taken' })
  })
})

describe('a person', () => {
  it('claims and releases for any task, by name', () => {
    const { project } = story()
    expect(migration(project, ['claim', '--task', 'a']).answer).toMatchObject({ kind: 'taken', task: 'a' })
    expect(migration(project, ['claim', 'dev', '--task', 'b'])).toMatchObject({ status: 1 })
    expect(migration(project, ['release', '--task', 'b']).answer).toMatchObject({ had: 'place' })
    expect(inShort(project)).toBe('a#1 []')
  })

  it('takes the lease away only by force, on record, and the task is told', () => {
    const { project, a, b, claim } = story()
    claim(a)
    claim(b)
    const refused = migration(project, ['release', '--task', 'a'])
    expect([refused.status, refused.answer.error?.hint]).toEqual([1, expect.stringContaining('--task a --force')])
    const words = ['release', 'dev', '--task', 'a', '--force', '--reason', 'its agent is gone']
    expect(migration(project, words).answer).toMatchObject({ had: 'lease', holder: { task: 'b' }, fence: 2 })
    expect(project.git(['log', '-1', '--format=%an%n%B', 'refs/lanekeeper/tasks'])).toContain(
      'Test\nrelease dev from a by force\n\nReason: its agent is gone',
    )
    expect(claim(a).answer.error?.message).toContain('Task "a" had it until')
  })

  it.each([
    [['claim'], 2, 'Which task?'],
    [['claim', '--task', 'nope'], 2, 'no task "nope"'],
    [['claim', 'nope', '--task', 'a'], 2, 'no migrations of "nope"'],
    [['release', 'dev', '--force'], 2, 'Which task?'],
    [['status', 'nope'], 2, 'no migrations of "nope"'],
    [['nonsense'], 2, 'There is: claim, '],
    [['toString'], 2, 'There is: claim, '],
    [[], 2, 'expected'],
  ])('%j is an error that says what to do', (words, status, text) => {
    const { project } = story()
    const ran = project.lanekeeper(['migration', ...words])
    expect([ran.status, ran.stderr]).toEqual([status, expect.stringContaining(text)])
    expect(ran.stderr).not.toMatch(/^\s+at /m)
    expect(leaseNow(project)).toBeNull()
  })
})

it('of two databases are two leases', () => {
  const project = createRepository(leased(['dev', 'test']))
  const dev = addTask(project, { id: 'd', migrations: 'dev' }).path
  const test = addTask(project, { id: 't', migrations: 'test' }).path
  expect(migration(project, ['claim'], dev).answer).toMatchObject({ kind: 'taken', database: 'dev', fence: 1 })
  expect(migration(project, ['claim'], test).answer).toMatchObject({ kind: 'taken', database: 'test', fence: 1 })
  migration(project, ['release'], dev)
  expect([leaseNow(project, 'dev')?.holder, leaseNow(project, 'test')?.holder?.task]).toEqual([null, 't'])
})

it('shared by tables there is no lease to claim; status says who has which table', () => {
  const project = createRepository(leased(['dev'], { mode: 'tables' }))
  const { path } = addTask(project, { id: 'a', migrations: 'dev', tables: ['users'] })
  expect(migration(project, ['claim'], path)).toMatchObject({ status: 2, answer: { error: { code: 'usage' } } })
  expect(project.lanekeeper(['migration', 'status']).stdout).toBe('dev: shared by tables\n  a: users\n')
})

it('status is a table for people, a document for programs, and a cell of `status`', () => {
  const { project, a, b, claim } = story()
  expect(project.lanekeeper(['migration', 'status']).stdout).toMatch(/^DATABASE +HOLDER .*\ndev +\(free\)/)
  claim(a)
  claim(b)
  expect(project.lanekeeper(['migration', 'status']).stdout).toMatch(
    /\ndev +a +task\/a +\S+ +20.* UTC +20.* UTC \(24 h left\) +1 +b\n/,
  )
  expect(migration(project, ['status', 'dev'], b).answer.databases).toMatchObject([
    { database: 'dev', mode: 'lease', holder: { task: 'a' }, fence: 1, queue: [{ task: 'b' }], here: 'waiting' },
  ])
  const table = project.lanekeeper(['status']).stdout
  expect(table).toMatch(/\na +task\/a .* dev lease, 24 h left /)
  expect(table).toMatch(/\nb +task\/b .* waits for dev \(1st\) /)
  const { worktrees } = JSON.parse(project.lanekeeper(['status', '--json']).stdout)
  expect(worktrees.map(({ lease }: { lease: { kind: string } | null }) => lease?.kind ?? null)).toEqual([
    null,
    'held',
    'waiting',
    'waiting',
  ])
})

it('status judges a branch again when the lease changes hands', () => {
  const { project, a, claim } = story()
  claim(a)
  project.commit({ 'src/a/x.txt': 'x' }, 'work', { cwd: a })
  const verdict = () => JSON.parse(project.lanekeeper(['status', '--json']).stdout).worktrees[1].verdict
  expect(verdict()).toBe('pass')
  const cache = `${project.root}/.git/lanekeeper/cache/verdicts.json`
  project.write(cache, project.read(cache).replace('"pass"', '"refuse"'))
  expect(verdict()).toBe('refuse')
  claim(a)
  expect(verdict()).toBe('refuse')
  migration(project, ['release'], a)
  expect(verdict()).toBe('pass')
})

it('a project without migrations is told so', () => {
  const project = createRepository()
  expect(project.lanekeeper(['migration', 'status'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('No migrations'),
  })
  expect(formatLease(freeLease(24))).toContain('"fence": 0')
})
