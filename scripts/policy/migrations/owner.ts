/** A task that adds migrations holds their lease at that moment; `tables` mode has none (policy.md section 7.3). */
import { commandLine } from '../shell-quote.ts'
import type { Brought, Finding } from './brought.ts'
import { ownersOf, standingOf } from './lease.ts'
import { heldHint, heldText } from './lease-words.ts'

/** One finding for the whole set: which file it is does not matter when the turn is another's. */
export function leaseHeld({ set, task, changes, facts }: Brought): Finding[] {
  const [first] = changes
  if (set.mode !== 'lease' || first === undefined) return []
  const { database } = set
  const lease = facts.leases.get(database)
  const activity = { owners: ownersOf(facts.openTasks, database), committedAt: facts.committedAt }
  const standing = standingOf(lease, task.id, activity, facts.now)
  // an expired lease is the holder's own until somebody takes it: its work is good all the while
  if (standing.kind === 'held' || (standing.kind === 'expired' && standing.isMine)) return []
  const claim = commandLine(['npx', 'lanekeeper', 'migration', 'claim', database])
  if (standing.kind === 'free')
    return [
      {
        path: first.path,
        message: `nobody holds the lease on the migrations of "${database}": this task has to`,
        ways: [claim],
      },
    ]
  const lostAt = lease?.lost?.task === task.id ? lease.lost.at : null
  const held = { ...standing, database, task: task.id, fence: lease?.fence ?? 0, lostAt }
  const over = standing.kind === 'expired' ? [`its time is over, so take it: ${claim}`] : []
  return [{ path: first.path, message: heldText(held), ways: [...over, ...heldHint(held).split('\n')] }]
}
