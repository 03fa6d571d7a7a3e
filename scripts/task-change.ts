/** What a person does to a task that there is: widen its lane, edit it, close it. Recorded with who, when and why. */
import { join } from 'node:path'
import type { Session } from './command.ts'
import type { Entrance } from './entrance.ts'
import { claimLease, endLease, tellAsked } from './leases.ts'
import { LanekeeperError } from './policy/errors.ts'
import { leaseOf } from './policy/migrations/ownership.ts'
import type { Policy } from './policy/policy.ts'
import { commandLine } from './policy/shell-quote.ts'
import { checkedTask, formatTask, parseTask, type Task } from './policy/task.ts'
import { assertFits, warningsAbout } from './policy/task-draft.ts'
import { provision } from './provision.ts'
import { refreshTaskLists } from './refresh-task-lists.ts'
import { withLock } from './system/lock.ts'
import { openTasks, readPolicy } from './system/policy-source.ts'
import { branchOf, openRepository, type Repository } from './system/repository.ts'
import { saveTask } from './system/task-store.ts'
import { listWorktrees } from './system/worktrees.ts'

const TASKS_LOCK_WAIT_MS = 30_000

/** The task with this id. Throws `no-such-task` with the ids there are. */
export function taskNamed(policy: Policy, id: string): Task {
  const task = policy.tasks.find((candidate) => candidate.id === id)
  if (task) return task
  const known = openTasks(policy).map((open) => open.id)
  throw new LanekeeperError('no-such-task', `There is no task "${id}".`, {
    hint: known.length > 0 ? `Open tasks: ${known.join(', ')}` : 'There is none yet: npm run new-task',
  })
}

/** Throws `refused` in a task's own worktree: a lane that the one inside can move is no lane. */
export function assertPersonsPlace(repository: Repository, policy: Policy, words: readonly string[]): void {
  const branch = branchOf(repository.gitDir)
  const owner = openTasks(policy).find((task) => task.branch === branch)
  if (!repository.isLinked || !owner) return
  const command = commandLine(['npx', 'lanekeeper', 'task', ...words])
  throw new LanekeeperError(
    'refused',
    `This is the worktree of task "${owner.id}": whoever works here does not change tasks, or its lane would be none.`,
    { hint: `A person, in the main worktree: cd ${commandLine([repository.mainWorktree])} && ${command}` },
  )
}

/** Adds patterns to what the task may change. */
export async function widenTask(
  session: Session,
  entrance: Entrance,
  request: { id: string; patterns: readonly string[]; reason: string },
): Promise<Task> {
  const { id, patterns, reason } = request
  const task = await changeTask(
    entrance.repository,
    id,
    `widen ${id}: ${patterns.join(', ')}\n\nReason: ${reason}`,
    (old) =>
      checkedTask({ ...old, allow: [...new Set([...old.allow, ...checkedTask({ ...old, allow: patterns }).allow])] }),
  )
  await refreshWorktree(session, entrance.repository, task)
  return task
}

/** Ends a task without landing it; its branch and worktree stay until they are removed. */
export async function closeTask(session: Session, entrance: Entrance, id: string, reason: string): Promise<Task> {
  const message = `close ${id}${reason === '' ? '' : `\n\nReason: ${reason}`}`
  const task = await changeTask(entrance.repository, id, message, (old) => ({ ...old, state: 'closed' }))
  endLease(entrance.repository, entrance.policy, task)
  await refreshWorktree(session, entrance.repository, task)
  return task
}

/**
 * Puts a text in the place of a task's file.
 * @param before what the person started from; the change is refused when the task moved meanwhile
 * @throws `task-file` with the line that is wrong
 */
export async function rewriteTask(session: Session, entrance: Entrance, before: Task, text: string): Promise<Task> {
  const wanted = parseTask(text, `${before.id}.md`)
  for (const name of ['id', 'branch', 'createdAt'] as const)
    if (wanted[name] !== before[name]) throw fixed(name, before)
  const task = await changeTask(entrance.repository, before.id, `edit ${before.id}`, (old, policy) => {
    if (formatTask(old) !== formatTask(before)) throw movedMeanwhile(before.id)
    const others = policy.tasks.filter(({ id }) => id !== before.id)
    assertFits(wanted, policy.settings, policy.base, others)
    return wanted
  })
  if (task.migrations !== before.migrations) changeLeases(session, entrance, before, task)
  await refreshWorktree(session, entrance.repository, task)
  return task
}

/** The lease of the migrations it owned goes; that of the new ones is asked for, as `new-task` does. */
function changeLeases({ out }: Session, { repository, policy }: Entrance, before: Task, task: Task): void {
  endLease(repository, policy, before)
  const database = leaseOf(task, policy.settings)
  if (database !== null) tellAsked(out, task, claimLease(repository, policy, task, database))
}

async function changeTask(
  repository: Repository,
  id: string,
  message: string,
  change: (task: Task, policy: Policy) => Task,
): Promise<Task> {
  return withLock(join(repository.stateDir, 'locks', 'tasks'), TASKS_LOCK_WAIT_MS, () => {
    const policy = readPolicy(repository)
    const old = taskNamed(policy, id)
    if (old.state !== 'open') throw ended(old)
    const task = change(old, policy)
    if (formatTask(task) !== formatTask(old)) saveTask(repository, task, message)
    return task
  })
}

/** TASK.md and the quick answer of the pre-commit filter are copies; they follow at once. */
async function refreshWorktree(session: Session, repository: Repository, task: Task): Promise<void> {
  const policy = readPolicy(repository)
  for (const warning of task.state === 'open' ? warningsAbout(task, policy.settings, openTasks(policy)) : [])
    session.out.warn(warning)
  const worktree = listWorktrees(repository.git).find(({ branch, isPrunable }) => branch === task.branch && !isPrunable)
  if (worktree && !worktree.isMain)
    await provision(openRepository(worktree.path, session.env), policy, { wait: false }, session.out)
  await refreshTaskLists(repository)
}

function ended({ id, state }: Task): LanekeeperError {
  return new LanekeeperError('usage', `Task "${id}" is ${state} already, and stays as it was.`, {
    hint: 'More to do? Make another task: npm run new-task',
  })
}

function fixed(name: string, { id }: Task): LanekeeperError {
  const key = name === 'createdAt' ? 'created' : name
  return new LanekeeperError('task-file', `Task file ${id}.md: "${key}" cannot be changed any more.`, {
    hint: 'Its branch and worktree carry it. Make another task: npm run new-task',
  })
}

function movedMeanwhile(id: string): LanekeeperError {
  return new LanekeeperError('task-file', `Task "${id}" was changed by somebody else meanwhile.`, {
    hint: `See it: npx lanekeeper task show ${id}`,
  })
}
