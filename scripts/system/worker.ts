/** The detached process that does a worktree's slow steps after `git worktree add` has returned. */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { withoutRepositoryVariables } from './git.ts'
import { ownerNamed } from './lock.ts'

/** Id of the worktree whose slow steps the process above us is doing: what those steps start does not do them again. */
export const WORKING_ON = 'LANEKEEPER_WORKING_ON'

/** Variables of a running hook that its detached child must not inherit. */
const HOOK_VARIABLES = ['LANEKEEPER_ACTIVE', 'LANEKEEPER_GIT_PID', 'LANEKEEPER_SETUP']

/**
 * Starts `setup <path> --wait` in a session of its own, without any of our descriptors: a caller that captures the
 * output of `git worktree add` is not kept waiting (git-hooks.md section 5).
 * @returns the worker as lock owners write themselves
 * @throws `set-up` when it cannot be started
 */
export function startWorker(path: string, env: NodeJS.ProcessEnv, { trust = false } = {}): string {
  const program = cliBesideUs()
  if (program === null) throw cannotStart('the program is not where it was')
  const clean = withoutRepositoryVariables(env)
  for (const name of HOOK_VARIABLES) delete clean[name]
  const words = [program, 'setup', path, '--wait', ...(trust ? ['--trust'] : [])]
  const child = spawn(process.execPath, words, { cwd: path, env: clean, detached: true, stdio: 'ignore' })
  // a failure to start is told by the missing pid; without a listener the event would be thrown
  child.on('error', () => {})
  child.unref()
  if (child.pid === undefined) throw cannotStart('no process could be made')
  return ownerNamed(child.pid)
}

/** `cli.cjs` of the build that runs now: the package's, or the trusted copy's when a hook called. */
function cliBesideUs(): string | null {
  const started = process.argv[1]
  if (started === undefined || !existsSync(started)) return null
  const file = join(dirname(realpathSync(started)), 'cli.cjs')
  return existsSync(file) ? file : null
}

function cannotStart(why: string): LanekeeperError {
  return new LanekeeperError('set-up', `The rest of the set-up could not be started in the background: ${why}.`, {
    hint: 'Do it here: npx lanekeeper setup --wait',
  })
}
