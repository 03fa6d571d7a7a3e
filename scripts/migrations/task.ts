/** Whom a `migration` command is about: the task whose worktree this is, or the one that a person names. */

import { type Input, textOption, usageError } from '../command.ts'
import { taskHere } from '../gate/persons-place.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { databasesOf, turnsOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { taskNamed } from '../tasks/change.ts'

/** The open task whose own worktree this is; null where a person is. */
export function agentsTaskHere(repository: Repository, policy: Policy): Task | null {
  return repository.isLinked ? taskHere(repository, policy) : null
}

/**
 * The task that is meant.
 * @param words the command, for the hint: `claim dev`
 * @throws `refused` for another task than the one whose worktree this is; `usage`, `no-such-task`
 */
export function taskMeant(input: Input, repository: Repository, policy: Policy, words: readonly string[]): Task {
  const here = agentsTaskHere(repository, policy)
  const named = textOption(input, 'task')
  if (here !== null && (named === undefined || named === here.id)) return here
  if (here !== null) throw personsBusiness(repository, here, [...words, '--task', named ?? ''])
  if (named === undefined)
    throw usageError(
      `Which task? This is no task's worktree.`,
      `Name it: ${commandLine(['npx', 'lanekeeper', 'migration', ...words, '--task', openTasks(policy)[0]?.id ?? 'ID'])}`,
    )
  return taskNamed(policy, named)
}

/** The error for what only a person may do, in the worktree of a task. */
export function personsBusiness({ mainWorktree }: Repository, here: Task, words: readonly string[]): LanekeeperError {
  const command = commandLine(['npx', 'lanekeeper', 'migration', ...words])
  return new LanekeeperError(
    'refused',
    `This is the worktree of task "${here.id}": from here only its own lease is claimed and let go.`,
    { hint: `A person, in the main worktree: cd ${commandLine([mainWorktree])} && ${command}` },
  )
}

/** The database that is meant: the one named, else the task's own. @throws `usage` for one without migrations, or in mode `tables` */
export function databaseMeant(input: Input, { settings }: Policy, task: Task | null): string {
  const database = input.positionals[1] ?? task?.migrations ?? onlyOne(databasesOf(settings))
  const turns = database === null ? null : turnsOf(settings, database)
  if (database === null)
    throw usageError(
      'Which database?',
      `There is: ${databasesOf(settings).join(', ') || 'none ("migrations" in lanekeeper.json)'}`,
    )
  if (turns === null)
    throw usageError(
      `There are no migrations of "${database}" in lanekeeper.json.`,
      `There is: ${databasesOf(settings).join(', ') || 'none'}`,
    )
  if (turns.mode === 'lease') return database
  throw usageError(
    `The migrations of "${database}" have no lease: tasks share them by tables ("mode": "tables").`,
    'Who has which: npx lanekeeper migration status',
  )
}

function onlyOne(databases: readonly string[]): string | null {
  return databases.length === 1 ? (databases[0] ?? null) : null
}
