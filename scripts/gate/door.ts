/** What every gate hook is given: the repository as git's environment shows it, the policy, and git's own command line. */
import { isAbsolute, join } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { type GitCommand, gitCommandOf } from '../system/git-process.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openHookRepository, type Repository } from '../system/repository.ts'

export interface Door {
  readonly repository: Repository
  readonly policy: Policy
  /** The git command that runs the hook. */
  readonly command: GitCommand
  /** Its process id; 0 when it is not known. */
  readonly gitProcess: number
}

/** Variables a gate hook must keep: the index of a partial commit, and objects a push has in quarantine. */
const KEPT = ['GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH']

/**
 * Opens the door for a hook that git runs.
 * @param cwd where git started it
 * @throws what reading the repository and its policy throws; the gate refuses then
 */
export function openDoor(cwd: string, env: NodeJS.ProcessEnv): Door {
  const repository = openHookRepository(cwd, withAbsoluteIndex(cwd, env), KEPT)
  const gitProcess = Number(env.LANEKEEPER_GIT_PID ?? 0)
  const policy = readPolicy(repository, env.LANEKEEPER_BASE)
  return { repository, policy, gitProcess, command: gitCommandOf(gitProcess) }
}

/** git hands the main worktree's hooks `.git/index`, relative: wrong as soon as we ask from elsewhere. */
function withAbsoluteIndex(cwd: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const index = env.GIT_INDEX_FILE
  return index === undefined || isAbsolute(index) ? env : { ...env, GIT_INDEX_FILE: join(cwd, index) }
}
