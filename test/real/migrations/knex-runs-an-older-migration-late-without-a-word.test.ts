/** Knex runs what is not in its table, in whatever order it came, and never looks at a file again. */
import { describe, it } from 'vitest'
import { KINDS } from '../../support/either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  orderMatters,
  sameVersion,
} from '../../support/migration-collision.ts'
import { knex } from '../../support/migration-tools.ts'
import { expectBoth, expectEditMissed, expectLate } from '../../support/silent-collisions.ts'

describe('Knex after a plain merge', () => {
  it.each(KINDS)('runs the older one after the newer: what the newer did is undone, on %s', (kind) =>
    expectLate(knex, kind),
  )
  it('runs two of one version', () => expectBoth(knex, 'sqlite'))
  it('never runs what an edit of a landed one added', () => expectEditMissed(knex, 'sqlite'))
})

describe('Lanekeeper refuses', () => {
  it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(knex)))
  it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(knex)))
  it('the edit', () => void expectRefused(editedAfterwards(knex)))
})
