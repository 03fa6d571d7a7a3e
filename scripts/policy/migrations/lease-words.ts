/** A lease in words: who has it, for how long, and what others do meanwhile. */
import { commandLine } from '../shell-quote.ts'
import type { Lease, LeaseHolder, Standing } from './lease.ts'

/** A claim that another task stands against. */
export interface HeldLease {
  readonly database: string
  readonly task: string
  readonly holder: LeaseHolder
  /** ISO 8601, UTC. */
  readonly until: string
  readonly fence: number
  readonly place: number | null
  /** When this task lost it, or null. */
  readonly lostAt: string | null
}

const MINUTE_MS = 60_000

/** `2026-01-02 03:04 UTC`. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** `26 h left`, `12 min left`, `over`. */
export function leftOf(until: string, now: Date): string {
  const minutes = Math.ceil((Date.parse(until) - now.getTime()) / MINUTE_MS)
  if (minutes <= 0) return 'over'
  return minutes < 60 ? `${minutes} min left` : `${Math.round(minutes / 60)} h left`
}

/** `1st`, `22nd`, `13th`. */
export function ordinal(place: number): string {
  const isTeen = Math.floor(place / 10) % 10 === 1
  return `${place}${(!isTeen && ['th', 'st', 'nd', 'rd'][place % 10]) || 'th'}`
}

/** For a cell of `status`: `dev lease, 3 h left`, `waits for dev (2nd)`. */
export function leaseCell(database: string, standing: Standing, now: Date): string {
  if (standing.kind === 'free') return `${database} lease free`
  if (standing.kind === 'held' || (standing.kind === 'expired' && standing.isMine))
    return `${database} lease, ${leftOf(standing.until, now)}`
  return `waits for ${database}${standing.place === null ? '' : ` (${ordinal(standing.place)})`}`
}

/** For TASK.md and WORKTREE.md: whether the task had the lease when they were written. */
export function leaseSentence(database: string, standing: Standing): string {
  const now = `Now: \`npx lanekeeper migration status ${database}\`.`
  const isMine = standing.kind === 'held' || (standing.kind === 'expired' && standing.isMine)
  if (isMine) return `It held the lease on them when this was written. ${now}`
  const who = standing.kind === 'free' ? 'nobody' : `task \`${standing.holder.task}\``
  return `Not yet: when this was written, ${who} held the lease on them. Change no migration before \`npx lanekeeper migration claim\` says that it is yours. ${now}`
}

/** Why a claim is refused, with all that is known. */
export function heldText({ database, task, holder, until, fence, place, lostAt }: HeldLease): string {
  const lost =
    lostAt === null
      ? ''
      : ` Task "${task}" had it until ${minuteOf(lostAt)}; it passed on (fence ${fence}). Whatever lands first, its migrations come before yours.`
  const line = place === null ? '' : ` Task "${task}" is ${ordinal(place)} in line.`
  return `Task "${holder.task}" holds the lease on the migrations of "${database}": branch ${holder.branch}, on ${holder.host}, since ${minuteOf(holder.acquiredAt)}, until ${minuteOf(until)} (longer with every commit).${line}${lost}`
}

/** What to do meanwhile, and what a person can do. */
export function heldHint({ database, holder }: Pick<HeldLease, 'database' | 'holder'>): string {
  return [
    'Meanwhile: everything else of the task; its migrations come last. The first in line gets the lease by itself when it is let go.',
    `Ask again: ${commandLine(['npx', 'lanekeeper', 'migration', 'claim', database])}`,
    `See it: ${commandLine(['npx', 'lanekeeper', 'migration', 'status', database])}`,
    `A person ends it: ${commandLine(['npx', 'lanekeeper', 'land', holder.task])}, or takes it away: ${commandLine(['npx', 'lanekeeper', 'migration', 'release', database, '--task', holder.task, '--force'])}`,
  ].join('\n')
}

/** Tasks in line, the first first. */
export function queueText(queue: Lease['queue']): string {
  return queue.map(({ task }) => task).join(', ') || '-'
}
