import { describe, expect, it } from 'vitest'
import { footprintOf, mayConflict } from '../../scripts/policy/footprint.ts'

/** `M a/x` and the like, and after a `|` lines of `git status`. */
function footprint(text: string) {
  const [committed = '', ...uncommitted] = text.split('|')
  const changes = committed.split(',').filter((change) => change !== '')
  return footprintOf(
    changes.map((change) => ({ status: change[0] as 'A', path: change.slice(2) })),
    uncommitted,
  )
}

const DIRTY = (states: string, path: string) => `1 ${states} N... 100644 100644 100644 1111 2222 ${path}`
const UNMERGED = (path: string) => `u UU N... 100644 100644 100644 100644 1111 2222 3333 ${path}`

describe('two sides', () => {
  it.each([
    ['of different files', 'M a/x,A a/y', 'M a/z,D b/x', false],
    ['without a change', '', 'M a/x', false],
    ['of one file', 'M a/x', 'D a/x', true],
    ['a file where the other has a directory', 'A a/x', 'A a/x/y/z', true],
    ['names that only begin alike', 'A a/x', 'A a/x.ts', false],
    ['one moved a directory, the other adds to it', 'D a/b/x,A c/x', 'A a/b/y', true],
    ['one moved a directory, the other adds deep in it', 'D a/b/x,A c/x', 'A a/b/c/d/y', true],
    ['one moved what lies deep, the other adds above it', 'D a/b/c/x,A q/c/x', 'A a/b/y', true],
    ['one deletes only, so nothing is moved', 'D a/b/x', 'A a/b/y', false],
    ['one moved a directory, the other changes beside it', 'D a/b/x,A c/x', 'A d/y,M a/z', false],
    ['uncommitted: one file', `|${DIRTY('.M', 'a/x y')}`, 'M a/x y', true],
    ['uncommitted: an untracked directory', '|? a/new/', 'A a/new/x', true],
    ['uncommitted: an untracked directory beside', '|? a/new/', 'A a/newer', false],
    ['uncommitted: a directory moved', `|${DIRTY('.D', 'a/b/x')}|? c/`, 'A a/b/y', true],
    ['uncommitted: a directory moved and staged', `|${DIRTY('D.', 'a/b/x')}|${DIRTY('A.', 'c/x')}`, 'A a/b/y', true],
    ['uncommitted: a path that is not merged', `|${UNMERGED('a/b/x')}`, 'A a/b/y', true],
  ])('%s', (_, a, b, expected) => {
    expect(mayConflict(footprint(a), footprint(b))).toBe(expected)
    expect(mayConflict(footprint(b), footprint(a))).toBe(expected)
  })
})
