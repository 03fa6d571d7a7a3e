/** A program in the foreground: it has our terminal, gets our signals, and its end is ours. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { LanekeeperError } from '../policy/errors.ts'
import { descendantsOf, signalIfThere } from './descendants.ts'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/**
 * Runs a program until it ends.
 * @param isNarration its stdout goes to stderr: our own answer is on stdout
 * @returns its exit status; 128 + n where signal n ended it, as a shell has it
 * @throws `dependencies` where there is no such program
 */
export function runInForeground(
  words: readonly [string, ...string[]],
  { cwd, env, isNarration = false }: { cwd: string; env: NodeJS.ProcessEnv; isNarration?: boolean },
): Promise<number> {
  const [program, ...args] = words
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['inherit', isNarration ? 2 : 'inherit', 'inherit'] })
    const forward = (signal: NodeJS.Signals) => {
      // the terminal sends Ctrl-C to all of us; twice makes npm and others give up on a clean end
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      const below = child.pid === undefined ? [] : descendantsOf(child.pid, env)
      child.kill(signal)
      for (const pid of below) signalIfThere(pid, signal)
    }
    for (const signal of FORWARDED) process.on(signal, forward)
    const stop = () => FORWARDED.forEach((signal) => void process.off(signal, forward))
    child.on('error', (error: NodeJS.ErrnoException) => {
      stop()
      reject(cannotStart(program, error))
    })
    child.on('exit', (status, signal) => {
      stop()
      resolve(status ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

function cannotStart(program: string, error: NodeJS.ErrnoException): LanekeeperError {
  const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message
  return new LanekeeperError('dependencies', `${program} could not be started: ${reason}.`, {
    hint: 'Is it installed in this worktree? npx lanekeeper setup --wait',
    cause: error,
  })
}
