/** 24 orders, one schema, each migration applied exactly once. */
import { expect, it } from 'vitest'
import { landInEveryOrder } from '../../support/four-branches.ts'

it('four branches that each have tables of their own end in one schema in all 24 orders', async () => {
  const ends = await landInEveryOrder('tables')
  expect(ends.size).toBe(24)
  expect([...new Set(ends.values())]).toEqual([expect.stringMatching(/bills.*clubs.*dogs.*eggs/s)])
})
