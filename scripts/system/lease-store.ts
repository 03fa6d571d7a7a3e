/**
 * Leases in git: one blob a database under `refs/lanekeeper/leases/`, swapped by `update-ref` with the old value. Of any
 * number of processes in any worktrees one wins each swap, without a daemon or a lock of ours; a kill at any point leaves
 * the old lease or the new one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { freeLease, type Lease } from '../policy/migrations/lease.ts'
import { formatLease, LEASES, leaseRef, parseLease, problemWithDatabase } from '../policy/migrations/lease-text.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { readObjects } from './objects.ts'
import { readRef } from './refs.ts'
import type { Repository } from './repository.ts'

/** Losing this often in a row means something else is wrong. */
const MAX_TRIES = 50
/** A rival changes the lease; where it stays as it was, a dead git's lock is in the way, and git waits 100 ms for that. */
const MOST_STUCK = 10

type Place = Pick<Repository, 'git' | 'commonDir'>

/**
 * The leases of these databases; one that nobody has claimed yet is left out. No process where there is none, else one.
 * @throws `lease` for a broken one, `bad-name` for a name that can be no part of a ref
 */
export function leasesOf(place: Place, databases: readonly string[]): Map<string, Lease> {
  return new Map([...textsOf(place, databases)].map(([database, text]) => [database, parseLease(text, database)]))
}

/** The blobs' texts as they are, by database. */
function textsOf({ git, commonDir }: Place, databases: readonly string[]): Map<string, string> {
  const asked = [...new Set(databases)].flatMap((database) => {
    const ref = leaseRef(database)
    const oid = readRef(commonDir, ref)
    return oid === null ? [] : [{ database, name: oid ?? ref }]
  })
  const blobs = readObjects(
    git,
    asked.map(({ name }) => name),
  )
  return new Map(
    asked.flatMap(({ database, name }, index): [string, string][] => {
      const blob = blobs[index]
      // a ref that readRef left to git may not be there; a known id that git has no object for is a broken lease
      return blob ? [[database, blob.content.toString('utf8')]] : name.startsWith(LEASES) ? [] : [[database, '']]
    }),
  )
}

/** Every database that has a lease, whatever the settings say today. One process. */
export function leasedDatabases({ git }: Place): string[] {
  const { stdout } = git.attempt(['for-each-ref', '--format=%(refname)', LEASES])
  return stdout
    .split('\n')
    .filter((ref) => ref !== '')
    .map((ref) => ref.slice(LEASES.length))
}

/** The remote's word on a change of a lease, where tasks and leases travel. */
export interface LeaseDoor {
  /**
   * Asks for the lease as a blob, in the place of what it was decided on here (`from`): `taken` stands there; `moved` it was another, and ours is up to date with it now;
   * `alone` nobody answered, or it was refused: the change is this clone's alone until the next contact.
   */
  ask(blob: string, from: string | null): 'taken' | 'moved' | 'alone'
  /** What was taken is written here too. */
  settle(blob: string): void
}

export interface LeaseChange {
  /** Of a lease that nobody has claimed yet. */
  readonly hours: number
  /** For the ref's log: `claim by add-tags`. */
  readonly why: string
  readonly dryRun?: boolean
  readonly remote?: LeaseDoor | null
}

/**
 * Changes a lease: read, decide, swap; again from the start where another process was quicker.
 * @param decide gives the new lease with whatever else the caller wants to know; the same lease: nothing is written
 * @throws `lease` for a broken one, `git` where the ref cannot be written
 */
