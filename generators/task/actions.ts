/** What plop does with the answers: the same flow as `lanekeeper new-task`. */
import type { Session } from '../../scripts/command.ts'
import { finishTask } from '../../scripts/new-task.ts'
import { answersOf, type RawAnswers } from '../../scripts/policy/task-answers.ts'
import { makeTask } from '../../scripts/tasks/make-task.ts'
import { type Action, actionOf } from '../action.ts'

export function taskActions(session: Session): Action<RawAnswers>[] {
  return [
    actionOf(async (answers) => {
      const made = await makeTask(session, answersOf(answers), null)
      return (await finishTask(session, made, false)).text
    }),
  ]
}
