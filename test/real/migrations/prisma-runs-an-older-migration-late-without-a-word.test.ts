/** Prisma's engine deploys what its table has not, in the order of names, and says nothing of what it runs late. */
import { describe, it } from 'vitest'
import { KINDS } from '../../support/either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  orderMatters,
  sameVersion,
} from '../../support/migration-collision.ts'
import { prisma } from '../../support/migration-tools.ts'
import { expectBoth, expectEditMissed, expectLate } from '../../support/silent-collisions.ts'

describe('Prisma after a plain merge', () => {
  it.each(KINDS)('runs the older one after the newer: what the newer did is undone, on %s', (kind) =>
    expectLate(prisma, kind),
  )
  it('runs two of one version', () => expectBoth(prisma, 'sqlite'))
  it('never runs what an edit of a landed one added', () => expectEditMissed(prisma, 'sqlite'))
})

describe('Lanekeeper refuses', () => {
  it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(prisma)))
  it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(prisma)))
  it('the edit', () => void expectRefused(editedAfterwards(prisma)))
})
