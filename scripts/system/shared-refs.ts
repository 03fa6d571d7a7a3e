/**
 * Names of what travels: the tasks and the leases. What a remote has is fetched into a namespace of its own, beside what
 * it and this clone last agreed on for each lease (a blob has no history to tell that).
 */
import { LEASES } from '../policy/migrations/lease-text.ts'
import type { Git } from './git.ts'
import { TASKS_REF } from './policy-source.ts'
import { fetchQuietly } from './remote.ts'

const OURS = 'refs/lanekeeper/'

/** Where the remote's ref is known here: `refs/lanekeeper-remote/origin/tasks`. */
export function trackingRef(remote: string, ref: string): string {
  return `refs/lanekeeper-remote/${remote}/${ref.slice(OURS.length)}`
}

/** What both sides last had of a lease. */
export function agreedRef(remote: string, database: string): string {
  return `refs/lanekeeper-agreed/${remote}/leases/${database}`
}

/** Databases with a lease here or on the remote. One process. */
export function databasesMet(git: Git, remote: string): string[] {
  const places = [LEASES, trackingRef(remote, LEASES)]
  const { stdout } = git.attempt(['for-each-ref', '--format=%(refname)', ...places])
  const names = stdout.split('\n').filter((ref) => ref !== '')
  return [...new Set(names.map((ref) => ref.slice(ref.lastIndexOf('/') + 1)))].sort()
}

/** Fetches what the remote has. One snapshot: a lease never comes without the task that holds it. @returns null, or why not */
export function fetchShared(git: Git, remote: string): string | null {
  // patterns, since a ref that is not there yet would be an error
  const specs = [`${TASKS_REF}*`, `${LEASES}*`].map((ref) => `+${ref}:${trackingRef(remote, ref)}`)
  return fetchQuietly(git, remote, specs)
}

/** What refs point at, null where there is none. One process. */
export function pointees(git: Git, refs: readonly string[]): (string | null)[] {
  const { stdout } = git.attempt(['for-each-ref', '--format=%(objectname) %(refname)', ...refs])
  const known = new Map(stdout.split('\n').map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0] ?? '']))
  return refs.map((ref) => known.get(ref) ?? null)
}

/** Moves a ref of ours if it still points at `from`. */
export function moveRef(
  git: Git,
  ref: string,
  { from, to, why }: { readonly from: string | null; readonly to: string; readonly why: string },
): boolean {
  const words = ['update-ref', '--create-reflog', '-m', why, ref, to, from ?? '0'.repeat(to.length)]
  return git.attempt(words).status === 0
}
