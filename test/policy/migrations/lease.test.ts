import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Activity,
  claimed,
  freeLease,
  type Here,
  type Lease,
  ownersOf,
  released,
  standingOf,
  tidied,
  untilOf,
} from '../../../scripts/policy/migrations/lease.ts'
import { aTask } from '../../support/tasks.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour))
const here = (hour: number): Here => ({ host: 'box', hours: 24, now: at(hour) })
const holder = (task: string, hour = 0, renewed = hour) => ({
  task,
  branch: `task/${task}`,
  host: 'box',
  acquiredAt: at(hour).toISOString(),
  renewedAt: at(renewed).toISOString(),
})
const queue = (...tasks: string[]) => tasks.map((task) => ({ task, since: at(0).toISOString() }))
const lease = (more: Partial<Lease> = {}): Lease => ({ ...freeLease(24), ...more })
const held = (task: string, ...waiting: string[]) => lease({ holder: holder(task), fence: 1, queue: queue(...waiting) })

/** Open tasks a, b, c, unless others are named; commits by hour. */
function activity(open = ['a', 'b', 'c'], commits: Record<string, number> = {}): Activity {
  return {
    owners: new Map(open.map((id) => [id, `task/${id}`])),
    committedAt: new Map(Object.entries(commits).map(([id, hour]) => [`task/${id}`, at(hour).toISOString()])),
  }
}

/** A lease in short: holder#fence [queue]. */
const short = ({ holder, fence, queue }: Lease) =>
  `${holder?.task ?? '-'}#${fence} [${queue.map(({ task }) => task).join(' ')}]`

const ask = (one: Lease, task: string, hour: number, known = activity()) =>
  claimed(one, { task, branch: `task/${task}` }, known, here(hour))

describe('a claim', () => {
  it.each<[string, Lease, string, number, Activity, string, string]>([
    ['takes a free one', lease(), 'a', 0, activity(), 'taken', 'a#1 []'],
    ['renews its own', held('a', 'b'), 'a', 5, activity(), 'renewed', 'a#1 [b]'],
    ['renews its own though it is over', held('a', 'b'), 'a', 50, activity(), 'renewed', 'a#1 [b]'],
    ['joins the queue', held('a', 'b'), 'c', 5, activity(), 'waiting', 'a#1 [b c]'],
    ['keeps its place', held('a', 'b', 'c'), 'b', 5, activity(), 'waiting', 'a#1 [b c]'],
    ['takes one that is over', held('a'), 'b', 24, activity(), 'taken', 'b#2 []'],
    ['waits to the last moment', held('a'), 'b', 23.99, activity(), 'waiting', 'a#1 [b]'],
    ['waits while the holder commits', held('a'), 'b', 30, activity(undefined, { a: 10 }), 'waiting', 'a#1 [b]'],
    ['is not kept off by commits of others', held('a'), 'b', 30, activity(undefined, { c: 29 }), 'taken', 'b#2 []'],
    [
      'is not kept off by a commit of the future',
      held('a'),
      'b',
      30,
      activity(undefined, { a: 99 }),
      'taken',
      'b#2 []',
    ],
    ['hands one that is over to the first in line', held('a', 'c'), 'b', 24, activity(), 'waiting', 'c#2 [b]'],
    ['takes it from a task that is gone', held('a'), 'b', 1, activity(['b']), 'taken', 'b#2 []'],
    ['lets the first in line have it then', held('a', 'c'), 'b', 1, activity(['b', 'c']), 'waiting', 'c#2 [b]'],
    ['passes by those who are gone', held('a', 'x', 'y'), 'b', 1, activity(['b']), 'taken', 'b#2 []'],
    ['drops those who are gone', held('a', 'x', 'b', 'y'), 'c', 1, activity(), 'waiting', 'a#1 [b c]'],
    ['counts on from the fence of a free one', lease({ fence: 7 }), 'a', 0, activity(), 'taken', 'a#8 []'],
  ])('%s', (_, before, task, hour, known, kind, after) => {
    const result = ask(before, task, hour, known)
    expect([result.kind, short(result.lease)]).toEqual([kind, after])
  })

  it('tells the place', () => {
    expect(ask(held('a', 'b'), 'c', 1)).toMatchObject({ kind: 'waiting', place: 2 })
  })

  it('writes down who, where and when; a renewal keeps since when', () => {
    expect(ask(lease(), 'a', 3).lease.holder).toEqual(holder('a', 3))
    expect(ask(held('a'), 'a', 9).lease.holder).toEqual(holder('a', 0, 9))
  })

  it('remembers who lost it, until that one has it again', () => {
    const lost = ask(held('a'), 'b', 24).lease
    expect(lost.lost).toEqual({ task: 'a', at: at(24).toISOString() })
    const waiting = ask(lost, 'a', 25).lease
    expect(released(waiting, 'b', activity(), here(26))).not.toHaveProperty('lost')
  })
})

