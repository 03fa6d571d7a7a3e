/** TypeORM compares the names of classes: an older one is one more to run, an edited one is none. */
import { describe, it } from 'vitest'
import { KINDS } from '../../support/either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  orderMatters,
  sameVersion,
} from '../../support/migration-collision.ts'
import { typeorm } from '../../support/migration-tools.ts'
import { expectBoth, expectEditMissed, expectLate } from '../../support/silent-collisions.ts'

describe('TypeORM after a plain merge', () => {
  it.each(KINDS)('runs the older one after the newer: what the newer did is undone, on %s', (kind) =>
    expectLate(typeorm, kind),
  )
  it('runs two of one version', () => expectBoth(typeorm, 'sqlite'))
  it('never runs what an edit of a landed one added', () => expectEditMissed(typeorm, 'sqlite'))
})

describe('Lanekeeper refuses', () => {
  it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(typeorm)))
  it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(typeorm)))
  it('the edit', () => void expectRefused(editedAfterwards(typeorm)))
})
