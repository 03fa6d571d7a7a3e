/** Who may provision a worktree or take it away: one process at a time, by locks in the worktree's own git dir. */
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { signalIfThere } from './descendants.ts'
import { readIfExists } from './files.ts'
import { worktreeStateDir } from './identity.ts'
import { isAlive, isCertain, type Patient, withLock } from './lock.ts'

/** Longer than any system takes to end what it was told to kill. */
const ENDING_MS = 10_000
const POLL_MS = 5

/** Held for the quick steps, for every write to the worktree's record, and for taking it all away. */
export function withWorktreeLock<T>(
  gitDir: string,
  patience: number | Patient,
  work: () => T | Promise<T>,
): Promise<T> {
  return withLock(lockOf(gitDir), patience, work, gitDir)
}

/** Held for as long as the slow steps take, so that the quick ones can be repeated meanwhile. */
export function withSlowLock<T>(gitDir: string, patience: Patient, work: () => T | Promise<T>): Promise<T> {
  return withLock(join(worktreeStateDir(gitDir), 'slow-lock'), patience, work, gitDir)
}

function lockOf(gitDir: string): string {
  return join(worktreeStateDir(gitDir), 'lock')
}

/**
 * The living process that sets the worktree up, as lock owners write themselves; null when there is none.
 * @param worker whom the worktree's record names
 */
export function setUpProcess(gitDir: string | null, worker: string | null): string | null {
  const holder = gitDir === null ? null : readIfExists(lockOf(gitDir))
  return [worker, holder].find((owner) => owner !== null && isAlive(owner)) ?? null
}

/**
 * Kills what sets the worktree up, installs included, and waits for its end. A person has forced it; whatever it was at,
 * the ledger knows (a set-up may be killed at any point).
 * @throws `locked` where only its pid is known, which may be another process by now
 */
export async function endSetUp(gitDir: string, worker: string | null): Promise<void> {
  const deadline = Date.now() + ENDING_MS
  for (let owner = setUpProcess(gitDir, worker); owner !== null; owner = setUpProcess(gitDir, worker)) {
    if (!isCertain(owner)) throw stillRuns(owner)
    kill(Number(owner.split(' ')[0]))
    if (Date.now() > deadline) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function stillRuns(owner: string): LanekeeperError {
  const pid = owner.split(' ')[0]
  return new LanekeeperError('locked', `The set-up of this worktree seems to run still (process ${pid}).`, {
    hint: `See what it is: ps -p ${pid}\nIf it is the set-up: kill ${pid}, then repeat.`,
  })
}

/** A detached worker leads a group, in which its installs are; a hook does not, and is killed alone. */
function kill(pid: number): void {
  for (const target of [-pid, pid]) signalIfThere(target, 'SIGKILL')
}
