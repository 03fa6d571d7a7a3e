/** What flows do with the lease on a database's migrations: ask for it in a task's name, give it back, look at it. */
import { LanekeeperError } from './policy/errors.ts'
import { type Claimed, claimed, type Lease, released, untilOf } from './policy/migrations/lease.ts'
import { minuteOf, ordinal } from './policy/migrations/lease-words.ts'
import { turnsOf } from './policy/migrations/ownership.ts'
import type { Policy } from './policy/policy.ts'
import type { Task } from './policy/task.ts'
import { activityOf, changeLease, here } from './system/lease-store.ts'
import type { Output } from './system/output.ts'
import type { Repository } from './system/repository.ts'

/** What a claim came to; `until` is when the holder's time is over, ISO 8601. */
export type Asked = Claimed & { readonly database: string; readonly until: string }

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
  { settings, tasks }: Pick<Policy, 'settings' | 'tasks'>,
  { id, branch }: Task,
  database: string,
  dryRun = false,
): Asked {
  const hours = turnsOf(settings, database)?.hours ?? 0
  return changeLease(repository, database, { hours, why: `claim by ${id}`, dryRun }, (lease) => {
    const [activity, now] = [activityOf(repository, tasks, database, lease), here(hours)]
    const answer = claimed(lease, { task: id, branch }, activity, now)
    const { holder } = answer.lease
    const until = holder ? untilOf(holder, answer.lease.hours, activity, now.now).toISOString() : ''
    return { ...answer, database, until }
  })
}

/**
 * Gives a task's lease, or its place in the queue, back.
 * @throws as `claimLease`
 */
export function releaseLease(
  repository: Repository,
  { settings, tasks }: Pick<Policy, 'settings' | 'tasks'>,
  task: string,
  database: string,
  isForced = false,
): LetGo {
  const hours = turnsOf(settings, database)?.hours ?? 0
  return changeLease(
    repository,
    database,
    { hours, why: `release by ${task}${isForced ? ', forced' : ''}` },
    (lease) => ({
      lease: released(
        lease,
        task,
        activityOf(repository, tasks, database, undefined),
        here(hours || lease.hours),
        isForced,
      ),
      had: lease.holder?.task === task ? 'lease' : lease.queue.some((one) => one.task === task) ? 'place' : null,
    }),
  )
}

/**
 * A task is over, or owns other migrations now. What cannot be given back is no reason to stop: a lease of a task that is
 * not open counts as free, and `doctor` tells of a broken one.
 */
export function endLease(repository: Repository, policy: Pick<Policy, 'settings' | 'tasks'>, task: Task): void {
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
  if (asked.kind !== 'waiting')
    out.done(`Task ${id} holds the lease on the migrations of "${database}" until ${minuteOf(until)}`)
  else if (lease.holder)
    out.warn(
      `Task ${id} waits for the migrations of "${database}" (${ordinal(asked.place)} in line): task "${lease.holder.task}" (${lease.holder.branch}) holds the lease until it lands, or until ${minuteOf(until)} without a commit. Meanwhile everything else of ${id} can be done. See: npx lanekeeper migration status`,
    )
}

/** The same for programs, under `lease` of a document. */
export function askedDocument(asked: Asked | null) {
  if (asked === null) return {}
  const { kind, database, until, lease } = asked
  const place = asked.kind === 'waiting' ? asked.place : null
  return { lease: { database, kind, holder: lease.holder, until, fence: lease.fence, place } }
}
