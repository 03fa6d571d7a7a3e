/** dbmate keeps versions alone: a file whose version another file took is taken for run, with exit status 0. */
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../support/either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  mergedByPlainGit,
  orderMatters,
  sameVersion,
} from '../../support/migration-collision.ts'
import { dbmate } from '../../support/migration-tools.ts'
import { expectEditMissed } from '../../support/silent-collisions.ts'

const PLAN = 'SELECT plan FROM plans'

describe.each(KINDS)('dbmate on %s after a plain merge', (kind) => {
  it('never runs the second of one version, and says nothing; no new database can be made', async () => {
    const { database, last, lastOnFresh } = await mergedByPlainGit(sameVersion(dbmate), kind)
    expect([await database.has('posts'), await database.has('tags')]).toEqual([true, false])
    expect(last).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(lastOnFresh).toMatchObject({ status: 2, stderr: expect.stringMatching(/unique/i) })
  })

  it('runs the older one after the newer: what the newer did is undone', async () => {
    const { database, fresh, last } = await mergedByPlainGit(orderMatters(dbmate), kind)
    expect([await database.rows(PLAN), await fresh.rows(PLAN)]).toEqual([['free'], ['paid']])
    // its table has no order but that of the versions: nobody can tell afterwards
    expect(await database.rows(dbmate.applied)).toEqual(await fresh.rows(dbmate.applied))
    expect(last).toMatchObject({ stdout: expect.stringContaining('Applied: 20260102120000_Older.sql') })
  })

  it('never runs what an edit of a landed one added', () => expectEditMissed(dbmate, kind))
})

describe('Lanekeeper refuses', () => {
  it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(dbmate)))
  it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(dbmate)))
  it('the edit', () => void expectRefused(editedAfterwards(dbmate)))
})
