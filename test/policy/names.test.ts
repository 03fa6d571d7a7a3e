import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkedBranch,
  checkedTaskId,
  problemWithBranch,
  problemWithTaskId,
  slugOf,
} from '../../scripts/policy/names.ts'

describe('a slug', () => {
  const cases: [string, string][] = [
    ['Add auth', 'add-auth'],
    ['feature/Add_Auth!', 'feature-add-auth'],
    ['Füße & Möbel', 'fu-e-mobel'],
    ['日本語', 'task'],
    ['--x--', 'x'],
    ['', 'task'],
  ]
  it.each(cases)('%j → %s', (text, slug) => expect(slugOf(text)).toBe(slug))

  it('is always a good task id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect([text, problemWithTaskId(slugOf(text))]).toEqual([text, null])
      }),
    )
  })
})

describe('a task id', () => {
  it.each(['add-auth', 'a', '1', 'x'.repeat(48)])('%s passes', (id) => expect(checkedTaskId(id)).toBe(id))
  it.each(['', '../x', 'a/b', '-a', 'a-', 'A', 'a b', 'x'.repeat(49), 'ü', '.git', 'a\n'])('%j is refused', (id) => {
    expect(() => checkedTaskId(id)).toThrow('The task id')
  })
})

describe('a branch', () => {
  it.each(['main', 'task/add-auth', 'feature/ünïcödé', 'a.b', 'x'.repeat(200)])('%s passes', (name) => {
    expect(checkedBranch(name)).toBe(name)
  })
  const refused = [
    '',
    '-x',
    'a b',
    "a'b",
    'a"b',
    '$(x)',
    'a;b',
    'a`b`',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a\\b',
    'a//b',
    '/a',
    'a/',
    '.a',
    'a/.b',
    'a.lock',
    'a.',
    '@',
    'a@{b',
    'a\tb',
    'x'.repeat(201),
  ]
  it.each(refused)('%j is refused', (name) => expect(problemWithBranch(name)).not.toBeNull())
})
