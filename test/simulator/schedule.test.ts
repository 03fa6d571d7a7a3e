import { describe, expect, it } from 'vitest'
import { minimise } from './schedule.ts'

const always = () => true

/** What the minimiser leaves of 1 to `count`, and how often it tried, where it breaks with all of `needed`. */
async function leftOf(count: number, needed: readonly number[], hasTime = always) {
  let tries = 0
  const breaks = async (items: readonly number[]) => {
    tries++
    return needed.every((one) => items.includes(one))
  }
  const all = Array.from({ length: count }, (_, index) => index + 1)
  return { left: await minimise(all, breaks, hasTime), tries }
}

describe('minimise', () => {
  it.each([
    ['one of many', 100, [73]],
    ['the first', 100, [1]],
    ['two that are far apart', 64, [3, 60]],
    ['three', 50, [10, 11, 49]],
    ['all of them', 3, [1, 2, 3]],
    ['the only one', 1, [1]],
  ])('%s', async (_name, count, needed) => {
    expect((await leftOf(count, needed)).left).toEqual(needed)
  })

  it('tries about as often as halving does, not once an item', async () => {
    expect((await leftOf(1024, [700])).tries).toBeLessThan(30)
  })

  it('gives the best so far when the time is over', async () => {
    let questions = 0
    const { left } = await leftOf(64, [60], () => questions++ < 4)
    expect(left).toContain(60)
    expect(left.length).toBeGreaterThan(1)
    expect(left.length).toBeLessThan(64)
  })
})
