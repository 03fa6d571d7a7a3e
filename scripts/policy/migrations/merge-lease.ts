/**
 * A lease that two machines changed without a word of each other: what both knew, ours, and the remote's become one. The
 * remote's holder is the holder; ours is told so (`lost`) and waits in line. Only where the remote left the holder as it
 * was does our change of holder stand.
 */
import type { Lease } from './lease.ts'

/**
 * @param base what both sides had; null where they had none
 * @param now of this machine
 */
export function mergedLease(base: Lease | null, ours: Lease, theirs: Lease, now: Date): Lease {
  const fence = Math.max(ours.fence, theirs.fence)
  const first = isSameHold(base, theirs) && !isSameHold(base, ours) ? ours : theirs
  const loser = loserOf(ours, first)
  const gone = new Set(
    (base?.queue ?? []).map(({ task }) => task).filter((task) => !has(ours, task) || !has(theirs, task)),
  )
  const waiting = [
    ...first.queue,
    ...theirs.queue,
    ...ours.queue,
    ...(loser ? [{ task: loser, since: now.toISOString() }] : []),
  ]
  const queue = waiting.filter(
    ({ task }, index) =>
      task !== first.holder?.task && !gone.has(task) && waiting.findIndex((one) => one.task === task) === index,
  )
  return {
    ...first,
    holder: newest(first, ours, theirs),
    fence,
    queue,
    ...(loser === null ? {} : { lost: { task: loser, at: now.toISOString() } }),
  }
}

/**
 * The lease with the newest sign of life that only this machine can see: others have not got the branch's commits. The same
 * lease where there is none newer, or where it is held elsewhere.
 */
export function freshened(
  lease: Lease,
  { host, committedAt }: { host: string; committedAt: string | undefined },
): Lease {
  const { holder } = lease
  if (holder === null || holder.host !== host || committedAt === undefined) return lease
  if (Date.parse(committedAt) <= Date.parse(holder.renewedAt)) return lease
  return { ...lease, holder: { ...holder, renewedAt: committedAt } }
}

/** A sign of life counts wherever it was given. */
function newest({ holder }: Lease, ours: Lease, theirs: Lease): Lease['holder'] {
  const signs = [ours.holder, theirs.holder].filter((one) => one?.task === holder?.task && one !== null)
  return signs.sort((a, b) => Date.parse(b?.renewedAt ?? '') - Date.parse(a?.renewedAt ?? ''))[0] ?? holder
}

/** The task that had the lease on our side and has it no more. */
function loserOf({ holder }: Lease, stands: Lease): string | null {
  const isLost = holder !== null && stands.holder !== null && stands.holder.task !== holder.task
  return isLost ? holder.task : null
}

/** The same turn: a renewal is no new hold, the same task at a later turn is one. */
function isSameHold(one: Lease | null, other: Lease): boolean {
  return (one?.holder?.task ?? null) === (other.holder?.task ?? null) && (one?.fence ?? 0) === other.fence
}

function has({ holder, queue }: Lease, task: string): boolean {
  return holder?.task === task || queue.some((one) => one.task === task)
}
