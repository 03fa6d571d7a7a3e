/** Umzug (and sequelize-cli on it) knows names alone: an older one is one more to run, an edited one is none. */
import { describe, it } from 'vitest'
import { KINDS } from '../../support/either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  orderMatters,
  sameVersion,
} from '../../support/migration-collision.ts'
import { umzug } from '../../support/migration-tools.ts'
import { expectBoth, expectEditMissed, expectLate } from '../../support/silent-collisions.ts'

describe('Umzug after a plain merge', () => {
  it.each(KINDS)('runs the older one after the newer: what the newer did is undone, on %s', (kind) =>
    expectLate(umzug, kind),
  )
  it('runs two of one version', () => expectBoth(umzug, 'sqlite'))
  it('never runs what an edit of a landed one added', () => expectEditMissed(umzug, 'sqlite'))
})

describe('Lanekeeper refuses', () => {
  it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(umzug)))
  it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(umzug)))
  it('the edit', () => void expectRefused(editedAfterwards(umzug)))
})
