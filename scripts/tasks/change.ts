/** What a person does to a task that there is: widen its lane, edit it, close it. Recorded with who, when and why. */
import { join } from 'node:path'
import type { Session } from '../command.ts'
import type { Entrance } from '../entrance.ts'
import { claimLease, endLease, tellAsked } from '../migrations/leases.ts'
import { editMessage, widenMessage } from '../policy/audit-messages.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { leaseOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import { checkedTask, formatTask, parseTask, type Task } from '../policy/task.ts'
import { assertFits, warningsAbout } from '../policy/task-draft.ts'
import { provision } from '../provisioning/provision.ts'
import { withLock } from '../system/lock.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { saveTask } from '../system/task-store.ts'
import { listWorktrees } from '../system/worktrees.ts'
import { assertNoOverlap, type Consent, filesOfBase, warnOfSlips } from './overlaps.ts'
import { refreshTaskLists } from './refresh-task-lists.ts'

const TASKS_LOCK_WAIT_MS = 30_000

/** The task with this id. Throws `no-such-task` with the ids there are. */
export function taskNamed(policy: Policy, id: string): Task {
  const task = policy.tasks.find((candidate) => candidate.id === id)
  if (task) return task
  const known = openTasks(policy).map((open) => open.id)
  throw new LanekeeperError('no-such-task', `There is no task "${id}".`, {
    hint: known.length > 0 ? `Open tasks: ${known.join(', ')}` : 'There is none yet: npx lanekeeper new-task',
  })
}

export interface Widening {
  readonly id: string
  readonly patterns: readonly string[]
  /** Tasks that must land first from now on. */
  readonly dependsOn: readonly string[]
  readonly reason: string
  readonly consent: Consent
}

/**
 * Adds patterns to what the task may change.
 * @throws `overlap` where that takes in another task's files and nobody said that it may
 */
export async function widenTask(session: Session, { repository }: Entrance, request: Widening): Promise<Task> {
  const { id, patterns, reason, consent } = request
  const task = await changeTask(repository, id, (old, policy) => {
    const dependsOn = [...new Set([...old.dependsOn, ...request.dependsOn])]
    const more = checkedTask({ ...old, allow: patterns }).allow
    const wider = checkedTask({ ...old, dependsOn, allow: [...new Set([...old.allow, ...more])] })
    if (request.dependsOn.length > 0) assertFits(wider, policy.settings, policy.base, othersThan(policy, id))
    const files = filesOfBase(repository, policy)
    const overlap = assertNoOverlap(files, policy, { task: wider, before: old }, { consent, out: session.out })
    warnOfSlips(files, more, session.out)
    return { task: wider, message: widenMessage(id, patterns, reason, overlap) }
  })
  await refreshWorktree(session, repository, task)
  return task
}

/** Ends a task without landing it; its branch and worktree stay until they are removed. */
export async function closeTask(session: Session, entrance: Entrance, id: string, reason: string): Promise<Task> {
  const message = `close ${id}${reason === '' ? '' : `\n\nReason: ${reason}`}`
  const task = await changeTask(entrance.repository, id, (old) => ({ task: { ...old, state: 'closed' }, message }))
  endLease(entrance.repository, entrance.policy, task)
  await refreshWorktree(session, entrance.repository, task)
  return task
}

/**
 * Puts a text in the place of a task's file.
 * @param before what the person started from; the change is refused when the task moved meanwhile
 * @throws `task-file` with the line that is wrong, `overlap` as `widenTask` does
 */
export async function rewriteTask(
  session: Session,
  entrance: Entrance,
  before: Task,
  { text, reason, consent }: { text: string; reason: string; consent: Consent },
): Promise<Task> {
  const { repository } = entrance
  const wanted = parseTask(text, `${before.id}.md`)
  for (const name of ['id', 'branch', 'createdAt'] as const)
    if (wanted[name] !== before[name]) throw fixed(name, before)
  const task = await changeTask(repository, before.id, (old, policy) => {
    if (formatTask(old) !== formatTask(before)) throw movedMeanwhile(before.id)
    assertFits(wanted, policy.settings, policy.base, othersThan(policy, before.id))
    const overlap = assertNoOverlap(
      filesOfBase(repository, policy),
      policy,
      { task: wanted, before: old },
      { consent, out: session.out, isText: true },
    )
    return { task: wanted, message: editMessage(old, wanted, reason, overlap) }
  })
  if (task.migrations !== before.migrations) changeLeases(session, entrance, before, task)
  await refreshWorktree(session, repository, task)
  return task
}

function othersThan(policy: Policy, id: string): Task[] {
  return policy.tasks.filter((task) => task.id !== id)
}

/** The lease of the migrations it owned goes; that of the new ones is asked for, as `new-task` does. */
function changeLeases({ out }: Session, { repository, policy }: Entrance, before: Task, task: Task): void {
  endLease(repository, policy, before)
  const database = leaseOf(task, policy.settings)
  if (database !== null) tellAsked(out, task, claimLease(repository, policy, task, database))
}

/**
 * Changes an open task under the lock of all changes to tasks.
 * @param change gives the task as it is to be, and what the tasks ref says of it
 * @throws `no-such-task`, `usage` for a task that has ended, and what `change` throws
 */
export function changeTask(
  repository: Repository,
  id: string,
  change: (task: Task, policy: Policy) => { readonly task: Task; readonly message: string },
): Promise<Task> {
  return withLock(join(repository.stateDir, 'locks', 'tasks'), TASKS_LOCK_WAIT_MS, () => {
    const policy = readPolicy(repository)
    const old = taskNamed(policy, id)
    if (old.state !== 'open') throw ended(old)
    const { task, message } = change(old, policy)
    if (formatTask(task) !== formatTask(old)) saveTask(repository, task, message)
    return task
  })
}

/** TASK.md and the quick answer of the pre-commit filter are copies; they follow at once. */
async function refreshWorktree(session: Session, repository: Repository, task: Task): Promise<void> {
  const policy = readPolicy(repository)
  for (const warning of task.state === 'open' ? warningsAbout(task, policy.settings) : []) session.out.warn(warning)
  const worktree = listWorktrees(repository.git).find(({ branch, isPrunable }) => branch === task.branch && !isPrunable)
  if (worktree && !worktree.isMain)
    await provision(openRepository(worktree.path, session.env), policy, { wait: false }, session.out)
  await refreshTaskLists(repository)
}

function ended({ id, state }: Task): LanekeeperError {
  return new LanekeeperError('usage', `Task "${id}" is ${state} already, and stays as it was.`, {
    hint: 'More to do? Make another task: npx lanekeeper new-task',
  })
}

function fixed(name: string, { id }: Task): LanekeeperError {
  const key = name === 'createdAt' ? 'created' : name
  return new LanekeeperError('task-file', `Task file ${id}.md: "${key}" cannot be changed any more.`, {
    hint: 'Its branch and worktree carry it. Make another task: npx lanekeeper new-task',
  })
}

function movedMeanwhile(id: string): LanekeeperError {
  return new LanekeeperError('task-file', `Task "${id}" was changed by somebody else meanwhile.`, {
    hint: `See it: npx lanekeeper task show ${id}`,
  })
}
