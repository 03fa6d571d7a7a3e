/**
 * Landings that a range of commits holds, as CI finds them: what a person let land by name (`land --allow`) must not be
 * refused a second time, and nobody may let pass his own.
 *
 * A trailer is text in a commit, and whoever commits can write one. So a `Lanekeeper-Allowed` trailer counts only where
 * `refs/lanekeeper/tasks` has that very commit, by its id, as a landing of that very task with that very path: the record
 * is made by `land --allow` alone, which is refused in a task's own worktree, and an id cannot be put on another commit.
 * It excuses a path as that landing left it; what was changed after it is judged as everything is.
 *
 * The rest of what such a landing brought was judged when it landed, and is excused with it; not where LANEKEEPER=0 let
 * something pass, which nobody named: CI judges that anew.
 */
import { OVERRIDDEN, UNPROVED } from './audit-messages.ts'
import { valuesOf } from './audit-trail.ts'
import type { Change } from './changes.ts'
import { printable } from './printable.ts'
import type { Contribution } from './verdict.ts'

/** A landing as the tasks ref has it. */
export interface RecordedLanding {
  readonly task: string
  readonly commit: string
  /** As they were written down: printable. */
  readonly allowed: readonly string[]
  readonly reason: string
  /** Whether the gate passed all that nobody named. */
  readonly isJudged: boolean
}

/** A commit whose trailers say that it is a landing, or that a path was let pass. */
export interface LandingCommit {
  readonly oid: string
  /** The base as it stood; null where a shallow clone is cut there. */
  readonly parent: string | null
  readonly task: string
  readonly allowed: readonly string[]
}

/** A landing whose trailers and record agree. */
export type Landing = LandingCommit & Pick<RecordedLanding, 'reason' | 'isJudged'>

/** The same with what it brought to the base. */
export type BroughtLanding = Landing & { readonly brought: readonly Change[] }

/** The landings among the messages of the tasks ref. */
export function recordedLandings(messages: readonly string[]): RecordedLanding[] {
  return messages.flatMap((message) => {
    const [, task, commit] = /^land ([^\s:]+): ([0-9a-f]{40,})(?:\n|$)/.exec(message) ?? []
    if (task === undefined || commit === undefined) return []
    const isJudged = [OVERRIDDEN, UNPROVED].every((key) => valuesOf(message, key).length === 0)
    const [reason = ''] = valuesOf(message, 'Reason')
    return [{ task, commit, allowed: valuesOf(message, 'Allowed'), reason, isJudged }]
  })
}

/** Sorts commits that call themselves landings by whether the record knows them so; a path that only one of both has is out. */
export function confirmed(
  commits: readonly LandingCommit[],
  records: readonly RecordedLanding[],
): { readonly landings: readonly Landing[]; readonly unknown: readonly LandingCommit[] } {
  const recordOf = ({ oid, task }: LandingCommit) => records.find((one) => one.commit === oid && one.task === task)
  const landings = commits.flatMap((commit): Landing[] => {
    const record = recordOf(commit)
    if (record === undefined) return []
    const allowed = commit.allowed.filter((path) => record.allowed.includes(path))
    return [{ ...commit, allowed, reason: record.reason, isJudged: record.isJudged }]
  })
  return { landings, unknown: commits.filter((commit) => commit.allowed.length > 0 && !recordOf(commit)) }
}

/** The contributions without what the landings brought. */
export function withoutLanded(
  contributions: readonly Contribution[],
  landings: readonly BroughtLanding[],
): readonly Contribution[] {
  if (landings.length === 0) return contributions
  return contributions.map((one) => ({
    ...one,
    changes: one.changes.filter((change) => !isAsLanded(change, landings)),
  }))
}

/** Whether a change is what a landing brought, with leave to, and still is as it brought it. */
function isAsLanded(change: Change, landings: readonly BroughtLanding[]): boolean {
  return landings.some(
    ({ brought, allowed, isJudged }) =>
      (isJudged || allowed.includes(printable(change.path))) &&
      brought.some(
        ({ path, oid, newMode }) => path === change.path && oid === change.oid && newMode === change.newMode,
      ),
  )
}
