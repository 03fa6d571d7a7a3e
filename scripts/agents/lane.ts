/** Whose lane an agent is in: the open task whose worktree it stands in. */
import { taskHere } from '../gate/persons-place.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { worktreeRootAbove } from '../system/edit-place.ts'
import { installedBase } from '../system/installed-base.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'

export interface AgentLane {
  readonly repository: Repository
  readonly policy: Policy
  readonly task: Task
}

/** Where a session began, by the variables its hooks get: an agent that went elsewhere is still that task's. */
const PROJECT_DIRS = ['CLAUDE_PROJECT_DIR', 'CURSOR_PROJECT_DIR', 'GEMINI_PROJECT_DIR']

/**
 * The lane of an agent at `cwd`, or null in the main worktree, without a task and outside any repository: that is a
 * person's, and nothing is refused there.
 * @throws what reading the repository and its policy throws
 */
export function agentLane(cwd: string, env: NodeJS.ProcessEnv): AgentLane | null {
  const here = linkedWorktreeAt(cwd, env)
  // a subagent's worktree of its own has no task, and is not its parent's lane
  if (here !== null) return laneIn(here)
  for (const dir of PROJECT_DIRS.map((name) => env[name])) {
    const started = dir ? linkedWorktreeAt(dir, env) : null
    const lane = started === null ? null : laneIn(started)
    if (lane !== null) return lane
  }
  return null
}

function laneIn(repository: Repository): AgentLane | null {
  const policy = readPolicy(repository, installedBase(repository))
  const task = taskHere(repository, policy)
  return task === null ? null : { repository, policy, task }
}

/** The linked worktree a directory lies in, or null. */
export function linkedWorktreeAt(dir: string, env: NodeJS.ProcessEnv): Repository | null {
  const root = worktreeRootAbove(dir)
  if (root === null) return null
  const repository = openRepository(root, env)
  return repository.isLinked ? repository : null
}
