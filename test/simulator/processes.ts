/** Programs that the simulation starts, and the fault injector that kills some of them at any moment. */
import { spawn } from 'node:child_process'
import type { Random } from './random.ts'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** The injector ended it. */
  readonly isKilled: boolean
}

export interface Programs {
  run(words: readonly string[], cwd: string, options?: { mayDie?: boolean; env?: NodeJS.ProcessEnv }): Promise<Ran>
  readonly faults: number
}

/** A command that takes longer than this hangs, which is a fault of its own. */
const HANG_MS = 180_000

/**
 * @param probability of a program that may die to be killed on its way
 * @param note hears of every command and how it ended
 */
export function openPrograms(
  env: NodeJS.ProcessEnv,
  random: Random,
  probability: number,
  note: (line: string) => void,
): Programs {
  let faults = 0
  const run: Programs['run'] = (words, cwd, { mayDie = false, env: more = {} } = {}) =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = words
      // a session of its own: the injector takes the hooks and git along, as an out-of-memory kill or a closed laptop would
      const child = spawn(program, args, { cwd, env: { ...env, ...more }, detached: true })
      let [stdout, stderr, isKilled] = ['', '', false]
      child.stdout.on('data', (data) => {
        stdout += data
      })
      child.stderr.on('data', (data) => {
        stderr += data
      })
      const kill = (signal: NodeJS.Signals) => {
        try {
          process.kill(-(child.pid ?? 0), signal)
        } catch {
          // it ended by itself
        }
      }
      const isDoomed = mayDie && random.chance(probability)
      const after = isDoomed ? Math.floor(random.next() ** 2 * 1500) : HANG_MS
      const timer = setTimeout(() => {
        isKilled = true
        if (isDoomed) faults++
        kill('SIGKILL')
      }, after)
      child.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      child.on('close', (status) => {
        clearTimeout(timer)
        const command = words.slice(program.endsWith('node') ? 2 : 0).join(' ')
        const why = (status ?? 0) > 1 ? ` ${stderr.trim().split('\n').slice(0, 3).join(' / ')}` : ''
        note(`${cwd}$ ${command}  → ${isKilled ? `killed after ${after} ms` : status}${why}`)
        if (isKilled && !isDoomed) reject(new Error(`${words.join(' ')} hung for ${HANG_MS / 1000} s in ${cwd}`))
        else resolve({ status, stdout, stderr, isKilled })
      })
    })
  return {
    run,
    get faults() {
      return faults
    },
  }
}
