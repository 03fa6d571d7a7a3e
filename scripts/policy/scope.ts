/**
 * May this task change this path? One decision per path, in an order that does not depend on how the lists are written:
 * protected > migrations > deny > shared > allow > refuse (policy.md section 5).
 */
import type { Change } from './changes.ts'
import { type Matcher, matcherOf } from './patterns.ts'
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'

export type ScopeRule = 'protected' | 'migration-owner' | 'deny' | 'scope'

export interface Scope {
  /** The rule a path breaks and why, or null when the task may change it. */
  refusal(path: string): { readonly rule: ScopeRule; readonly message: string } | null
  /** Whether the path is one that other tasks may be changing too. */
  isShared(path: string): boolean
}

/** Compiles a task's scope together with the repository's policy, once per judgement. */
export function scopeOf(task: Task, settings: Settings): Scope {
  const isProtected = matcherOf(settings.protected, { ignoreCase: true })
  const isDenied = matcherOf(task.deny, { ignoreCase: true })
  const isAllowed = matcherOf(task.allow)
  const shared = sharedMatcher(task, settings)
  const isMigration = matcherOf(
    settings.migrations.filter((set) => set.database !== task.migrations).flatMap((set) => set.paths),
  )
  const isOwnMigration = matcherOf(
    settings.migrations.filter((set) => set.database === task.migrations).flatMap((set) => set.paths),
  )

  return {
    isShared: (path) => shared(path) !== null,
    refusal: (path) => {
      const guard = isProtected(path)
      if (guard !== null)
        return { rule: 'protected', message: `protected for every task ("${guard}" in lanekeeper.json)` }
      const migration = isMigration(path)
      if (migration !== null)
        return { rule: 'migration-owner', message: `a migration ("${migration}"), and this task does not own them` }
      const denied = isDenied(path)
      if (denied !== null) return { rule: 'deny', message: `denied to this task ("${denied}")` }
      if (shared(path) !== null || isOwnMigration(path) !== null || isAllowed(path) !== null) return null
      return { rule: 'scope', message: `not in allow (${task.allow.join(', ') || 'which is empty'})` }
    },
  }
}

/** A shared file needs both: the task lists it and the repository lets tasks share it. */
function sharedMatcher(task: Task, settings: Settings): Matcher {
  const byTask = matcherOf(task.shared)
  const byRepository = matcherOf(settings.shared)
  return (path) => (byRepository(path) === null ? null : byTask(path))
}

/** How `review` groups what a task changed. */
export interface GroupedChanges {
  readonly inScope: readonly Change[]
  readonly shared: readonly Change[]
  readonly outOfScope: readonly Change[]
}

/** Sorts a task's changes into in-scope, shared and out-of-scope. */
export function groupChanges(changes: readonly Change[], scope: Scope): GroupedChanges {
  const outOfScope = changes.filter((change) => scope.refusal(change.path) !== null)
  const rest = changes.filter((change) => !outOfScope.includes(change))
  return {
    inScope: rest.filter((change) => !scope.isShared(change.path)),
    shared: rest.filter((change) => scope.isShared(change.path)),
    outOfScope,
  }
}
