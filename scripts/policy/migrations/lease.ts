/**
 * The lease on a database's migrations: one task at a time may add them. Kept as JSON in the blob that
 * `refs/lanekeeper/leases/<database>` points at; this file only decides, system/lease-store.ts reads and swaps.
 *
 * - Who holds it keeps it while there is a sign of life: a claim, or a commit on its branch. Nothing is written for a commit.
 * - Expiry alone changes nothing: the holder keeps it until somebody else claims. Then it goes to the first in line.
 * - A task that is not open, or owns these migrations no more, neither holds it nor waits: it counts as gone at once, and
 *   is dropped by the next change. What is let go passes to the first in line in the same change.
 * - The fence grows with every new holder and never goes back.
 */
import type { Task } from '../task.ts'

export interface LeaseHolder {
  /** Id of the task. */
  readonly task: string
  readonly branch: string
  /** Name of the machine it was taken on. */
  readonly host: string
  /** ISO 8601, UTC. */
  readonly acquiredAt: string
  /** Last time the holder said that it still needs it; commits on its branch count as well. */
  readonly renewedAt: string
}

export interface Lease {
  /** Null when it is free; the blob stays, since the fence must never go back. */
  readonly holder: LeaseHolder | null
  /** Grows by one each time the lease gets another holder. */
  readonly fence: number
  /** Hours without a sign of life after which the next in the queue may take it. */
  readonly hours: number
  /** Tasks that wait, the first in line first. */
  readonly queue: readonly { readonly task: string; readonly since: string }[]
  /** The last holder that did not let it go itself: it expired or was taken away. To tell that task, no more. */
  readonly lost?: { readonly task: string; readonly at: string }
}

/** What tasks and branches are at the moment. */
export interface Activity {
  /** Tasks that may hold or wait for this lease, id → branch: open, with these migrations (`ownersOf`). */
  readonly owners: ReadonlyMap<string, string>
  /** Committer time of a branch's newest commit, ISO 8601 (`branchActivity`); a branch may be missing. */
  readonly committedAt: ReadonlyMap<string, string>
}

/** Where and when a change is made. */
export interface Here {
  /** Name of this machine. */
  readonly host: string
  /** "leaseHours" of the settings. */
  readonly hours: number
  readonly now: Date
}

/** What a lease is to one task. Times are ISO 8601, UTC; `place` is 1 for the first in line, null for a task not in it. */
export type Standing =
  | { readonly kind: 'free' }
  /** This task holds it. */
  | { readonly kind: 'held'; readonly holder: LeaseHolder; readonly until: string }
  /** Nobody took it since; `isMine`: it is this task's still. */
  | {
      readonly kind: 'expired'
      readonly holder: LeaseHolder
      readonly until: string
      readonly isMine: boolean
      readonly place: number | null
    }
  /** Another task holds it. */
  | { readonly kind: 'waiting'; readonly holder: LeaseHolder; readonly until: string; readonly place: number | null }

/** What a claim came to, with the lease to write. */
export type Claimed =
  | { readonly kind: 'taken' | 'renewed'; readonly lease: Lease }
  | { readonly kind: 'waiting'; readonly lease: Lease; readonly place: number }

const HOUR_MS = 3_600_000

/** The lease of a database that nobody has claimed yet. */
export function freeLease(hours: number): Lease {
  return { holder: null, fence: 0, hours, queue: [] }
}

/** The open tasks that own a database's migrations, id → branch. */
export function ownersOf(
  tasks: readonly Pick<Task, 'id' | 'branch' | 'state' | 'migrations'>[],
  database: string,
): Map<string, string> {
  const owners = tasks.filter(({ state, migrations }) => state === 'open' && migrations === database)
  return new Map(owners.map(({ id, branch }) => [id, branch]))
}

/** When the holder's time is over: hours after its last sign of life. A commit dated in the future is none. */
export function untilOf({ branch, renewedAt }: LeaseHolder, hours: number, { committedAt }: Activity, now: Date): Date {
  const commit = Date.parse(committedAt.get(branch) ?? '')
  const signs = [Date.parse(renewedAt), ...(commit <= now.getTime() ? [commit] : [])]
  return new Date(Math.max(...signs) + hours * HOUR_MS)
}

