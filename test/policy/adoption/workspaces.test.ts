import { expect, test } from 'vitest'
import { workspaceDirs, workspacePatterns } from '../../../scripts/policy/adoption/workspaces.ts'

const dirs = ['apps/web', 'apps/old', 'packages/a', 'packages/a/fixtures/b', 'tools', 'apps.x/web']

const cases: [patterns: string[], dirs: string[]][] = [
  [['apps/*'], ['apps/web', 'apps/old']],
  [['./apps/*/', '!apps/old'], ['apps/web']],
  [['packages/**'], ['packages/a', 'packages/a/fixtures/b']],
  [['tools'], ['tools']],
  [[], []],
]
test.each(cases)('%j', (patterns, expected) => {
  expect(workspaceDirs(dirs, patterns)).toEqual(expected)
})

test('npm, yarn, pnpm and lerna each have their own place for the patterns', () => {
  expect(workspacePatterns({ workspaces: ['a/*'] }, null, null)).toEqual(['a/*'])
  expect(
    workspacePatterns({ workspaces: { packages: ['b'] } }, 'packages:\n  - "c/*"\n', '{"packages":["d"]}'),
  ).toEqual(['b', 'c/*', 'd'])
  expect(workspacePatterns(null, 'packages: [', null)).toEqual([])
})
