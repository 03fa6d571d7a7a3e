/** `task handoff`: what an agent does about a file of another task's: it leaves a note for the owner, and touches nothing. */
import { type Input, listOption, textOption, usageError } from '../command.ts'
import type { Entrance } from '../entrance.ts'
import { taskHere } from '../gate/persons-place.ts'
import { handoffDoneMessage, handoffMessage } from '../policy/audit-messages.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { type Handoff, openHandoffs, withHandoff } from '../policy/handoffs.ts'
import { normalised, problemWithPattern } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { scopeOf } from '../policy/scope.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { openTasks } from '../system/policy-source.ts'
import { changeTask, taskNamed } from './change.ts'
import { refreshTaskLists } from './refresh-task-lists.ts'

const USAGE = 'npx lanekeeper task handoff <task> --file PATH --note "what is needed, and why"'

export interface HandedOver {
  readonly task: Task
  readonly handoff: Handoff
  readonly isDone: boolean
}

/**
 * Leaves a note for another task, or marks one as done.
 * @throws `usage` for a note without file or text, outside a task's worktree, or about a file that is not the other's
 */
export async function handOff(input: Input, entrance: Entrance): Promise<HandedOver> {
  const done = textOption(input, 'done')
  if (done !== undefined) return finished(input, entrance, done)
  const { repository, policy } = entrance
  const from = taskHere(repository, policy)
  if (from === null)
    throw usageError(
      'A handoff is left in the worktree of the task that needs it.',
      `A person widens a lane instead: npx lanekeeper task widen <task> PATH --reason "…"`,
    )
  const [, to] = input.positionals
  if (to === undefined)
    throw usageError('task handoff needs the task that owns the file.', `${USAGE}\nWho owns what: TASKS.md`)
  const note = textOption(input, 'note')?.trim() ?? ''
  const files = checkedFiles(listOption(input, 'file'))
  if (note === '') throw usageError('task handoff needs --note: the other task reads nothing else.', USAGE)
  assertOwned(policy, taskNamed(policy, to), from, files)
  const createdAt = new Date().toISOString()
  const task = await changeTask(repository, to, (old) => ({
    task: { ...old, handoffs: withHandoff(old.handoffs, { from: from.id, files, note, createdAt }) },
    message: handoffMessage(from.id, to, files, note),
  }))
  await refreshTaskLists(repository)
  return { task, handoff: lastOf(task), isDone: false }
}

function lastOf({ id, handoffs }: Task): Handoff {
  const last = handoffs.at(-1)
  if (!last) throw new LanekeeperError('task-file', `Task "${id}" lost the note.`)
  return last
}

function checkedFiles(files: readonly string[]): string[] {
  if (files.length === 0) throw usageError('task handoff needs --file: which file is it about?', USAGE)
  return files.map((file) => {
    const problem = problemWithPattern(file)
    if (problem !== null)
      throw usageError(`--file ${JSON.stringify(file)} ${problem}.`, 'Paths start at the root of the repository.')
    return normalised(file)
  })
}

/** A note about a file that is not the other's to change would lie there unread: it is said whose it is. */
function assertOwned(policy: Policy, to: Task, from: Task, files: readonly string[]): void {
  if (to.id === from.id) throw usageError(`You are in task "${to.id}" yourself.`, `The others: TASKS.md`)
  const foreign = files.find((file) => scopeOf(to, policy.settings).refusal(file) !== null)
  if (foreign === undefined) return
  const owner = openTasks(policy).find((task) => scopeOf(task, policy.settings).refusal(foreign) === null)
  const whose = owner === undefined ? "nobody's" : owner.id === from.id ? 'yours: change it' : `task "${owner.id}"'s`
  const ask = `It is nobody's to change yet. Say in your answer that it is needed; a person gives it to a task: npx lanekeeper task widen <task> ${commandLine([foreign])} --reason "…"`
  throw usageError(
    `${foreign} is not in the lane of task "${to.id}": it is ${whose}.`,
    owner === undefined ? ask : `Who owns what: TASKS.md`,
  )
}

async function finished(input: Input, entrance: Entrance, done: string): Promise<HandedOver> {
  const { repository, policy } = entrance
  const here = taskHere(repository, policy)
  const id = input.positionals[1] ?? here?.id
  if (id === undefined)
    throw usageError('Whose note is done?', `npx lanekeeper task handoff <task> --done ${commandLine([done])}`)
  if (here !== null && here.id !== id)
    throw new LanekeeperError(
      'refused',
      `This is the worktree of task "${here.id}": the notes of "${id}" are not its to end.`,
      {
        hint: `Its own: npx lanekeeper task show ${here.id}`,
      },
    )
  const doneAt = new Date().toISOString()
  const task = await changeTask(repository, id, (old) => {
    const handoff = openNote(old, done)
    const handoffs = old.handoffs.map((one) => (one === handoff ? { ...one, doneAt } : one))
    return { task: { ...old, handoffs }, message: handoffDoneMessage(id, handoff.number, handoff.from) }
  })
  await refreshTaskLists(repository)
  const handoff = task.handoffs.find((one) => String(one.number) === done) ?? lastOf(task)
  return { task, handoff, isDone: true }
}

function openNote({ id, handoffs }: Task, done: string): Handoff {
  const found = handoffs.find(({ number }) => String(number) === done)
  if (found?.doneAt === null) return found
  const open = openHandoffs(handoffs).map(({ number }) => number)
  throw usageError(
    found ? `Note ${done} of "${id}" is done already.` : `Task "${id}" has no note ${JSON.stringify(done)}.`,
    open.length > 0 ? `Open: ${open.join(', ')}` : 'None is open.',
  )
}
