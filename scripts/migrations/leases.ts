/** What flows do with the lease on a database's migrations: ask for it in a task's name, give it back, look at it. */
import { LanekeeperError } from '../policy/errors.ts'
import { type Claimed, claimed, type Lease, released, tidied, untilOf } from '../policy/migrations/lease.ts'
import { type HeldLease, minuteOf, ordinal } from '../policy/migrations/lease-words.ts'
import { turnsOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { activityOf, here } from '../system/lease-activity.ts'
import { changeLease } from '../system/lease-store.ts'
import type { Output } from '../system/output.ts'
import { readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { leaseDoor } from '../system/sharing.ts'

/** What a claim came to. */
export type Asked = Claimed & {
  readonly database: string
  /** When the holder's time is over, ISO 8601. */
  readonly until: string
  /** Whether somebody has it now who had it not before. */
  readonly changedHands: boolean
  /** Why the remote knows nothing of it yet; null where it does, or where leases do not travel. */
  readonly unconfirmed: string | null
  /** The remote that leases travel over, or null. */
  readonly remote: string | null
}

/** What a release came to. */
export interface LetGo {
  /** What the task had. */
  readonly had: 'lease' | 'place' | null
  readonly lease: Lease
}

/**
 * Asks for a lease in a task's name.
 * @throws `lease` where it is broken, `git` where its ref cannot be written
 */
export function claimLease(
  repository: Repository,
  { settings }: Pick<Policy, 'settings'>,
  { id, branch }: Task,
  database: string,
  dryRun = false,
): Asked {
  const hours = turnsOf(settings, database)?.hours ?? 0
  const word = remoteWord(repository, settings, database)
  const asked = changeLease(repository, database, { hours, why: `claim by ${id}`, dryRun, ...word }, (lease) => {
    const [activity, at] = [activityNow(repository, database, lease), here(hours)]
    const answer = claimed(lease, { task: id, branch }, activity, at)
    const { holder } = answer.lease
    const until = holder ? untilOf(holder, answer.lease.hours, activity, at.now).toISOString() : ''
    return { ...answer, database, until, changedHands: answer.lease.fence !== lease.fence }
  })
  return { ...asked, unconfirmed: word.unconfirmed(), remote: settings.remote ?? null }
}

/** How a change of a lease is confirmed, and why it is not. */
function remoteWord(repository: Repository, { remote }: Policy['settings'], database: string) {
  let why: string | null = null
  const alone = (said: string) => {
    why = said
  }
  return {
    remote: remote === undefined ? null : leaseDoor(repository, remote, database, alone),
    unconfirmed: (): string | null => why,
  }
}

/**
 * Gives a task's lease, or its place in the queue, back.
 * @throws as `claimLease`
 */
export function releaseLease(
  repository: Repository,
  { settings }: Pick<Policy, 'settings'>,
  task: string,
  database: string,
  isForced = false,
): LetGo {
  const hours = turnsOf(settings, database)?.hours ?? 0
  const why = `release by ${task}${isForced ? ', forced' : ''}`
  const { remote } = remoteWord(repository, settings, database)
  return changeLease(repository, database, { hours, why, remote }, (lease) => {
    const had = holdingOf(lease, task)
    // a landing of a task whose database nobody ever claimed asks nothing
    if (lease.holder === null && had === null) return { lease, had }
    const activity = activityNow(repository, database, lease)
    return { lease: released(lease, task, activity, here(hours || lease.hours), isForced), had }
  })
}

/** Drops tasks that are gone, and hands what they held to the first in line. @throws as `claimLease` */
export function tidyLease(repository: Repository, { settings }: Pick<Policy, 'settings'>, database: string): void {
  const hours = turnsOf(settings, database)?.hours ?? 0
  const { remote } = remoteWord(repository, settings, database)
  changeLease(repository, database, { hours, why: 'gc', remote }, (lease) => ({
    lease: tidied(lease, activityNow(repository, database, lease), here(hours || lease.hours)),
  }))
}

/** What a task has of a lease. */
export function holdingOf(lease: Lease | undefined, task: string): LetGo['had'] {
  if (lease?.holder?.task === task) return 'lease'
  return lease?.queue.some((one) => one.task === task) ? 'place' : null
}

/** Tasks are read after the lease they are compared with: one that joined meanwhile would else be taken for gone, and dropped. */
function activityNow(repository: Repository, database: string, lease: Lease) {
  return activityOf(repository, readPolicy(repository).tasks, database, lease)
}

/**
 * A task is over, or owns other migrations now. What cannot be given back is no reason to stop: a lease of a task that is
 * not open counts as free, and `doctor` tells of a broken one.
 */
export function endLease(repository: Repository, policy: Pick<Policy, 'settings'>, task: Task): void {
  if (task.migrations === null) return
  try {
    releaseLease(repository, policy, task.id, task.migrations)
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
  }
}

/** Says what a task that was made or edited got: the lease, or a place in the queue and what to do meanwhile. */
export function tellAsked(out: Output, { id }: Pick<Task, 'id'>, asked: Asked): void {
  const { database, until, lease } = asked
  tellUnconfirmed(out, asked)
  if (asked.kind !== 'waiting')
    out.done(`Task ${id} holds the lease on the migrations of "${database}" until ${minuteOf(until)}`)
  else if (lease.holder)
    out.warn(
      `Task ${id} waits for the migrations of "${database}" (${ordinal(asked.place)} in line): task "${lease.holder.task}" (${lease.holder.branch}) holds the lease until it lands, or until ${minuteOf(until)} without a commit. Meanwhile everything else of ${id} can be done. See: npx lanekeeper migration status`,
    )
}

/** Says that another machine may have the lease too: nobody there was asked. */
export function tellUnconfirmed(out: Output, { database, remote, unconfirmed }: Asked): void {
  if (unconfirmed === null) return
  out.warn(
    `The lease on the migrations of "${database}" is unconfirmed: ${remote} was not asked (${unconfirmed}). Whoever has it there keeps it. Ask again: npx lanekeeper sync`,
  )
}

/** The same for programs: nothing where leases do not travel. */
export function confirmation({ remote, unconfirmed }: Asked) {
  return remote === null ? {} : { confirmed: unconfirmed === null }
}

/** Who stands against a claim, for its refusal; null where the task has the lease. */
export function heldAgainst(asked: Asked, task: string): HeldLease | null {
  const { holder, fence, lost } = asked.lease
  if (asked.kind !== 'waiting' || holder === null) return null
  const { database, until, place } = asked
  return { database, task, holder, until, fence, place, lostAt: lost?.task === task ? lost.at : null }
}

/** The same for programs, under `lease` of a document. */
export function askedDocument(asked: Asked | null) {
  if (asked === null) return {}
  const { kind, database, until, lease } = asked
  const place = asked.kind === 'waiting' ? asked.place : null
  return { lease: { database, kind, ...confirmation(asked), holder: lease.holder, until, fence: lease.fence, place } }
}
