/** The list of long test files names files, and they come first. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LONG, longestFirst } from './support/longest-first.ts'
import { PROJECT_ROOT } from './support/repository.ts'

const pathOf = (name: string) => join(PROJECT_ROOT, 'test', `${name}.test.ts`)

test.each(LONG)('%s is there', (name) => expect(existsSync(pathOf(name))).toBe(true))

test('the long ones come first, longest first; the others stay as they were', () => {
  const [longest = '', second = ''] = LONG
  const files = ['policy/b', 'policy/a', second, longest, 'system/c'].map((name) => ({ moduleId: pathOf(name) }))
  const order = [longest, second, 'policy/b', 'policy/a', 'system/c'].map((name) => ({ moduleId: pathOf(name) }))
  expect(longestFirst(files)).toEqual(order)
})
