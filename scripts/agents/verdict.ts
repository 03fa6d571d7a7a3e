/** What the gate says of paths that are in no commit: about to be written, or lying in the work tree. */

import type { Change } from '../policy/changes.ts'
import { touchesMigrations } from '../policy/migrations/migration-set.ts'
import { type Facts, judge, type Verdict } from '../policy/verdict.ts'
import { existingPaths } from '../system/edit-place.ts'
import { ignoredPaths } from '../system/ignored-paths.ts'
import { migrationFactsOf } from '../system/migration-facts.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import type { AgentLane } from './lane.ts'

/** Rules on migrations that need no text of the file, which is not written yet. */
const BEFORE_WRITING = ['migration-owner', 'migration-immutable']
const NOT_HASHED = '0'.repeat(40)

/**
 * The verdict on writing these paths, as far as names and the lease can tell; what git ignores passes unless it is denied
 * or protected, since it reaches no base.
 * @param paths below the worktree's root, with `/`
 * @param known which of them are no new files; by default those that are there
 */
export function judgePaths(
  paths: readonly string[],
  lane: AgentLane,
  known = existingPaths(lane.repository.root, paths),
): { verdict: Verdict; facts: Facts } {
  const { repository, policy, task } = lane
  const changes = changesOf(paths, known)
  const contributions = [{ task, source: task.branch, changes }]
  const asksMigrations = task.migrations !== null && touchesMigrations(policy.settings, changes)
  const facts: Facts = {
    base: policy.base,
    settings: policy.settings,
    openTasks: openTasks(policy),
    contributions,
    linkTargets: new Map(),
    nameTwins: new Map(),
    migrations: asksMigrations ? migrationFactsOf(repository, policy, contributions, policy.baseTip) : null,
  }
  return { verdict: withoutIgnored(judge(facts), repository), facts }
}

function changesOf(paths: readonly string[], there: ReadonlySet<string>): Change[] {
  return [...new Set(paths)].map((path) => ({
    path,
    status: there.has(path) ? 'M' : 'A',
    oldMode: there.has(path) ? '100644' : '000000',
    newMode: '100644',
    oid: NOT_HASHED,
  }))
}

function withoutIgnored(verdict: Verdict, { git }: Repository): Verdict {
  const known = verdict.violations.filter(
    ({ rule, ways }) => ways === undefined || BEFORE_WRITING.some((name) => name === rule),
  )
  const asked = known.filter(({ rule }) => rule === 'scope').map(({ path }) => path)
  const ignored = asked.length === 0 ? new Set() : ignoredPaths(git, asked)
  const violations = known.filter(({ path }) => !ignored.has(path))
  return { ...verdict, verdict: violations.length === 0 ? 'pass' : 'refuse', violations, warnings: [] }
}
