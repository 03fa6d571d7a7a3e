import { describe, expect, it } from 'vitest'
import { distancesFrom, parseGraph } from '../../scripts/policy/distance.ts'

// r - b1 - b2 (base), with a branch off r (x1 - x2), one off b1 (y1), and m that merges b2 into x2
const GRAPH = parseGraph('b2 b1\nb1 r\nx2 x1\nx1 r\ny1 b1\nm x2 b2\n')

describe('distance from the base', () => {
  it.each([
    ['b2', 0, 0],
    ['b1', 0, 1],
    ['r', 0, 2],
    ['x2', 2, 2],
    ['y1', 1, 1],
    ['m', 3, 0],
    ['unknown', 0, 2],
  ])('%s is %i ahead, %i behind', (tip, ahead, behind) =>
    expect(distancesFrom('b2', [tip, tip], GRAPH)).toEqual(new Map([[tip, { ahead, behind }]])),
  )

  it('survives a history too long for recursion', () => {
    const length = 50_000
    const graph = parseGraph(Array.from({ length }, (_, at) => `c${at} c${at + 1}`).join('\n'))
    expect(distancesFrom('base', ['c0'], graph).get('c0')).toEqual({ ahead: length, behind: 0 })
  })
})
