/** What a worktree is and does, as `status` tells it; and that as a table for a person. */
import type { Standing } from './migrations/lease.ts'
import { leaseCell } from './migrations/lease-words.ts'
import { printable } from './printable.ts'
import { commandLine } from './shell-quote.ts'
import type { Listener } from './sockets.ts'

/** `main` and `missing` are facts of git's; the others are what the ledger says of the set-up. */
export type WorktreeState = 'main' | 'ready' | 'pending' | 'failed' | 'unprovisioned' | 'missing'

export interface ServiceListener extends Listener {
  /** The variable the port has in the worktree. */
  readonly service: string
  /** Another worktree whose directory the process runs in: it serves that one's code on this one's port. */
  readonly foreignWorktree: string | null
}

export interface WorktreeStatus {
  readonly path: string
  readonly branch: string | null
  /** The branch that is being rebased there: HEAD is detached until that is over. */
  readonly rebasing: string | null
  readonly task: string | null
  readonly state: WorktreeState
  readonly ports: Readonly<Record<string, number>>
  readonly databases: Readonly<Record<string, { readonly provider: string; readonly url: string }>>
  /** Commits that the base does not have; null where there is nothing to count from. */
  readonly ahead: number | null
  readonly behind: number | null
  /** Whether anything is uncommitted; null where git could not tell. */
  readonly dirty: boolean | null
  /** The scope verdict on a task's branch; null for a branch that is no open task's. */
  readonly verdict: 'pass' | 'refuse' | null
  /** What the lease on its task's migrations is to it; null for a task that takes no turns at one, or a lease that is broken. */
  readonly lease: (Standing & { readonly database: string }) | null
  /** Notes of other tasks that wait for this one. */
  readonly handoffs: number
  readonly head: string | null
  /** How many paths are uncommitted. */
  readonly changes: number | null
  readonly lastCommit: { readonly subject: string; readonly committedAt: string } | null
  readonly listeners: readonly ServiceListener[]
  readonly agent: { readonly window: string; readonly session: string; readonly alive: boolean } | null
  /** What an agent with our hooks last said of itself; null while it works, and where there is none. */
  readonly agentSays: {
    readonly state: 'waiting' | 'done' | 'ended'
    readonly message: string
    readonly at: string
  } | null
  /** Where it was set up, if it has been moved since: its pages name that place. */
  readonly movedFrom: string | null
  /** Why it is locked ('' where no reason was given), or null. */
  readonly locked: string | null
  /** Why the set-up failed, in the ledger's words. */
  readonly problems: readonly string[]
}

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S

/** How long ago, in its largest unit: `5m`, `3h`, `12d`. */
export function ageOf(since: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1000))
  if (seconds < MINUTE_S) return `${seconds}s`
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)}m`
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)}h`
  return `${Math.floor(seconds / DAY_S)}d`
}

const HEADING = [
  'TASK',
  'BRANCH',
  'STATE',
  'BASE',
  'CHANGES',
  'SCOPE',
  'AGENT',
  'PORTS',
  'DATABASE',
  'MIGRATIONS',
  'LAST COMMIT',
  'WORKTREE',
]
const SUBJECT_LENGTH = 40

/** Rows for the table, the heading first, without columns that say nothing. Every cell is one line, whatever names and subjects hold. */
export function statusRows(worktrees: readonly WorktreeStatus[], now: Date): string[][] {
  const rows = worktrees.map((worktree) => rowOf(worktree, now).map(printable))
  const isTold = HEADING.map((_, column) => rows.some((row) => row[column] !== '-'))
  return [HEADING, ...rows].map((row) => row.filter((_, column) => isTold[column]))
}

function rowOf(worktree: WorktreeStatus, now: Date): string[] {
  return [
    worktree.task ?? '-',
    branchCell(worktree),
    worktree.locked === null ? worktree.state : `${worktree.state}, locked`,
    distance(worktree),
    changes(worktree),
    worktree.verdict ?? '-',
    agentCell(worktree),
    ports(worktree),
    Object.keys(worktree.databases).join(' ') || '-',
    worktree.lease ? leaseCell(worktree.lease.database, worktree.lease, now) : '-',
    lastCommit(worktree, now),
    worktree.path,
  ]
}

