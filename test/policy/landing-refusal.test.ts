import { describe, expect, it } from 'vitest'
import { withoutAllowed } from '../../scripts/policy/landing-refusal.ts'
import type { RuleName, Verdict } from '../../scripts/policy/verdict.ts'

function refused(...found: [RuleName, string][]): Verdict {
  const rest = { message: 'x', status: 'A', task: 'a', source: 'task/a' } as const
  const violations = found.map(([rule, path]) => ({ rule, path, ...rest }))
  return { verdict: 'refuse', violations, warnings: [], checked: 9 }
}

describe('what a person lets pass by name', () => {
  const cases: [string, [RuleName, string][], string[], string[], string[]][] = [
    ['a path out of the lane', [['scope', 'x']], ['x'], [], ['x']],
    [
      'denied and protected ones',
      [
        ['deny', 'x'],
        ['protected', 'y'],
      ],
      ['y', 'x'],
      [],
      ['x', 'y'],
    ],
    [
      'only those that are named',
      [
        ['scope', 'x'],
        ['scope', 'x/y'],
      ],
      ['x'],
      ['x/y'],
      ['x'],
    ],
    ['no pattern', [['scope', 'x/y']], ['x/*'], ['x/y'], []],
    ['nothing that refuses nothing', [], ['x'], [], []],
    ['no link that leaves the repository', [['link-escapes', 'x']], ['x'], ['x'], []],
    ['no twin of a name', [['name-twin', 'x']], ['x'], ['x'], []],
    ['no migration of another owner', [['migration-owner', 'x']], ['x'], ['x'], []],
    ['no branch without a task', [['no-task', 'x']], ['x'], ['x'], []],
    [
      'a path for one rule, which another still refuses',
      [
        ['scope', 'x'],
        ['migration-owner', 'x'],
      ],
      ['x'],
      ['x'],
      ['x'],
    ],
  ]
  it.each(cases)('%s', (_, found, allowed, left, passed) => {
    const rest = withoutAllowed(refused(...found), allowed)
    expect(rest.passed).toEqual(passed)
    expect(rest.verdict.violations.map(({ path }) => path)).toEqual(left)
    expect(rest.verdict.verdict).toBe(left.length === 0 ? 'pass' : 'refuse')
  })
})
