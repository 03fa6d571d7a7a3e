import { expect, test } from 'vitest'
import { laneSlips } from '../../scripts/policy/lane-slips.ts'

const FILES = ['internal/config/config.go', 'internal/config/deep/x.go', 'api/v1/a.go', 'src/users.ts', 'README.md']

test.each<[string, string, string | null]>([
  ['a folder that is there', 'internal/config', null],
  ['a file that is there', 'README.md', null],
  ['a wildcard below a folder that is there', 'internal/**', null],
  ['a wildcard alone', '**/*.go', null],
  ['a slip at the end', 'internal/confg', 'internal/config'],
  ['a slip on the way', 'interal/config/**', 'internal'],
  ['a slip before a new name', 'internal/confg/new', 'internal/config'],
  ['the next number', 'api/v2', null],
  ['a new folder', 'docs', null],
  ['a new file beside one of nearly its name', 'src/user.ts', null],
])('%s', (_, pattern, meant) => {
  const found = laneSlips([pattern], FILES)
  expect(found).toEqual(meant === null ? [] : [expect.stringContaining(`there is ${meant}: mind the name`)])
})