function branchCell({ branch, rebasing, head }: WorktreeStatus): string {
  if (rebasing !== null) return `${rebasing}, rebasing`
  return branch ?? (head ? `(${head.slice(0, 8)})` : '-')
}

function distance({ ahead, behind }: WorktreeStatus): string {
  if (ahead === null || behind === null) return '-'
  return [ahead > 0 ? `+${ahead}` : '', behind > 0 ? `-${behind}` : ''].filter((part) => part !== '').join(' ') || '='
}

function changes({ changes: count }: WorktreeStatus): string {
  if (count === null) return '?'
  return count === 0 ? 'clean' : String(count)
}

function ports(worktree: WorktreeStatus): string {
  const cells = Object.entries(worktree.ports).map(([service, port]) => {
    const listener = worktree.listeners.find((found) => found.service === service)
    return listener ? `${port} ${whoListens(listener)}` : String(port)
  })
  return cells.join(', ') || '-'
}

function whoListens({ program, pid, foreignWorktree }: ServiceListener): string {
  const who = pid === null ? '(another user)' : `${program ?? 'process'} ${pid}`
  return foreignWorktree === null ? who : `${who} OF ANOTHER WORKTREE`
}

function lastCommit({ lastCommit: last }: WorktreeStatus, now: Date): string {
  if (last === null) return '-'
  const subject = last.subject.length > SUBJECT_LENGTH ? `${last.subject.slice(0, SUBJECT_LENGTH - 1)}…` : last.subject
  return `${ageOf(last.committedAt, now)} ${subject}`
}

/** What failed in one line: the rest of it, and the log, are what `setup` shows. */
function failureNote(path: string, [problem = '']: readonly string[]): string {
  const [what = ''] = problem.split('\n')
  const again = commandLine(['npx', 'lanekeeper', 'setup', path, '--wait'])
  return `✗ ${printable(path)}: the set-up failed${what === '' ? '' : `: ${printable(what)}`}\n  ↳ ${again}`
}

/** A directory that was moved with `mv` is gone to git too, and a sweep would take its ports and git's notes of it. */
function goneNote(path: string): string {
  return `▲ ${printable(path)} is gone; sweep what it left: npx lanekeeper gc\n  ↳ moved by hand? in its new place: git worktree repair`
}

/** An agent keeps to the directory that TASK.md and WORKTREE.md name. */
export function movedMessage(path: string, from: string): string {
  return `${path} was moved: its pages still name ${from}`
}

function movedNote(path: string, from: string): string {
  return `▲ ${printable(movedMessage(path, from))}\n  ↳ ${commandLine(['npx', 'lanekeeper', 'setup', path])}`
}

/** Lines under the table: what needs a person, each with the command that goes on. */
export function statusNotes(worktrees: readonly WorktreeStatus[]): string[] {
  return worktrees.flatMap(({ path, state, movedFrom, problems, listeners, task, verdict }) => [
    ...(state === 'failed' ? [failureNote(path, problems)] : []),
    ...(state === 'missing' ? [goneNote(path)] : []),
    ...(movedFrom === null ? [] : [movedNote(path, movedFrom)]),
    ...listeners
      .filter(({ foreignWorktree }) => foreignWorktree !== null)
      .map(
        ({ port, foreignWorktree }) =>
          `▲ port ${port} of ${printable(path)} is served out of ${printable(foreignWorktree ?? '')}`,
      ),
    ...(verdict === 'refuse' ? [`▲ task ${task} is outside its lane: npx lanekeeper review ${task}`] : []),
  ])
}

/** Its own word first: a window that still runs may have an agent in it that waits for a person. */
function agentCell({ agent, agentSays }: Pick<WorktreeStatus, 'agent' | 'agentSays'>): string {
  if (agentSays && agent?.alive !== false) return agentSays.state === 'waiting' ? 'waits for you' : agentSays.state
  if (agent === null) return '-'
  return agent.alive ? 'running' : 'ended'
}