/**
 * What the lease is to a task.
 * @param lease undefined where there is none yet
 * @param task its id
 */
export function standingOf(lease: Lease | undefined, task: string, activity: Activity, now: Date): Standing {
  const hours = lease?.hours ?? 0
  const { holder, queue } = tidied(lease ?? freeLease(hours), activity, { host: '', hours, now })
  if (holder === null) return { kind: 'free' }
  const end = untilOf(holder, hours, activity, now)
  const [isMine, place] = [holder.task === task, placeIn(queue, task)]
  const more = { holder, until: end.toISOString() }
  if (end.getTime() <= now.getTime()) return { kind: 'expired', ...more, isMine, place }
  return isMine ? { kind: 'held', ...more } : { kind: 'waiting', ...more, place }
}

/** A task asks for the lease: it has it now, has it for longer, or has a place in the queue. */
export function claimed(
  lease: Lease,
  who: { readonly task: string; readonly branch: string },
  { owners, committedAt }: Activity,
  here: Here,
): Claimed {
  const activity = { owners: new Map(owners).set(who.task, who.branch), committedAt }
  const before = tidied(lease, activity, here)
  const { holder } = before
  if (holder?.task === who.task) {
    const renewed = { ...holder, branch: who.branch, renewedAt: here.now.toISOString() }
    const kind = lease.holder?.task === who.task ? 'renewed' : 'taken'
    return { kind, lease: { ...before, hours: here.hours, holder: renewed } }
  }
  const inLine = { ...before, queue: joined(before.queue, who.task, here.now) }
  const isOver = holder === null || untilOf(holder, before.hours, activity, here.now).getTime() <= here.now.getTime()
  const after = isOver
    ? handedOn(holder === null ? inLine : withLoser(inLine, holder.task, here), activity, here)
    : inLine
  const place = placeIn(after.queue, who.task)
  return place === null ? { kind: 'taken', lease: after } : { kind: 'waiting', lease: after, place }
}

/**
 * A task lets go: the lease, or its place in the queue. The same lease when it had neither and nothing else is to tidy.
 * @param isForced it was taken away, and will be told so
 */
export function released(lease: Lease, task: string, activity: Activity, here: Here, isForced = false): Lease {
  const owners = new Map(activity.owners)
  owners.delete(task)
  const kept = isForced && lease.holder?.task === task ? withLoser(lease, task, here) : lease
  return tidied(kept, { ...activity, owners }, here)
}

/** Without tasks that are gone, and in the hands of the first in line where it was free; the same lease where all is well. */
export function tidied(lease: Lease, activity: Activity, here: Here): Lease {
  const isThere = ({ task }: { readonly task: string }) => activity.owners.has(task)
  const holder = lease.holder !== null && isThere(lease.holder) ? lease.holder : null
  const queue = lease.queue.filter((one) => isThere(one) && one.task !== holder?.task)
  if (holder === null && queue.length > 0) return handedOn({ ...lease, holder, queue }, activity, here)
  return holder === lease.holder && queue.length === lease.queue.length ? lease : { ...lease, holder, queue }
}

/** The first in line becomes the holder. */
function handedOn(lease: Lease, { owners }: Activity, { host, hours, now }: Here): Lease {
  const [first, ...queue] = lease.queue
  if (first === undefined) return { ...lease, holder: null }
  const at = now.toISOString()
  const branch = owners.get(first.task) ?? ''
  const holder = { task: first.task, branch, host, acquiredAt: at, renewedAt: at }
  const { lost, ...rest } = lease
  const isBack = lost?.task === first.task
  return { ...rest, ...(lost && !isBack ? { lost } : {}), holder, queue, hours, fence: lease.fence + 1 }
}

function withLoser(lease: Lease, task: string, { now }: Here): Lease {
  return { ...lease, lost: { task, at: now.toISOString() } }
}

function joined(queue: Lease['queue'], task: string, now: Date): Lease['queue'] {
  return placeIn(queue, task) === null ? [...queue, { task, since: now.toISOString() }] : queue
}

function placeIn(queue: Lease['queue'], task: string): number | null {
  const index = queue.findIndex((one) => one.task === task)
  return index === -1 ? null : index + 1
}
