import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../scripts/policy/migrations/lease.ts'
import { freshened, mergedLease } from '../../../scripts/policy/migrations/merge-lease.ts'

const NOW = new Date('2026-01-02T00:00:00.000Z')
const time = (hour: number) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`

/** `a2 b c` is held by a (fence 2), b and c wait; `-2` is free. */
function lease(words: string, renewed = 1): Lease {
  const [first = '', ...queue] = words.split(' ')
  const [, task = '', fence = '0'] = /^([a-z-])(\d+)$/.exec(first) ?? []
  const holder = { task, branch: `task/${task}`, host: 'h', acquiredAt: time(1), renewedAt: time(renewed) }
  return {
    holder: task === '-' ? null : holder,
    fence: Number(fence),
    hours: 24,
    queue: queue.map((one) => ({ task: one, since: time(1) })),
  }
}

function asWords({ holder, fence, queue }: Lease): string {
  return [`${holder?.task ?? '-'}${fence}`, ...queue.map(({ task }) => task)].join(' ')
}

describe('a lease that both sides changed', () => {
  it.each<[what: string, base: string | null, ours: string, theirs: string, merged: string, lost: string | null]>([
    ['both took it', '-1', 'a2', 'b2', 'b2 a', 'a'],
    ['both took the first there is', null, 'a1', 'b1', 'b1 a', 'a'],
    ['both took it, and others wait', '-1', 'a2 c', 'b2 d', 'b2 d c a', 'a'],
    ['it expired on both sides', 'x1', 'a2', 'b2', 'b2 a', 'a'],
    ['we passed it on, they joined the line', 'a1 b', 'b2', 'a1 b c', 'b2 c', null],
    ['they passed it on, we joined the line', 'a1 b', 'a1 b c', 'b2', 'b2 c a', 'a'],
    ['we let it go, they took it', 'a1', '-1', 'b2', 'b2', null],
    ['we let it go, they joined the line', 'a1', '-1', 'a1 b', '-1 b', null],
    ['both joined the line', 'a1', 'a1 b', 'a1 c', 'a1 c b', null],
    ['one left the line', 'a1 b c', 'a1 c', 'a1 b c d', 'a1 c d', null],
    ['two turns here, one there', '-1', 'b3', 'c2', 'c3 b', 'b'],
  ])('%s', (_what, base, ours, theirs, merged, lost) => {
    const found = mergedLease(base === null ? null : lease(base), lease(ours), lease(theirs), NOW)
    expect([asWords(found), found.lost ?? null]).toEqual([merged, lost && { task: lost, at: NOW.toISOString() }])
  })

  it.each([
    [5, 9],
    [9, 5],
  ])('a sign of life counts wherever it was given (%i and %i)', (ours, theirs) => {
    const found = mergedLease(lease('a1'), lease('a1', ours), lease('a1 b', theirs), NOW)
    expect(found.holder?.renewedAt).toBe(time(9))
  })
})

const anyLease = fc
  .tuple(fc.constantFrom(...'abc-'), fc.integer({ min: 1, max: 4 }), fc.uniqueArray(fc.constantFrom(...'abcd')))
  .map(([holder, fence, queue]) => lease([`${holder}${fence}`, ...queue.filter((one) => one !== holder)].join(' ')))

it('never lets the fence go back, lists nobody twice, and loses nobody who waits on both sides', () => {
  fc.assert(
    fc.property(fc.option(anyLease), anyLease, anyLease, (base, ours, theirs) => {
      const merged = mergedLease(base, ours, theirs, NOW)
      expect(merged.fence).toBeGreaterThanOrEqual(Math.max(ours.fence, theirs.fence))
      const waiting = merged.queue.map(({ task }) => task)
      expect(new Set(waiting).size).toBe(waiting.length)
      expect(waiting).not.toContain(merged.holder?.task)
      const both = theirs.queue.filter(({ task }) => ours.queue.some((one) => one.task === task))
      for (const { task } of both) expect([...waiting, merged.holder?.task]).toContain(task)
    }),
  )
})

it('is the remote’s again when nothing but the remote’s is merged', () => {
  fc.assert(
    fc.property(anyLease, anyLease, (base, theirs) => {
      expect(asWords(mergedLease(base, theirs, theirs, NOW))).toBe(asWords(theirs))
    }),
  )
})

it.each([
  ['h', 9, 9],
  ['h', 1, 1],
  ['h', undefined, 1],
  ['elsewhere', 9, 1],
])('on %s, with a commit at %s, the last sign of life is of %i', (host, commit, renewed) => {
  const committedAt = commit === undefined ? undefined : time(commit)
  expect(freshened(lease('a1'), { host, committedAt }).holder?.renewedAt).toBe(time(renewed))
  expect(freshened(lease('-1'), { host, committedAt })).toEqual(lease('-1'))
})
