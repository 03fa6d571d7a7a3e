/** The story of a runner that runs an older migration late without a word: what a plain merge does, and what we refuse. */
import { describe, it } from 'vitest'
import { KINDS } from './either-database.ts'
import {
  editedAfterwards,
  expectRefused,
  expectRefusedUntilRenumbered,
  orderMatters,
  sameVersion,
} from './migration-collision.ts'
import type { MigrationTool } from './migration-tools.ts'
import { expectBoth, expectEditMissed, expectLate } from './silent-collisions.ts'

export function describeLateRunner(name: string, tool: MigrationTool): void {
  describe(`${name} after a plain merge`, () => {
    it.each(KINDS)('runs the older one after the newer: what the newer did is undone, on %s', (kind) =>
      expectLate(tool, kind),
    )
    it('runs two of one version', () => expectBoth(tool, 'sqlite'))
    it('never runs what an edit of a landed one added', () => expectEditMissed(tool, 'sqlite'))
  })

  describe('Lanekeeper refuses', () => {
    it('the older one, until it is renumbered', () => expectRefusedUntilRenumbered(orderMatters(tool)))
    it('the second of one version, until it is renumbered', () => expectRefusedUntilRenumbered(sameVersion(tool)))
    it('the edit', () => void expectRefused(editedAfterwards(tool)))
  })
}
