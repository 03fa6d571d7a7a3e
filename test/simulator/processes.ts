/** Programs that the simulation starts, and the fault injector that kills some of them, or a part of them, at any moment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Random } from './random.ts'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** The injector ended it, or one of its processes. */
  readonly isKilled: boolean
  readonly killedAfterMs: number | null
}

export interface Injector {
  readonly random: Random
  /** Of a program to be killed on its way. */
  readonly probability: number
}

/** A command that takes longer than this hangs, which is a fault of its own. */
const HANG_MS = 300_000
/** Nearly everything of ours is over by then. */
const LONGEST_LIFE_MS = 1500
/** How often only one process of the command is killed: a hook without its git, a git without its hook. */
const PART = 0.4

/**
 * Runs a program to its end, or to the one that the injector sets it.
 * @throws when it hangs, or cannot be started
 */
export function run(
  words: readonly string[],
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  injector: Injector | null,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // a session of its own: the injector takes the hooks and git along, as an out-of-memory kill or a closed laptop would
    const child = spawn(words[0] ?? '', words.slice(1), { ...place, detached: true })
    const said = listen(child)
    const doom = injector?.random.chance(injector.probability) ? doomOf(injector.random) : null
    let [killedAfterMs, isHanging]: [number | null, boolean] = [null, false]
    const timers = [
      setTimeout(() => {
        isHanging = true
        killAll(child)
      }, HANG_MS),
    ]
    if (doom)
      timers.push(
        setTimeout(() => {
          killedAfterMs = doom.afterMs
          if (doom.part === null) killAll(child)
          else killPart(child, doom.part)
        }, doom.afterMs),
      )
    const end = () => {
      for (const timer of timers) clearTimeout(timer)
    }
    child.on('error', (error) => {
      end()
      reject(error)
    })
    child.on('close', (status) => {
      end()
      if (isHanging)
        reject(new Error(`${words.join(' ')} hung for ${HANG_MS / 1000} s in ${place.cwd}\n${said.stderr}`))
      else resolve({ status, ...said, isKilled: killedAfterMs !== null, killedAfterMs })
    })
  })
}

function listen(child: ChildProcess): { stdout: string; stderr: string } {
  const said = { stdout: '', stderr: '' }
  child.stdout?.on('data', (data) => {
    said.stdout += data
  })
  child.stderr?.on('data', (data) => {
    said.stderr += data
  })
  return said
}

/** @returns when, and which part of its processes: 0 is the first, near 1 the last; null is all of them */
function doomOf(random: Random): { afterMs: number; part: number | null } {
  const afterMs = Math.floor(random.next() ** 2 * LONGEST_LIFE_MS)
  return { afterMs, part: random.chance(PART) ? random.next() : null }
}

function killAll({ pid }: ChildProcess): void {
  if (pid !== undefined) killGroup(pid)
}

export function killGroup(leader: number): void {
  kill(-leader)
}

function killPart({ pid = 0 }: ChildProcess, part: number): void {
  const living = sessionOf(pid)
  const one = living[Math.floor(part * living.length)]
  if (one !== undefined) kill(one)
}

/** Processes of a session, oldest first. Only /proc tells. */
export function sessionOf(leader: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && sessionIn(name) === leader)
    .map(Number)
    .sort((a, b) => a - b)
}

function sessionIn(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
  } catch {
    return 0 // it has ended
  }
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended by itself
  }
}
