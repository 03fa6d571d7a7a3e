/** What flows do with the remote that tasks and leases travel over ("remote" of the settings); without one: nothing. */
import { LanekeeperError } from './policy/errors.ts'
import { minuteOf } from './policy/migrations/lease-words.ts'
import type { Settings } from './policy/settings.ts'
import { commandLine } from './policy/shell-quote.ts'
import type { Task } from './policy/task.ts'
import type { Output } from './system/output.ts'
import { openTasks, readPolicy } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'
import { fetchedTasks, mergeFetchedTasks } from './system/shared-tasks.ts'
import { type Exchange, exchange, fetched, pushedTasks } from './system/sharing.ts'
import { dropTask } from './system/task-store.ts'

type Remote = Pick<Settings, 'remote'>

/**
 * Fetches, merges and pushes, and says what a person should know. Never throws for a remote that does not answer.
 * @returns what it came to; null without a remote
 */
export function meetRemote(repository: Repository, { remote }: Remote, out: Output): Exchange | null {
  if (remote === undefined) return null
  const met = told(exchange(repository, remote), remote, out)
  if (met.came) for (const text of sameBranches(openTasks(readPolicy(repository)))) out.warn(text)
  return met
}

/** Made by two machines that could not ask each other: a branch has one lane only. */
function sameBranches(open: readonly Task[]): string[] {
  return open.flatMap(({ id, branch }, index) => {
    const other = open.find((one, before) => before < index && one.branch === branch)
    const close = commandLine(['npx', 'lanekeeper', 'task', 'close', id])
    return other ? [`Tasks ${other.id} and ${id} have the same branch, ${branch}. A person ends one: ${close}`] : []
  })
}

/** Pushes what was just changed here, and takes in what is new there where that is needed. */
export function shareChanges(repository: Repository, { remote }: Remote, out: Output): void {
  if (remote !== undefined) told(exchange(repository, remote, { fetchFirst: false }), remote, out)
}

/** Losing this often in a row means something else is wrong. */
const MAX_TRIES = 20

/**
 * Pushes a task that was just written down, before anything is made for it.
 * @throws `task-exists` where another machine was quicker with the id or the branch; ours is taken out again
 */
export function shareNewTask(repository: Repository, { remote }: Remote, task: Task): void {
  if (remote === undefined) return
  for (let tries = 0; tries < MAX_TRIES && pushedTasks(repository, remote).kind === 'moved'; tries++) {
    if (fetched(repository, remote) !== null) return
    const rival = fetchedTasks(repository, remote).find((other) => isRival(other, task))
    if (rival) dropTask(repository, task.id, `new-task ${task.id} could not go through`)
    mergeFetchedTasks(repository, remote)
    if (rival) throw quicker(rival, task)
  }
}

function isRival(other: Task, { id, branch }: Task): boolean {
  return other.id === id || (other.state === 'open' && other.branch === branch)
}

function quicker(rival: Task, { id }: Task): LanekeeperError {
  const what = rival.id === id ? `A task "${id}"` : `A task with the branch ${rival.branch} ("${rival.id}")`
  return new LanekeeperError('task-exists', `${what} was made on another machine, ${minuteOf(rival.createdAt)}.`, {
    hint: `See it: ${commandLine(['npx', 'lanekeeper', 'task', 'show', rival.id])}\nOr choose another: --id ${id}-2`,
  })
}

/** A command meets the remote before and after its work: what is the same both times is said once. */
const said = new WeakMap<Output, Set<string>>()

function told(met: Exchange, remote: string, out: Output): Exchange {
  const once = (say: (text: string) => void, text: string) => {
    const before = said.get(out) ?? new Set()
    if (!before.has(text)) say(text)
    said.set(out, before.add(text))
  }
  if (met.offline !== null)
    once(
      out.note,
      `${remote} does not answer, so this goes on with what is known here; the next contact brings it there (npx lanekeeper sync): ${met.offline}`,
    )
  if (met.refused !== null) once(out.warn, refusedText(remote, met.refused))
  for (const { overruled, kept } of met.overruled) for (const id of overruled) once(out.warn, overruledText(id, kept))
  for (const { database, task, holder } of met.lost)
    once(
      out.warn,
      `Task ${task} has the lease on the migrations of "${database}" no more: task "${holder.task}" (${holder.branch}, on ${holder.host}) holds it since ${minuteOf(holder.acquiredAt)}.`,
    )
  return met
}

/** A remote that takes nothing: all of it is still here. */
export function refusedText(remote: string, why: string): string {
  return `${remote} did not take the tasks and leases of this clone: ${why}. Nothing is lost: they are kept here and pushed at the next contact (npx lanekeeper sync).`
}

function overruledText(id: string, kept: string | null): string {
  return `Task ${id} was changed here and on another machine: the other's stands. Yours: git show ${kept?.slice(0, 12)}:${id}.md`
}
