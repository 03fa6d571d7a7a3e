/**
 * A lock between processes of one machine, held by a file that names its owner. A lock whose owner is dead is taken over:
 * a kill -9 never needs a person. Liveness is pid *and* process start time, since pids come round again.
 */

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { discard, fileSystemError, isErrno, readIfExists } from './files.ts'
import { randomHex } from './random.ts'

/** Looking costs 0.05 ms; eight processes in a row would each wait half of this for nothing. */
const POLL_MS = 5

/**
 * Runs `work` while holding the lock at `path`.
 * @param waitMs how long to wait for a living owner before `locked` is thrown
 */
export async function withLock<T>(path: string, waitMs: number, work: () => T | Promise<T>): Promise<T> {
  const release = await acquire(path, waitMs)
  try {
    return await work()
  } finally {
    release()
  }
}

async function acquire(path: string, waitMs: number): Promise<() => void> {
  const me = `${thisProcess()} ${randomHex(6)}`
  const deadline = Date.now() + waitMs
  // looking first: a try writes a file
  for (let owner = readIfExists(path); owner !== null || !take(path, me); owner = readIfExists(path)) {
    if (owner === null) continue
    if (!isAlive(owner)) takeAway(path, owner)
    else if (Date.now() > deadline) throw heldBy(path, owner)
    else await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return () => {
    if (readIfExists(path) === me) rmSync(path, { force: true })
  }
}

/** link() of a complete file: nobody ever reads a lock that does not say whose it is. */
function take(path: string, content: string): boolean {
  const temporary = `${path}.${process.pid}.${randomHex(4)}`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, content, { mode: 0o600 })
    linkSync(temporary, path)
    return true
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return false
    throw fileSystemError('lock', path, cause)
  } finally {
    discard(temporary)
  }
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
  return `${process.pid} ${statOf(process.pid)?.start ?? ''}`
}

/** State letter and start time (clock ticks since boot) of a process where /proc tells them; else null: the pid alone decides. */
function statOf(pid: number): { state: string; start: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    return null
  }
}

function heldBy(path: string, owner: string | null): LanekeeperError {
  const pid = owner?.split(' ')[0] ?? 'unknown'
  return new LanekeeperError('locked', `Process ${pid} is busy with the same thing (lock ${path}).`, {
    hint: `Wait for it, then repeat. To see it: ps -p ${pid}`,
  })
}
