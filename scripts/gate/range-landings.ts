/** The landings that a range holds, and what is said of them: which a person let pass, and which nobody has on record. */

import { printable } from '../policy/printable.ts'
import {
  type BroughtLanding,
  confirmed,
  type LandingCommit,
  type RecordedLanding,
} from '../policy/recorded-landings.ts'
import { landingCommits } from '../system/audit-log.ts'
import type { Git } from '../system/git.ts'
import { changesBetween } from '../system/history.ts'
import { TASKS_REF } from '../system/policy-source.ts'

export interface RangeLandings {
  readonly landings: readonly BroughtLanding[]
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** @param records of the tasks ref: nothing else makes a trailer count (recorded-landings.ts) */
export function landingsOfRange(
  git: Git,
  { base, tip }: { readonly base: string; readonly tip: string },
  records: readonly RecordedLanding[],
): RangeLandings {
  const { landings, unknown } = confirmed(landingCommits(git, base, tip), records)
  return {
    landings: landings.map((one) => ({
      ...one,
      brought: one.parent === null ? [] : changesBetween(git, one.parent, one.oid),
    })),
    notes: landings.filter(({ allowed }) => allowed.length > 0).map(letPassNote),
    warnings: unknown.map(unknownWarning),
  }
}

function letPassNote({ oid, task, allowed, reason }: Omit<BroughtLanding, 'brought'>): string {
  return `A person let ${allowed.join(', ')} land with task "${task}" (${oid.slice(0, 10)}): ${reason}`
}

function unknownWarning({ oid, allowed }: LandingCommit): string {
  return [
    `Commit ${oid.slice(0, 10)} says that a person let ${allowed.map(printable).join(', ')} pass, but ${TASKS_REF} has no such landing on record: it does not count.`,
    `If a person did, from the clone where it landed: git push origin ${TASKS_REF}`,
  ].join('\n')
}
