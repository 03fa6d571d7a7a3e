/** What every gate hook is given: the repository as git's environment shows it, the policy, and git's own command line. */
import type { Door } from '../scripts/guard.ts'
import { gitCommandOf } from '../scripts/system/git-process.ts'
import { readPolicy } from '../scripts/system/policy-source.ts'
import { openRepository } from '../scripts/system/repository.ts'

/** Variables a gate hook must keep: the index of a partial commit, and objects a push has in quarantine. */
const KEPT = ['GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH']

/** Opens the door for a hook that runs in `process.cwd()`. */
export function openDoor(): Door {
  const env = absoluteIndex(process.env)
  const repository = openRepository(process.cwd(), env, KEPT)
  return { repository, policy: readPolicy(repository), command: gitCommandOf(Number(process.env.LANEKEEPER_GIT_PID)) }
}

/** git hands the main worktree's hooks `.git/index`, relative: wrong as soon as we ask from elsewhere. */
function absoluteIndex(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const index = env.GIT_INDEX_FILE
  return index === undefined || index.startsWith('/') ? env : { ...env, GIT_INDEX_FILE: `${process.cwd()}/${index}` }
}
