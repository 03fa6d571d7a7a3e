import { expect, it } from 'vitest'
import { unjudgedMigrations } from '../../../scripts/policy/migrations/unjudged.ts'

it('nothing is said of a range that brings nothing to migrations', () => {
  expect(unjudgedMigrations({ databases: [], unseen: [], unleased: [], base: 'main' })).toEqual([])
})

it('what is unknown is named, the lease and the branches first', () => {
  const unseen = [{ id: 'b', branch: 'task/b', migrations: 'dev' }]
  expect(unjudgedMigrations({ databases: ['dev', 'log'], unseen, unleased: ['log'], base: 'main' })).toEqual([
    expect.stringMatching(/^No lease on the migrations of "log" is known here/),
    expect.stringMatching(/^Task "b" owns migrations of "dev" too, and its branch task\/b is not here/),
    expect.stringMatching(/^The migrations of "dev", "log" were compared as files with main/),
  ])
})
