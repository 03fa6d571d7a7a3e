/** A task that adds migrations holds their lease at that moment; `tables` mode has none (policy.md section 7.3). */
import { commandLine } from '../shell-quote.ts'
import type { Brought, Finding } from './brought.ts'
import { ownersOf, type Standing, standingOf } from './lease.ts'

/** One finding for the whole set: which file it is does not matter when the turn is another's. */
export function leaseHeld({ set, task, changes, facts }: Brought): Finding[] {
  const [first] = changes
  if (set.mode !== 'lease' || first === undefined) return []
  const lease = facts.leases.get(set.database)
  const activity = { owners: ownersOf(facts.openTasks, set.database), committedAt: facts.committedAt }
  const standing = standingOf(lease, task.id, activity, facts.now)
  const message = whyNot(standing, set.database, lease?.fence ?? 0, lease?.lost?.task === task.id)
  if (message === null) return []
  return [{ path: first.path, message, ways: waysOn(standing, set.database, task.id) }]
}

/** An expired lease is the holder's own until somebody takes it: its work is good all the while. */
function whyNot(standing: Standing, database: string, fence: number, wasLost: boolean): string | null {
  if (standing.kind === 'held' || (standing.kind === 'expired' && standing.isMine)) return null
  if (standing.kind === 'free') return `this task does not hold the lease on the migrations of "${database}"`
  const { holder, until } = standing
  const who = `task "${holder.task}" (${holder.branch}, on ${holder.host})`
  const since = `since ${minute(holder.acquiredAt)}, until ${minute(until)} unless it commits before`
  const passed = wasLost
    ? `the lease on the migrations of "${database}" passed to`
    : `the migrations of "${database}" are the turn of`
  const place = standing.place === null ? '' : `; you are number ${standing.place} in line`
  return `${passed} ${who} ${since}, fence ${fence}${place}`
}

function waysOn(standing: Standing, database: string, task: string): string[] {
  const claim = commandLine(['npx', 'lanekeeper', 'migration', 'claim', database])
  if (standing.kind === 'free') return [claim]
  if (standing.kind === 'expired') return [`its time is over: ${claim}`]
  return [
    ...(standing.kind === 'waiting' && standing.place === null ? [`${claim} (puts you in line)`] : []),
    `leave the migration uncommitted until it has landed, then: ${claim} && npx lanekeeper migration renumber`,
    `a person may: ${commandLine(['npx', 'lanekeeper', 'migration', 'release', database, '--task', 'holder' in standing ? standing.holder.task : task])} --force`,
  ]
}

/** `2026-11-26T11:40:12.345Z` → `2026-11-26 11:40 UTC`. */
function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
}
