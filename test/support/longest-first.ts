/**
 * The order of the test files: the long ones first, so that the end of a run keeps both workers busy. Left alone, vitest
 * takes one project after the other by name, and the packed tarball comes last, with one core idle beside it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of 15 seconds and more on two cores, longest first. A name that is missing here costs time and nothing else. */
export const LONG: readonly string[] = [
  'package/adopt',
  'package/every-supported-node',
  'system/a-killed-postgres-set-up-leaks-nothing',
  'system/a-killed-set-up-asks-a-service-only-once',
  'real/neonctl-makes-the-branch',
  'real/migrations/four-branches-taking-the-lease-in-turns-land-in-every-order',
  'real/migrations/four-branches-on-tables-of-their-own-land-in-every-order',
  'real/migrations/a-landing-is-proved-by-the-tool-on-postgres',
  'scripts/land',
  'scripts/a-kill-at-any-step-of-a-database-is-mended',
  'real/next-serves-on-the-worktrees-port',
  'scripts/land-tested',
  'scripts/check-in-ci',
  'hooks/what-no-hook-sees-raises-the-alarm',
  'real/migrations/a-landing-is-proved-by-the-tool-on-sqlite',
  'real/migrations/drizzle-skips-an-older-migration-and-reports-success',
  'system/every-way-to-name-an-sqlite-file',
  'scripts/doctor',
  'scripts/new-migration-and-renumber',
  'scripts/db-verbs-on-postgres',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files))
  }
}

/** The files that {@link LONG} does not name stay in their order. */
export function longestFirst<T extends Pick<TestSpecification, 'moduleId'>>(files: readonly T[]): T[] {
  return [...files].sort((a, b) => rank(a) - rank(b))
}

function rank({ moduleId }: Pick<TestSpecification, 'moduleId'>): number {
  const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return at === -1 ? LONG.length : at
}
