import { readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { writeAtomically } from '../../scripts/system/files.ts'
import { createPlace } from '../support/repository.ts'

it('half a file is made in the git dir, never beside the file', () => {
  const place = createPlace()
  const root = place.path('tree')
  place.write('tree/a', 'before')
  const nowhere = { worktree: { root, gitDir: place.path('nowhere') } }
  expect(() => writeAtomically(place.path('tree/a'), 'after', nowhere)).toThrow('nowhere')
  place.write('git/other', '')
  writeAtomically(place.path('tree/a'), 'after', { worktree: { root, gitDir: place.path('git') } })
  expect(place.read('tree/a')).toBe('after')
  expect([readdirSync(root), readdirSync(place.path('git'))]).toEqual([['a'], ['other']])
})

it('a worktree that is gone does not come back with a file of ours in it (found by the simulator)', () => {
  const place = createPlace()
  place.write('git/other', '')
  const worktree = { root: place.path('tree'), gitDir: place.path('git') }
  expect(() => writeAtomically(place.path('tree/TASKS.md'), 'text', { worktree })).toThrow('TASKS.md')
  expect(readdirSync(place.dir)).not.toContain('tree')
  expect(readdirSync(place.path('git'))).toEqual(['other'])
})

const isOtherFileSystem = statSync('/dev/shm', { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev

it.skipIf(!isOtherFileSystem)('a git dir on another file system is done without', () => {
  const place = createPlace()
  writeAtomically(place.path('a'), 'text', { worktree: { root: place.dir, gitDir: '/dev/shm' } })
  expect(place.read('a')).toBe('text')
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`a.${process.pid}.`))).toEqual([])
})
