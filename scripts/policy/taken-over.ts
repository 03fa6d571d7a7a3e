/** A task that merges another's branch answers for what is on it. Pure. */
import type { Change } from './changes.ts'
import { scopeOf } from './scope.ts'
import type { Settings } from './settings.ts'
import type { Contribution } from './verdict.ts'

/**
 * Contributions of a move without what lies outside the one task's lane, but which another task brings just so and may: by
 * that task's own branch it lands, and as a part of the move it is no other.
 */
export function withoutTakenOver(brought: readonly Contribution[], settings: Settings): readonly Contribution[] {
  if (new Set(brought.map(({ task }) => task?.id)).size < 2) return brought
  const lanes = brought.map((one) => ({ one, isAllowed: laneOf(one, settings) }))
  const allowed = new Set(lanes.flatMap(({ one, isAllowed }) => one.changes.filter(isAllowed).map(contentKey)))
  return lanes.map(({ one, isAllowed }) => ({
    ...one,
    changes: one.changes.filter((change) => isAllowed(change) || !allowed.has(contentKey(change))),
  }))
}

function laneOf({ task }: Contribution, settings: Settings): (change: Change) => boolean {
  if (task === null) return () => false
  const scope = scopeOf(task, settings)
  return ({ path }) => scope.refusal(path) === null
}

function contentKey({ path, newMode, oid }: Change): string {
  return `${newMode} ${oid} ${path}`
}
