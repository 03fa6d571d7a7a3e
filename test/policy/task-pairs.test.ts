import { describe, expect, it } from 'vitest'
import { gridRows, isWorthShowing, pairLines, type TaskPair } from '../../scripts/policy/task-pairs.ts'

function pair(a: string, b: string, more: Partial<TaskPair> = {}): TaskPair {
  const none = { overlap: 'disjoint', isOrdered: false, files: [], fileCount: 0, witness: null, shared: [] } as const
  return { tasks: [a, b], ...none, conflicts: [], ...more }
}

const overlapping = { overlap: 'files', files: ['x', 'y', 'z', 'w'], fileCount: 9 } as const

describe('the grid', () => {
  const cells: [string, Partial<TaskPair>, string, boolean][] = [
    ['apart', {}, '·', false],
    ['not foretold', { conflicts: null }, '·', false],
    ['patterns that meet', { overlap: 'patterns', witness: 'x' }, '·', false],
    ['shared files', { shared: ['package.json'] }, 's1', false],
    ['files in both lanes', overlapping, '~9', true],
    ['the same, one after the other', { ...overlapping, isOrdered: true }, '→', false],
    ['a conflict', { ...overlapping, conflicts: ['x'] }, '✗1', true],
    ['a conflict of ordered ones', { ...overlapping, isOrdered: true, conflicts: ['x', 'y'] }, '✗2', true],
  ]
  it.each(cells)('%s', (_, more, cell, isShown) => {
    const pairs = [pair('a', 'b', more)]
    expect(gridRows(['a', 'b'], pairs, [])).toEqual([
      ['', 'TASK', 'BASE', '1', '2'],
      ['1', 'a', '·', '', cell],
      ['2', 'b', '·', cell, ''],
    ])
    expect(isWorthShowing(pairs, [])).toBe(isShown)
  })

  it('tells conflicts with the base, and lists what is the matter, own files first', () => {
    const base = [
      { task: 'a', conflicts: ['x'] },
      { task: 'b', conflicts: null },
    ]
    const pairs = [
      pair('a', 'b', { shared: ['package.json'], conflicts: ['package.json'] }),
      pair('a', 'c', { conflicts: ['x', 'y\n'] }),
      pair('b', 'c', overlapping),
    ]
    expect(gridRows(['a', 'b'], pairs, base)[1]).toEqual(['1', 'a', '✗1', '', '✗1'])
    expect(isWorthShowing([], base)).toBe(true)
    expect(pairLines(pairs, base, 'main')).toEqual([
      '✗ a and main conflict in x',
      '✗ a and c conflict in x, "y\\n"',
      '✗ a and b conflict in package.json',
      '~ b and c may both change x, y, z and 6 more',
    ])
    const many = Array.from({ length: 25 }, (_, index) => pair(`t${index}`, 'x', overlapping))
    expect(pairLines(many, [], 'main').at(-1)).toBe('…and 5 more: npx lanekeeper status --json')
  })
})