export function changeLease<T extends { readonly lease: Lease }>(
  place: Place,
  database: string,
  { hours, why, dryRun = false, remote = null }: LeaseChange,
  decide: (lease: Lease) => T,
): T {
  let [said, stuck, last]: [string, number, string | null | undefined] = ['', 0, undefined]
  for (let tries = 0; tries < MAX_TRIES && stuck < MOST_STUCK; tries++) {
    const { oid, text } = currentOf(place, database)
    stuck = oid === last ? stuck + 1 : 0
    last = oid
    const lease = text === null ? freeLease(hours) : parseLease(text, database)
    const decided = decide(lease)
    if (dryRun || decided.lease === lease) return decided
    const blob = blobOf(place, decided.lease)
    const word = remote?.ask(blob, oid)
    if (word === 'moved') continue
    const { status, stderr } = swap(place, database, { from: oid, to: decided.lease, blob, why })
    if (word === 'taken') remote?.settle(blob)
    // what the remote took is ours, whatever another process of this clone wrote meanwhile: the next contact brings it
    if (status === 0 || word === 'taken') return decided
    said = stderr
  }
  throw cannotWrite(place, database, said)
}

function currentOf({ git, commonDir }: Place, database: string): { oid: string | null; text: string | null } {
  const ref = leaseRef(database)
  const known = readRef(commonDir, ref)
  if (known === null) return { oid: null, text: null }
  const [blob] = readObjects(git, [known ?? ref])
  if (blob) return { oid: blob.oid, text: blob.content.toString('utf8') }
  return known === undefined ? { oid: null, text: null } : { oid: known, text: '' }
}

function blobOf({ git }: Place, lease: Lease): string {
  return git.text(['hash-object', '-w', '--stdin'], { input: formatLease(lease) })
}

function swap(
  { git }: Place,
  database: string,
  { from, to, blob, why }: { from: string | null; to: Lease; blob: string; why: string },
) {
  const message = `${why} (${to.holder ? `holder ${to.holder.task}` : 'free'}, fence ${to.fence})`
  const old = from ?? '0'.repeat(blob.length)
  return git.attempt(['update-ref', '--create-reflog', '-m', message, leaseRef(database), blob, old])
}

/**
 * A free lease in the place of a broken one, with a fence above every one that can still be read: in what is left of its
 * text, and in the values that the ref's log names.
 */
export function mendLease(place: Place, database: string): Lease {
  const { oid, text } = currentOf(place, database)
  const fences = [text ?? '', ...olderTexts(place, database)].map((one) =>
    Number(/"fence": ?(\d{1,15})/.exec(one)?.[1] ?? 0),
  )
  const lease = { ...freeLease(24), fence: Math.max(...fences) + 1 }
  const { status, stderr } = swap(place, database, { from: oid, to: lease, blob: blobOf(place, lease), why: 'mended' })
  if (status === 0) return lease
  throw cannotWrite(place, database, stderr)
}

/** Enough to step over what broke it; git ends the list where its log does. */
const MOST_OLDER = 20

function olderTexts({ git }: Place, database: string): string[] {
  const texts: string[] = []
  for (let back = 1; back <= MOST_OLDER; back++) {
    const { status, stdout } = git.attempt(['cat-file', 'blob', `${leaseRef(database)}@{${back}}`])
    if (status !== 0) break
    texts.push(stdout)
  }
  return texts
}

/** Where git puts its lock while it swaps the lease; null for a name that can be no part of a ref. */
export function leaseLock({ commonDir }: Pick<Place, 'commonDir'>, database: string): string | null {
  return problemWithDatabase(database) === null ? join(commonDir, `${leaseRef(database)}.lock`) : null
}

function cannotWrite({ commonDir }: Place, database: string, said: string): LanekeeperError {
  const ref = leaseRef(database)
  const lock = join(commonDir, `${ref}.lock`)
  const why = existsSync(lock) ? `${lock} is there` : said.trim().split('\n').at(-1) || 'other processes kept winning'
  return new LanekeeperError('git', `${ref} could not be written: ${why}.`, {
    hint: existsSync(lock)
      ? `A git that was killed leaves its lock; npx lanekeeper gc takes it away after ten minutes. Where no git runs any more: ${commandLine(['rm', lock])}`
      : 'Repeat.',
  })
}
