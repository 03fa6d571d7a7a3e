/** `task edit`: the task's file in a person's editor, as often as it takes; what was typed is never lost. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Session, usageError } from './command.ts'
import type { Entrance } from './entrance.ts'
import { LanekeeperError } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { formatTask, type Task } from './policy/task.ts'
import { editedText } from './system/editor.ts'
import { fileSystemError, writeAtomically } from './system/files.ts'
import { rewriteTask } from './task-change.ts'

/**
 * Edits a task.
 * @param file a file to take the new text from, null to open the editor
 * @throws `usage` without a terminal and without a file; the error of the text when the person gives up
 */
export async function editTask(session: Session, entrance: Entrance, task: Task, file: string | null): Promise<Task> {
  if (file !== null) return rewriteTask(session, entrance, task, textOf(resolve(session.cwd, file)))
  if (!session.isInteractive)
    throw usageError(
      'task edit opens an editor, and there is no terminal here.',
      `Give the new text: npx lanekeeper task show ${task.id} > task.md; change it; npx lanekeeper task edit ${task.id} --file task.md`,
    )
  return editUntilRight(session, entrance, task)
}

async function editUntilRight(session: Session, entrance: Entrance, task: Task): Promise<Task> {
  const { repository } = entrance
  const file = join(repository.stateDir, 'edit', `${task.id}.md`)
  let text = formatTask(task)
  for (;;) {
    text = editedText(repository.git, file, text, session.env)
    try {
      return await rewriteTask(session, entrance, task, text)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      writeAtomically(file, text)
      session.out.error(error.message, error.hint)
      if (!(await session.confirm('Edit again?'))) throw kept(error, task.id, file)
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
