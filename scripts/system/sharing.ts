/** One contact with the remote: fetch, merge, push; and the remote's word on a single lease. */
import type { LeaseDoor } from './lease-store.ts'
import type { Pushed } from './remote.ts'
import type { Repository } from './repository.ts'
import { type LostLease, pushLease, pushLeases, reconcileLeases, settleLease } from './shared-leases.ts'
import { fetchShared } from './shared-refs.ts'
import { mergeFetchedTasks, pushTasks, type TasksMet } from './shared-tasks.ts'

/** Losing this often in a row means something else is wrong. */
const MAX_TRIES = 20

/** What a contact came to. */
export interface Exchange {
  /** Why the remote did not answer; null where it did. */
  readonly offline: string | null
  /** What the remote said when it took our changes not. */
  readonly refused: string | null
  /** Whether a task is different here now. */
  readonly came: boolean
  readonly overruled: readonly TasksMet[]
  readonly lost: readonly LostLease[]
}

/** A command asks a remote that does not answer once, and not for every ref. */
const silent = new Map<string, string>()

/**
 * Meets the remote. Nothing here is lost whatever it answers; what could not be pushed is tried at the next contact.
 * @param fetchFirst false right after a change of ours: the push finds out whether there is something new
 */
export function exchange(repository: Repository, remote: string, { fetchFirst = true } = {}): Exchange {
  const overruled: TasksMet[] = []
  const lost: LostLease[] = []
  let [came, pushed]: [boolean, Pushed] = [false, { kind: 'moved' }]
  for (let tries = fetchFirst ? 1 : 0; tries <= MAX_TRIES && pushed.kind === 'moved'; tries++) {
    const offline = tries === 0 ? null : fetched(repository, remote)
    if (offline !== null) return { offline, refused: null, came, overruled, lost }
    const met = mergeFetchedTasks(repository, remote)
    came ||= met.came
    if (met.overruled.length > 0) overruled.push(met)
    lost.push(...reconcileLeases(repository.git, remote))
    pushed = pushedAll(repository, remote)
  }
  const refused = { done: null, offline: null, moved: 'other machines kept winning', refused: saidBy(pushed) }[
    pushed.kind
  ]
  return { offline: pushed.kind === 'offline' ? saidBy(pushed) : null, refused, came, overruled, lost }
}

/** Tasks first: a lease in the name of a task that is not there counts as free. */
function pushedAll(repository: Repository, remote: string): Pushed {
  const tasks = pushedTasks(repository, remote)
  return tasks.kind === 'done' ? asked(repository, remote, () => pushLeases(repository.git, remote)) : tasks
}

/** Pushes the tasks alone, unless the remote was silent already. */
export function pushedTasks(repository: Repository, remote: string): Pushed {
  return asked(repository, remote, () => pushTasks(repository, remote))
}

function asked(repository: Repository, remote: string, push: () => Pushed): Pushed {
  const known = silent.get(keyOf(repository, remote))
  if (known !== undefined) return { kind: 'offline', said: known }
  const pushed = push()
  if (pushed.kind === 'offline') silent.set(keyOf(repository, remote), pushed.said)
  return pushed
}

/** Fetches, unless the remote was silent already. @returns null, or why it could not */
export function fetched(repository: Repository, remote: string): string | null {
  const key = keyOf(repository, remote)
  const said = silent.get(key) ?? fetchShared(repository.git, remote)
  if (said !== null) silent.set(key, said)
  return said
}

/**
 * The remote's word on changes of a database's lease.
 * @param alone told where there is none, with the reason
 */
export function leaseDoor(
  repository: Repository,
  remote: string,
  database: string,
  alone: (said: string) => void,
): LeaseDoor {
  const { git } = repository
  const answered = (pushed: Pushed): 'taken' | 'moved' | 'alone' => {
    if (pushed.kind === 'done') return 'taken'
    const said = saidBy(pushed) ?? caughtUp(repository, remote)
    if (said === null) return 'moved'
    alone(said)
    return 'alone'
  }
  return {
    ask: (blob, from) => {
      const tasks = pushedTasks(repository, remote)
      const push = () => pushLease(git, remote, database, { from, to: blob })
      return answered(tasks.kind === 'done' ? asked(repository, remote, push) : tasks)
    },
    settle: (blob) => settleLease(git, remote, database, blob),
  }
}

/** Fetches and merges, pushes nothing. */
function caughtUp(repository: Repository, remote: string): string | null {
  const offline = fetched(repository, remote)
  if (offline !== null) return offline
  mergeFetchedTasks(repository, remote)
  reconcileLeases(repository.git, remote)
  return null
}

function saidBy(pushed: Pushed): string | null {
  return 'said' in pushed ? pushed.said : null
}

function keyOf({ commonDir }: Repository, remote: string): string {
  return `${commonDir}\0${remote}`
}
