/**
 * A lock between processes of one machine, held by a file that names its owner. A lock whose owner is dead is taken over:
 * a kill -9 never needs a person. Liveness is pid *and* process start time, since pids come round again.
 */

import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { discard, fileSystemError, isErrno, readIfExists } from './files.ts'
import { randomHex } from './random.ts'

/** Looking costs 0.05 ms; eight processes in a row would each wait half of this for nothing. */
const POLL_MS = 5
/** After that long the wait is a long one, and is said. */
const LONG_MS = 1000
const LONG_POLL_MS = 50

/** As long as the owner lives. */
export interface Patient {
  /** Told once, when the wait turns out to be a long one. @param pid the owner's */
  onLongWait(pid: string): void
}

/**
 * Runs `work` while holding the lock at `path`.
 * @param patience how many milliseconds to wait for a living owner before `locked` is thrown, or that there is no end to
 *   it; nobody waits for an owner that waits for him
 * @param place a directory around the lock's that must be there; once it is gone, so is what the lock was for, and
 *   `gone` is thrown instead of making it again
 */
export async function withLock<T>(
  path: string,
  patience: number | Patient,
  work: () => T | Promise<T>,
  place?: string,
): Promise<T> {
  const release = await acquire(path, patience, place)
  try {
    return await work()
  } finally {
    release()
  }
}

async function acquire(path: string, patience: number | Patient, place?: string): Promise<() => void> {
  const me = `${thisProcess()} ${randomHex(6)}`
  const wait = waiting(path, patience)
  // looking first: a try writes a file
  for (let owner = readIfExists(path); owner !== null || !take(path, me, place); owner = readIfExists(path)) {
    if (owner === null) continue
    if (!isAlive(owner)) takeAway(path, owner)
    else await wait(owner)
  }
  return () => {
    if (readIfExists(path) === me) rmSync(path, { force: true })
  }
}

/** One look's pause, again and again. Throws `locked` when that is long enough. */
function waiting(path: string, patience: number | Patient): (owner: string) => Promise<void> {
  const start = Date.now()
  let isTold = false
  return async (owner) => {
    const waited = Date.now() - start
    const isLong = waited > LONG_MS
    if (typeof patience === 'number' ? waited > patience : isLong && !isTold && isAboveUs(owner))
      throw heldBy(path, owner)
    if (typeof patience !== 'number' && isLong && !isTold) {
      isTold = true
      patience.onLongWait(pidOf(owner))
    }
    await new Promise((resolve) => setTimeout(resolve, isLong ? LONG_POLL_MS : POLL_MS))
  }
}

/** Whether the owner started whoever started us: it waits for our end. Only /proc tells of more than the parent. */
function isAboveUs(owner: string): boolean {
  for (let pid = process.ppid; pid > 1; pid = statOf(pid)?.parent ?? 0) if (String(pid) === pidOf(owner)) return true
  return false
}

function pidOf(owner: string): string {
  return owner.split(' ')[0] ?? 'unknown'
}

/** link() of a complete file: nobody ever reads a lock that does not say whose it is. */
function take(path: string, content: string, place?: string): boolean {
  const temporary = `${path}.${process.pid}.${randomHex(4)}`
  try {
    makeDirectory(dirname(path), place)
    writeFileSync(temporary, content, { mode: 0o600 })
    linkSync(temporary, path)
    return true
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return false
    if (place !== undefined && !existsSync(place)) throw isGone(place)
    throw fileSystemError('lock', path, cause)
  } finally {
    discard(temporary)
  }
}

function makeDirectory(path: string, place: string | undefined): void {
  if (place === undefined) mkdirSync(path, { recursive: true })
  // recursively it would bring the place back that somebody has just taken away
  else if (!existsSync(path)) mkdirSync(path)
}

/** Moves a dead owner's lock aside; if somebody was faster, what we moved is theirs and goes back. */
function takeAway(path: string, deadOwner: string): void {
  const aside = `${path}.${process.pid}.${randomHex(4)}.dead`
  try {
    renameSync(path, aside)
    if (readIfExists(aside) !== deadOwner) linkSync(aside, path)
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'EEXIST')) throw fileSystemError('lock', path, cause)
  } finally {
    discard(aside)
  }
}

/** Whether the process that wrote `<pid> <start> …` still runs. */
export function isAlive(owner: string): boolean {
  const [pid, start] = owner.split(' ')
  const number = Number(pid)
  if (!Number.isInteger(number) || number <= 0) return false
  try {
    process.kill(number, 0)
  } catch (cause) {
    return isErrno(cause, 'EPERM')
  }
  const now = statOf(number)
  // a zombie answers to its pid until its parent reaps it, which a container's first process may never do
  if (now?.state === 'Z') return false
  return now === null || start === '' || now.start === start
}

/** This process as a lock owner writes itself: `<pid> <start time>`. */
export function thisProcess(): string {
  return ownerNamed(process.pid)
}

/** A process of this moment as a lock owner writes itself; without a start time where the system does not tell it. */
export function ownerNamed(pid: number): string {
  return `${pid} ${statOf(pid)?.start ?? ''}`
}

/** Whether a lock's owner is known by more than a pid, which comes round again: only then may it be killed. */
export function isCertain(owner: string): boolean {
  return (owner.split(' ')[1] ?? '') !== ''
}

/** State letter, start time (clock ticks since boot) and parent where /proc tells them; else null: the pid alone decides. */
function statOf(pid: number): { state: string; start: string; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '', parent: Number(fields[1] ?? 0) }
  } catch {
    return null
  }
}

function isGone(place: string): LanekeeperError {
  return new LanekeeperError('gone', `${place} is gone: somebody removed it meanwhile.`, {
    hint: 'All worktrees: git worktree list',
  })
}

function heldBy(path: string, owner: string): LanekeeperError {
  const pid = pidOf(owner)
  return new LanekeeperError('locked', `Process ${pid} is busy with the same thing (lock ${path}).`, {
    hint: `Wait for it, then repeat. To see it: ps -p ${pid}`,
  })
}
