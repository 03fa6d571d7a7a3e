/** `migration status`: for each database who is at its migrations, for how long, and who waits. Changes nothing. */
import type { Input, Result, Session } from '../command.ts'
import { usageError } from '../command.ts'
import { enter } from '../entrance.ts'
import { type Lease, standingOf, tidied, untilOf } from '../policy/migrations/lease.ts'
import { leftOf, minuteOf, queueText } from '../policy/migrations/lease-words.ts'
import { databasesOf, leasedIn, turnsOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { activityOf, here } from '../system/lease-activity.ts'
import { leasesOf } from '../system/lease-store.ts'
import { table } from '../system/output.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { agentsTaskHere } from './task.ts'

/** One database's migrations. */
interface Row {
  readonly database: string
  readonly mode: 'lease' | 'tables'
  readonly holder: Lease['holder']
  /** ISO 8601; null where nobody holds it. */
  readonly until: string | null
  readonly expired: boolean
  readonly fence: number
  readonly hours: number
  readonly queue: Lease['queue']
  /** In mode `tables`: each open task's. */
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** What the lease is to the task whose worktree this is. */
  readonly here: string | null
}

/** All databases of the settings, or the one that is named. */
export function status(input: Input, session: Session): Result {
  const { repository, policy, alarms } = enter(session, { remote: true })
  const [, named] = input.positionals
  const known = databasesOf(policy.settings)
  if (named !== undefined && !known.includes(named))
    throw usageError(
      `There are no migrations of "${named}" in lanekeeper.json.`,
      `There is: ${known.join(', ') || 'none'}`,
    )
  const databases = named === undefined ? known : [named]
  const leases = leasesOf(
    repository,
    leasedIn(policy.settings).filter((one) => databases.includes(one)),
  )
  const rows = databases.map((database) => rowOf(repository, policy, database, leases.get(database)))
  const text = rows.length === 0 ? 'No migrations ("migrations" in lanekeeper.json).' : textOf(rows, new Date())
  return { json: { ok: true, databases: rows, ...(alarms.length > 0 ? { alarms } : {}) }, text }
}

function rowOf(repository: Repository, policy: Policy, database: string, lease: Lease | undefined): Row {
  const turns = turnsOf(policy.settings, database) ?? { mode: 'lease', hours: 0 }
  const activity = activityOf(repository, policy.tasks, database, lease)
  const at = here(lease?.hours ?? turns.hours)
  const { holder, fence, hours, queue } = lease
    ? tidied(lease, activity, at)
    : { holder: null, fence: 0, hours: at.hours, queue: [] }
  const until = holder && untilOf(holder, hours, activity, at.now)
  const mine = agentsTaskHere(repository, policy)
  return {
    database,
    mode: turns.mode,
    holder,
    until: until?.toISOString() ?? null,
    expired: until !== null && until.getTime() <= at.now.getTime(),
    fence,
    hours,
    queue,
    tables: turns.mode === 'tables' ? tablesOf(openTasks(policy), database) : {},
    here:
      mine?.migrations === database && turns.mode === 'lease'
        ? standingOf(lease, mine.id, activity, at.now).kind
        : null,
  }
}

function tablesOf(tasks: readonly Task[], database: string): Row['tables'] {
  return Object.fromEntries(
    tasks.filter(({ migrations }) => migrations === database).map(({ id, tables }) => [id, tables]),
  )
}

const HEADING = ['DATABASE', 'HOLDER', 'BRANCH', 'MACHINE', 'SINCE', 'UNTIL', 'FENCE', 'WAITING']

function textOf(rows: readonly Row[], now: Date): string {
  const leased = rows.filter(({ mode }) => mode === 'lease')
  const shared = rows.filter(({ mode }) => mode === 'tables')
  return [
    ...(leased.length > 0 ? [table([HEADING, ...leased.map((row) => cellsOf(row, now))])] : []),
    ...shared.flatMap(({ database, tables }) => [
      `${database}: shared by tables${Object.keys(tables).length === 0 ? '; no open task has any' : ''}`,
      ...Object.entries(tables).map(([task, names]) => `  ${task}: ${names.join(', ')}`),
    ]),
  ].join('\n')
}

function cellsOf({ database, holder, until, fence, queue }: Row, now: Date): string[] {
  if (holder === null || until === null)
    return [database, '(free)', '-', '-', '-', '-', String(fence), queueText(queue)]
  const end = `${minuteOf(until)} (${leftOf(until, now)})`
  const { task, branch, host, acquiredAt } = holder
  return [database, task, branch, host, minuteOf(acquiredAt), end, String(fence), queueText(queue)]
}
