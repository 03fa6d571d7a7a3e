/** What a lease is judged by: signs of life in this clone, this machine, and its clock. */
import { hostname } from 'node:os'
import { type Activity, type Here, type Lease, ownersOf } from '../policy/migrations/lease.ts'
import type { Task } from '../policy/task.ts'
import type { Repository } from './repository.ts'

/**
 * When each of these branches got its newest commit (committer time, ISO 8601); a branch without one is left out.
 * No process for no branches, else one.
 */
export function branchActivity({ git }: Pick<Repository, 'git'>, branches: readonly string[]): Map<string, string> {
  if (branches.length === 0) return new Map()
  const refs = branches.map((branch) => `refs/heads/${branch}`)
  const { stdout } = git.attempt(['for-each-ref', '--format=%(committerdate:unix) %(refname:lstrip=2)', ...refs])
  return new Map(
    stdout.split('\n').flatMap((line): [string, string][] => {
      const [, seconds = '', branch = ''] = /^(\d+) (.*)$/.exec(line) ?? []
      // a pattern also matches what lies below it
      return branches.includes(branch) ? [[branch, new Date(Number(seconds) * 1000).toISOString()]] : []
    }),
  )
}

/** The same of tips that are here under no branch's name (CI). No process for none, else one. */
export function activityAt({ git }: Pick<Repository, 'git'>, tips: ReadonlyMap<string, string>): Map<string, string> {
  if (tips.size === 0) return new Map()
  const { stdout } = git.attempt(['log', '--no-walk', '--format=%H %ct', ...new Set(tips.values()), '--'])
  const times = new Map(
    stdout.split('\n').map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  )
  return new Map(
    [...tips].flatMap(([branch, oid]): [string, string][] => {
      const seconds = times.get(oid)
      return seconds ? [[branch, new Date(Number(seconds) * 1000).toISOString()]] : []
    }),
  )
}

/** What a lease is judged by: the open tasks that own these migrations, and the holder's commits. At most one process. */
export function activityOf(
  place: Pick<Repository, 'git'>,
  tasks: readonly Task[],
  database: string,
  lease: Lease | undefined,
): Activity {
  const branches = lease?.holder ? [lease.holder.branch] : []
  return { owners: ownersOf(tasks, database), committedAt: branchActivity(place, branches) }
}

/** This machine, now. @param hours "leaseHours" of the settings */
export function here(hours: number): Here {
  return { host: hostname(), hours, now: new Date() }
}
