import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blockCount, freeBlocks, leaseBelow, portsOf, urlsOf } from '../../scripts/policy/ports.ts'

const settings = { range: [20000, 20099], size: 10 } as const

it.each([
  [[], 20000],
  [[20000], 20010],
  [[20010], 20000],
  [[20000, 20010, 20030], 20020],
  [[20005], 20010],
  [[19990, 30000], 20000],
])('with leases at %j the lowest free block begins at %i', (taken, first) => {
  expect(freeBlocks(settings, taken).next().value).toBe(first)
})

it('a full range has none', () => {
  const taken = Array.from({ length: blockCount(settings) }, (_, index) => 20000 + index * 10)
  expect(taken).toHaveLength(10)
  expect([...freeBlocks(settings, taken)]).toEqual([])
})

it('blocks lie inside the range and no lease begins inside one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1000, max: 1400 })), fc.integer({ min: 1, max: 40 }), (taken, size) => {
      for (const first of freeBlocks({ range: [1024, 1300], size }, taken)) {
        expect(first).toBeGreaterThanOrEqual(1024)
        expect(first + size - 1).toBeLessThanOrEqual(1300)
        expect(taken.some((port) => port >= first && port < first + size)).toBe(false)
      }
    }),
  )
})

it('the nearest lease below is the one that could reach in', () => {
  expect(leaseBelow(20020, [20000, 20010, 20020, 20030])).toBe(20010)
  expect(leaseBelow(20000, [20000])).toBeNull()
})

it('services get their offset and a host of the worktree', () => {
  const ports = portsOf(20010, { PORT: 0, API_PORT: 1 })
  expect(ports).toEqual({ PORT: 20010, API_PORT: 20011 })
  expect(urlsOf('add-auth', ports)).toEqual({
    PORT: 'http://add-auth.localhost:20010',
    API_PORT: 'http://add-auth.localhost:20011',
  })
})
