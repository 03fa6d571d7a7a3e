import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Graph, parseGraph } from '../../scripts/policy/distance.ts'
import { cutCommits, depthNeeded, stepDepth } from '../../scripts/policy/shallow.ts'

/** `c:b b:a` → c's parent is b, b's is a. */
function graph(text: string): Graph {
  return parseGraph(text.replaceAll(':', ' ').replaceAll(',', '\n'))
}

describe('the depth that a range needs', () => {
  const cases: [name: string, oneSided: string, tips: string[], depth: number][] = [
    ['nothing differs', '', ['a', 'a'], 1],
    ['one commit', 'b:a', ['a', 'b'], 2],
    ['a line of three', 'd:c,c:b,b:a', ['a', 'd'], 4],
    ['the longer side counts', 'd:c,c:b,b:a,x:a', ['x', 'd'], 4],
    ['a merge: the shortest way to each commit', 'm:a c,c:b,b:a', ['a', 'm'], 4],
    ['a merge whose second way is short', 'm:c b,c:b,b:a', ['a', 'm'], 3],
  ]
  it.each(cases)('%s', (_name, text, tips, depth) => expect(depthNeeded(graph(text), tips)).toBe(depth))
})

describe('what is cut', () => {
  const cases: [name: string, oneSided: string, shallow: string[], cut: string[]][] = [
    ['nothing in a whole clone', 'c:b,b:a', [], []],
    ['a commit of one side', 'c:b,b', ['b'], ['b']],
    ['not what both sides have', 'c:b,b:a', ['a'], []],
    ['both tips of a clone of depth 1', 'h,m', ['h', 'm'], ['h', 'm']],
  ]
  it.each(cases)('%s', (_name, text, shallow, cut) => expect(cutCommits(graph(text), new Set(shallow))).toEqual(cut))
})

describe('the steps', () => {
  it('double, and end with the rest', () => {
    const steps = Array.from({ length: 11 }, (_, step) => stepDepth(step))
    expect(steps.slice(0, 4)).toEqual([4, 8, 16, 32])
    expect(steps.at(-1)).toBeNull()
  })

  it('never fetch more than twice what was needed, but for the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (needed) => {
        let [deep, step] = [0, 0]
        for (; deep < needed; step++) deep += stepDepth(step) ?? Number.POSITIVE_INFINITY
        expect(deep).toBeLessThanOrEqual(Math.max(4, 2 * needed + 4))
      }),
    )
  })
})
