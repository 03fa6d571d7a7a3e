/** `task edit`: the task's file in a person's editor, as often as it takes; what was typed is never lost. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Session, usageError } from '../command.ts'
import type { Entrance } from '../entrance.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { checkedTaskId } from '../policy/names.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { formatTask, parseTask, type Task } from '../policy/task.ts'
import { editedText } from '../system/editor.ts'
import { fileSystemError, writeAtomically } from '../system/files.ts'
import { TASKS_REF } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { saveTask } from '../system/task-store.ts'
import { rewriteTask } from './change.ts'
import type { Consent } from './overlaps.ts'

/** What an edit starts from and how its text becomes the task. */
interface Edit {
  readonly id: string
  readonly repository: Repository
  readonly text: string
  /** @throws `task-file` for a text that is no task; nothing is changed then */
  readonly store: (text: string) => Promise<Task>
}

/**
 * Edits a task.
 * @param file a file to take the new text from, null to open the editor
 * @throws `usage` without a terminal and without a file; the error of the text when the person gives up
 */
export function editTask(
  session: Session,
  entrance: Entrance,
  task: Task,
  { file, ...record }: { file: string | null; reason: string; consent: Consent },
): Promise<Task> {
  const store = (text: string) => rewriteTask(session, entrance, task, { text, ...record })
  return edited(session, { id: task.id, repository: entrance.repository, text: formatTask(task), store }, file)
}

/** The same for a task whose file is broken: no policy can be read then, only the text. */
export async function mendTask(session: Session, id: string, file: string | null): Promise<Task> {
  const repository = openRepository(session.cwd, session.env)
  if (repository.isLinked)
    throw usageError('A broken task is mended in the main worktree.', `cd ${repository.mainWorktree}`)
  const { status, stdout } = repository.git.attempt(['cat-file', 'blob', `${TASKS_REF}:${checkedTaskId(id)}.md`])
  if (status !== 0) throw new LanekeeperError('no-such-task', `There is no task "${id}".`)
  const store = async (text: string) => {
    const task = parseTask(text, `${id}.md`)
    if (task.id !== id) throw new LanekeeperError('task-file', `Task file ${id}.md: its id is "${task.id}".`)
    saveTask(repository, task, `mend ${id}`)
    return task
  }
  return edited(session, { id, repository, text: stdout, store }, file)
}

function edited(session: Session, edit: Edit, file: string | null): Promise<Task> {
  if (file !== null) return edit.store(textOf(resolve(session.cwd, file)))
  if (session.isInteractive) return editedUntilRight(session, edit)
  throw usageError(
    'task edit opens an editor, and there is no terminal here.',
    `Give the new text: git show ${TASKS_REF}:${edit.id}.md > task.md; change it; npx lanekeeper task edit ${edit.id} --file task.md`,
  )
}

async function editedUntilRight(session: Session, { id, repository, text: start, store }: Edit): Promise<Task> {
  const file = join(repository.stateDir, 'edit', `${id}.md`)
  let text = start
  for (;;) {
    text = editedText(repository.git, file, text, session.env)
    try {
      return await store(text)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      writeAtomically(file, text)
      session.out.error(error.message)
      if (!(await session.confirm('Edit again?'))) throw kept(error, id, file)
    }
  }
}

function kept(error: LanekeeperError, id: string, file: string): LanekeeperError {
  return new LanekeeperError(error.code, `Task "${id}" is unchanged. What you typed is in ${file}.`, {
    hint: `Mend it there, then: ${commandLine(['npx', 'lanekeeper', 'task', 'edit', id, '--file', file])}`,
    cause: error,
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw fileSystemError('read', file, cause)
  }
}
