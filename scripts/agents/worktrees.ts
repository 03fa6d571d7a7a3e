/**
 * An agent that makes worktrees of its own (`claude --worktree`, a subagent) gets ours: the task's where a task has that
 * name, else a plain one, provisioned like every other.
 */
import { resolve } from 'node:path'
import type { Session } from '../command.ts'
import { type Answer, type Payload, SILENCE, textIn } from '../policy/agent-hooks/payload.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { slugOf } from '../policy/names.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { defaultPath } from '../policy/task-draft.ts'
import { provisionQuickly } from '../provisioning/provision-quickly.ts'
import { removeWorktree } from '../removal/remove-worktree.ts'
import { findWorktree } from '../remove.ts'
import { deleteBranch } from '../system/branches.ts'
import { commitOf, isAncestor } from '../system/history.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import { branchExists } from '../system/refs.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { checkedPlace } from '../system/worktree-place.ts'
import { addWorktree, listWorktrees } from '../system/worktrees.ts'
import { startOf } from '../tasks/start-point.ts'

/** Branches of worktrees that belong to no task, as Claude Code itself names them. */
const PLAIN_BRANCH = 'worktree-'

/** stdout is the worktree's path and nothing else: Claude Code takes its last line. @throws whatever stands in the way */
export async function createAnswer(payload: Payload, session: Session): Promise<Answer> {
  const name = textIn(payload, 'name', 'worktree_name')
  if (name === null) throw new LanekeeperError('usage', 'The payload names no worktree ("name").')
  const repository = openRepository(textIn(payload, 'cwd') ?? session.cwd, session.env)
  const policy = readPolicy(repository)
  const task = openTasks(policy).find(({ id, branch }) => id === name || branch === name)
  const path = await worktreeFor(repository, policy, task ?? null, slugOf(name))
  await provisionQuickly(openRepository(path, session.env), policy, { wait: false, trust: false })
  return { ...SILENCE, stdout: path }
}

/** The worktree of that name, made where it is not there. */
async function worktreeFor(repository: Repository, policy: Policy, task: Task | null, slug: string): Promise<string> {
  const branch = task?.branch ?? `${PLAIN_BRANCH}${slug}`
  const known = listWorktrees(repository.git).find((worktree) => worktree.branch === branch && !worktree.isPrunable)
  if (known) return known.path
  const template = defaultPath(policy.settings, { repo: repository.name, task: task?.id ?? slug })
  const place = checkedPlace(repository, resolve(repository.mainWorktree, template))
  const startPoint = task === null ? plainStart(repository, policy, branch) : startOf(repository, task, policy)
  await addWorktree(repository, { path: place.path, branch, startPoint })
  return place.path
}

/** A subagent goes on from where its parent is; from the main worktree it starts at the base. */
function plainStart(repository: Repository, policy: Policy, branch: string): string | null {
  if (branchExists(repository, branch)) return null
  return repository.isLinked ? commitOf(repository.git, 'HEAD') : policy.baseTip
}

/**
 * Takes a plain worktree away with its ports and databases; a task's stays until it lands or is removed by a person.
 * @throws `unsafe` where something would be lost
 */
export async function removeAnswer(payload: Payload, session: Session): Promise<Answer> {
  const path = textIn(payload, 'worktree_path')
  if (path === null) throw new LanekeeperError('usage', 'The payload names no worktree ("worktree_path").')
  const { git } = openRepository(textIn(payload, 'cwd') ?? path, session.env)
  const [main] = listWorktrees(git)
  const repository = openRepository(main?.path ?? session.cwd, session.env)
  const policy = readPolicy(repository)
  const worktree = findWorktree(repository, policy, resolve(path), repository.root)
  const task = openTasks(policy).find(({ branch }) => branch === worktree.branch)
  if (task) {
    session.out.note(`${path} stays: it is task "${task.id}"'s. It goes with: npx lanekeeper remove ${task.id}`)
    return SILENCE
  }
  await removeWorktree(repository, policy, worktree, { cwd: repository.root, out: session.out })
  dropPlainBranch(repository, policy, worktree.branch, worktree.head)
  return SILENCE
}

/** One that brought nothing is nobody's work. */
function dropPlainBranch({ git }: Repository, { baseTip }: Policy, branch: string | null, tip: string): void {
  if (!branch?.startsWith(PLAIN_BRANCH) || baseTip === null || !isAncestor(git, tip, baseTip)) return
  deleteBranch(git, branch, tip)
}
