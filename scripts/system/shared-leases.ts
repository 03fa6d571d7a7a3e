/**
 * Leases that travel. The remote's ref is where a claim is decided: it is pushed there first, then written here, so that a
 * kill in between leaves us behind, never ahead. What was claimed without the remote is reconciled at the next contact.
 */
import type { Lease } from '../policy/migrations/lease.ts'
import { formatLease, leaseRef, readLease } from '../policy/migrations/lease-text.ts'
import { freshened, mergedLease } from '../policy/migrations/merge-lease.ts'
import type { Git } from './git.ts'
import { branchActivity, here } from './lease-activity.ts'
import { readObjects } from './objects.ts'
import { type Pushed, pushRef } from './remote.ts'
import { agreedRef, databasesMet, moveRef, pointees, trackingRef } from './shared-refs.ts'

/** A lease that a task of this clone had, unconfirmed, and has no more. */
export interface LostLease {
  readonly database: string
  readonly task: string
  readonly holder: NonNullable<Lease['holder']>
}

const MAX_TRIES = 50

/** Brings every lease here in line with what was fetched. */
export function reconcileLeases(git: Git, remote: string): LostLease[] {
  return databasesMet(git, remote).flatMap((database) => reconciled(git, remote, database) ?? [])
}

function refsOf(remote: string, database: string): [ours: string, theirs: string, agreed: string] {
  const ref = leaseRef(database)
  return [ref, trackingRef(remote, ref), agreedRef(remote, database)]
}

function reconciled(git: Git, remote: string, database: string): LostLease | null {
  const refs = refsOf(remote, database)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [ours = null, theirs = null, agreed = null] = pointees(git, refs)
    const isBroken = ours !== null && ours !== agreed && leaseAt(git, ours) === null
    // the remote has none, or left it as it was: what we have is for the push, if it is a lease
    if (theirs === null || (theirs === agreed && ours !== null && !isBroken)) return null
    const isTheirs = ours === null || ours === agreed || ours === theirs || isBroken
    const to = isTheirs ? theirs : mergedBlob(git, { ours, theirs, agreed })
    const why = `lease of ${remote}`
    if (to !== ours && !moveRef(git, refs[0], { from: ours, to, why })) continue
    moveRef(git, refs[2], { from: agreed, to: theirs, why })
    return lostBy(git, database, ours, to)
  }
  return null
}

/** Both sides changed it; a text of the remote's that is no lease loses against ours. */
function mergedBlob(
  git: Git,
  { ours, theirs, agreed }: { ours: string; theirs: string; agreed: string | null },
): string {
  const [mine, other, before] = [ours, theirs, agreed].map((oid) => leaseAt(git, oid))
  if (!mine) return theirs
  if (!other) return ours
  return git.text(['hash-object', '-w', '--stdin'], {
    input: formatLease(mergedLease(before ?? null, mine, other, new Date())),
  })
}

function leaseAt(git: Git, oid: string | null): Lease | null {
  const [blob] = oid === null ? [] : readObjects(git, [oid])
  return blob ? readLease(blob.content.toString('utf8')) : null
}

function lostBy(git: Git, database: string, before: string | null, after: string): LostLease | null {
  const [was, is] = [leaseAt(git, before)?.holder, leaseAt(git, after)?.holder]
  return was && is && was.task !== is.task ? { database, task: was.task, holder: is } : null
}

/** Pushes what was changed here while the remote was away; stops at the first that cannot be. */
export function pushLeases(git: Git, remote: string): Pushed {
  for (const database of databasesMet(git, remote)) {
    const ours = withSignsOfLife(git, database)
    const [, theirs = null] = pointees(git, refsOf(remote, database))
    if (ours === null || ours === theirs) continue
    const pushed = pushLease(git, remote, database, { from: ours, to: ours })
    if (pushed.kind !== 'done') return pushed
    settleLease(git, remote, database, ours)
  }
  return { kind: 'done' }
}

/**
 * Commits on the holder's branch keep its lease, and other machines have to hear of them.
 * @returns the lease's blob; null where there is none, or a text that is no lease: that breaks nobody else's
 */
function withSignsOfLife(git: Git, database: string): string | null {
  const ref = leaseRef(database)
  const [blob] = readObjects(git, [ref])
  const lease = blob ? readLease(blob.content.toString('utf8')) : null
  if (!blob || !lease) return null
  if (!lease.holder) return blob.oid
  const { branch } = lease.holder
  const { host, now } = here(lease.hours)
  const committedAt = branchActivity({ git }, [branch]).get(branch)
  // a commit dated in the future is no sign of life
  const isPast = committedAt !== undefined && Date.parse(committedAt) <= now.getTime()
  const fresh = freshened(lease, { host, committedAt: isPast ? committedAt : undefined })
  if (fresh === lease) return blob.oid
  const to = git.text(['hash-object', '-w', '--stdin'], { input: formatLease(fresh) })
  return moveRef(git, ref, { from: blob.oid, to, why: 'commits since' }) ? to : blob.oid
}

/**
 * Asks the remote for a lease: swaps it there against what we know of it. Nothing is written here.
 * @param from the lease here that `to` was made of: where another process has changed it since, so has it the remote's
 */
export function pushLease(
  git: Git,
  remote: string,
  database: string,
  { from, to }: { readonly from: string | null; readonly to: string },
): Pushed {
  const [ours = null, theirs = null, agreed = null] = pointees(git, refsOf(remote, database))
  const isFetchedOnly = theirs !== agreed && theirs !== to
  if (ours !== from || isFetchedOnly) return { kind: 'moved' }
  return pushRef(git, remote, leaseRef(database), { from: theirs, to })
}

/** Notes what the remote took; only after it stands here as well. */
export function settleLease(git: Git, remote: string, database: string, blob: string): void {
  const [ours, theirs = null, agreed = null] = pointees(git, refsOf(remote, database))
  if (ours !== blob) return
  const [, tracking, agreedOn] = refsOf(remote, database)
  // in this order: agreed on first, a kill in between would have us take back what the remote has
  moveRef(git, tracking, { from: theirs, to: blob, why: 'pushed' })
  moveRef(git, agreedOn, { from: agreed, to: blob, why: 'pushed' })
}
