import { readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { writeAtomically } from '../../scripts/system/files.ts'
import { createPlace } from '../support/repository.ts'

it('half a file is made in the staging directory, never beside the file', () => {
  const place = createPlace()
  place.write('tree/a', 'before')
  expect(() => writeAtomically(place.path('tree/a'), 'after', { staging: place.path('nowhere') })).toThrow('nowhere')
  place.write('staging/other', '')
  writeAtomically(place.path('tree/a'), 'after', { staging: place.path('staging') })
  expect(place.read('tree/a')).toBe('after')
  expect([readdirSync(place.path('tree')), readdirSync(place.path('staging'))]).toEqual([['a'], ['other']])
})

const isOtherFileSystem = statSync('/dev/shm', { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev

it.skipIf(!isOtherFileSystem)('a staging directory on another file system is done without', () => {
  const place = createPlace()
  writeAtomically(place.path('a'), 'text', { staging: '/dev/shm' })
  expect(place.read('a')).toBe('text')
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`a.${process.pid}.`))).toEqual([])
})
