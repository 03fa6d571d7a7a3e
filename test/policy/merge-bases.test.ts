import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../scripts/policy/distance.ts'
import { historyOf, mergeBases } from '../../scripts/policy/merge-bases.ts'

// all descend from r, which is not listed: b1 - b2 on the base; x1 - x2 off r; y1 off b1; m and n merge x2 and y1 to and
// fro; o merges p, which comes from before r
const GRAPH = parseGraph('b2 b1\nb1 r\nx2 x1\nx1 r\ny1 b1\nm x2 y1\nn y1 x2\no b1 p\np older\n')

describe('merge bases', () => {
  it.each([
    ['b2', 'y1', ['b1']],
    ['x2', 'y1', ['r']],
    ['x2', 'x1', ['x1']],
    ['x2', 'x2', ['x2']],
    ['m', 'b2', ['b1']],
    ['m', 'n', ['x2', 'y1']],
    ['r', 'm', ['r']],
    ['o', 'p', ['p']],
    ['o', 'x1', ['r']],
    ['unknown', 'm', []],
  ])('of %s and %s', (a, b, expected) => {
    const [ofA, ofB] = [historyOf(a, GRAPH, 'r'), historyOf(b, GRAPH, 'r')]
    expect(mergeBases(ofA, ofB, GRAPH).sort()).toEqual(expected)
    expect(mergeBases(ofB, ofA, GRAPH).sort()).toEqual(expected)
  })
})
