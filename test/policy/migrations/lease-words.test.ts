import { describe, expect, it } from 'vitest'
import type { LeaseHolder, Standing } from '../../../scripts/policy/migrations/lease.ts'
import {
  heldHint,
  heldText,
  leaseCell,
  leaseSentence,
  leftOf,
  ordinal,
} from '../../../scripts/policy/migrations/lease-words.ts'

const NOW = new Date('2026-01-02T00:00:00Z')
const holder: LeaseHolder = {
  task: 'a',
  branch: 'task/a',
  host: 'box',
  acquiredAt: '2026-01-01T10:00:00.000Z',
  renewedAt: '2026-01-01T10:00:00.000Z',
}
const [later, before] = ['2026-01-02T03:00:00.000Z', '2026-01-01T23:00:00.000Z']

it.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [21, '21st'],
  [111, '111th'],
])('%i is %s', (place, word) => expect(ordinal(place)).toBe(word))

it.each([
  ['2026-01-03T02:00:00Z', '26 h left'],
  ['2026-01-02T01:00:00Z', '1 h left'],
  ['2026-01-02T00:12:00Z', '12 min left'],
  ['2026-01-02T00:00:01Z', '1 min left'],
  ['2026-01-02T00:00:00Z', 'over'],
  ['2026-01-01T00:00:00Z', 'over'],
])('until %s: %s', (until, words) => expect(leftOf(until, NOW)).toBe(words))

describe('to a task', () => {
  it.each<[Standing, string, string]>([
    [{ kind: 'free' }, 'dev lease free', 'nobody held the lease'],
    [{ kind: 'held', holder, until: later }, 'dev lease, 3 h left', 'It held the lease'],
    [{ kind: 'expired', holder, until: before, isMine: true, place: null }, 'dev lease, over', 'It held the lease'],
    [{ kind: 'expired', holder, until: before, isMine: false, place: 1 }, 'waits for dev (1st)', 'task `a` held'],
    [{ kind: 'waiting', holder, until: later, place: 2 }, 'waits for dev (2nd)', 'task `a` held the lease'],
    [{ kind: 'waiting', holder, until: later, place: null }, 'waits for dev', 'task `a` held the lease'],
  ])('%j', (standing, cell, sentence) => {
    expect(leaseCell('dev', standing, NOW)).toBe(cell)
    expect(leaseSentence('dev', standing)).toContain(sentence)
    expect(leaseSentence('dev', standing)).toContain('`npx lanekeeper migration status dev`')
  })
})

it('a refusal says who, where, since when, until when, which place, and what was lost', () => {
  const held = { database: 'dev', task: 'b', holder, until: later, fence: 7, place: 2, lostAt: before }
  expect(heldText(held)).toBe(
    'Task "a" holds the lease on the migrations of "dev": branch task/a, on box, since 2026-01-01 10:00 UTC, until 2026-01-02 03:00 UTC (longer with every commit). Task "b" is 2nd in line. Task "b" had it until 2026-01-01 23:00 UTC; it passed on (fence 7). Whatever lands first, its migrations come before yours.',
  )
  expect(heldText({ ...held, place: null, lostAt: null })).toMatch(/every commit\)\.$/)
  expect(heldHint(held).split('\n')).toHaveLength(4)
})