describe('letting go', () => {
  it.each<[string, Lease, string, Activity, string]>([
    ['frees it and keeps the fence', held('a'), 'a', activity(), '-#1 []'],
    ['hands it to the first in line', held('a', 'b', 'c'), 'a', activity(), 'b#2 [c]'],
    ['gives a place in the queue back', held('a', 'b', 'c'), 'b', activity(), 'a#1 [c]'],
    ['passes by those who are gone', held('a', 'x', 'c'), 'a', activity(), 'c#2 []'],
    ['works once the task is closed', held('a', 'b'), 'a', activity(['b']), 'b#2 []'],
  ])('%s', (_, before, task, known, after) => {
    expect(short(released(before, task, known, here(1)))).toBe(after)
  })

  it('leaves the very lease where there is nothing to let go', () => {
    const before = held('a', 'b')
    expect(released(before, 'c', activity(), here(1))).toBe(before)
    expect(tidied(before, activity(), here(1))).toBe(before)
  })

  it('by force is told to the task', () => {
    expect(released(held('a', 'b'), 'a', activity(), here(1), true).lost?.task).toBe('a')
    expect(released(held('a', 'b'), 'b', activity(), here(1), true)).not.toHaveProperty('lost')
  })
})

describe('what it is to a task', () => {
  it.each<[string, Lease | undefined, string, number, Activity, object]>([
    ['none yet', undefined, 'a', 0, activity(), { kind: 'free' }],
    ['free', lease({ fence: 3 }), 'a', 0, activity(), { kind: 'free' }],
    ['mine', held('a', 'b'), 'a', 1, activity(), { kind: 'held', until: at(24).toISOString() }],
    [
      'mine for longer',
      held('a'),
      'a',
      25,
      activity(undefined, { a: 2 }),
      { kind: 'held', until: at(26).toISOString() },
    ],
    ['mine, but over', held('a', 'b'), 'a', 24, activity(), { kind: 'expired', isMine: true, place: null }],
    ["another's, over", held('a', 'b'), 'b', 24, activity(), { kind: 'expired', isMine: false, place: 1 }],
    ["another's", held('a'), 'b', 1, activity(), { kind: 'waiting', place: null, holder: holder('a') }],
    ['second in line', held('a', 'b', 'c'), 'c', 1, activity(), { kind: 'waiting', place: 2 }],
    ["a gone task's", held('a'), 'b', 1, activity(['b']), { kind: 'free' }],
    ["a gone task's, and I am first in line", held('a', 'b'), 'b', 1, activity(['b', 'c']), { kind: 'held' }],
    [
      "a gone task's, and I am second",
      held('a', 'b', 'c'),
      'c',
      1,
      activity(['b', 'c']),
      { kind: 'waiting', place: 1 },
    ],
    ['mine, but my task is gone', held('a'), 'a', 1, activity(['b']), { kind: 'free' }],
  ])('%s', (_, one, task, hour, known, standing) => {
    expect(standingOf(one, task, known, at(hour))).toMatchObject(standing)
  })

  it('lasts from the last sign of life, and a broken date is none', () => {
    const none = { owners: new Map(), committedAt: new Map([['task/a', 'nonsense']]) }
    expect(untilOf(holder('a', 2, 4), 24, none, at(9))).toEqual(at(28))
  })
})

it('is owned by open tasks with these migrations', () => {
  const tasks = [
    aTask({ id: 'a', migrations: 'dev' }),
    aTask({ id: 'b', migrations: 'dev', state: 'landed' }),
    aTask({ id: 'c', migrations: 'other' }),
    aTask({ id: 'd' }),
  ]
  expect([...ownersOf(tasks, 'dev')]).toEqual([['a', 'task/a']])
})

it('whatever happens: the fence grows exactly with each new holder, nobody holds and waits, nobody waits twice', () => {
  const step = fc.record({
    act: fc.constantFrom('claim', 'release', 'force', 'tidy'),
    task: fc.constantFrom('a', 'b', 'c', 'd'),
    hours: fc.integer({ min: 0, max: 30 }),
    open: fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [now, one] = [0, lease()]
      for (const { act, task, hours, open } of steps) {
        now += hours
        const known = activity(open)
        const before = one
        if (act === 'claim') one = ask(one, task, now, activity([...open, task])).lease
        else if (act === 'tidy') one = tidied(one, known, here(now))
        else one = released(one, task, known, here(now), act === 'force')
        const isNew = one.holder !== null && one.holder.task !== before.holder?.task
        expect(one.fence - before.fence).toBe(isNew ? 1 : 0)
        const names = [...(one.holder ? [one.holder.task] : []), ...one.queue.map((waiting) => waiting.task)]
        expect(new Set(names).size).toBe(names.length)
        if (one.holder === null) expect(one.queue).toEqual([])
      }
    }),
  )
})
