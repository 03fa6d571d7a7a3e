/** What plop does with the answers: the same flow as `lanekeeper new-task`. */
import type { Session } from '../../scripts/command.ts'
import { finishTask } from '../../scripts/new-task.ts'
import { makeTask } from '../../scripts/make-task.ts'
import { LanekeeperError } from '../../scripts/policy/errors.ts'
import { answersOf, type RawAnswers } from '../../scripts/policy/task-answers.ts'

type Action = (answers: RawAnswers) => Promise<string>

/** One action; plop prints what it gives and exits 1 with the message of what it throws. */
export function taskActions(session: Session): Action[] {
  return [
    async (answers) => {
      try {
        const made = await makeTask(session, answersOf(answers), null)
        return (await finishTask(session, made, false)).text
      } catch (error) {
        if (error instanceof LanekeeperError && error.hint) throw new Error(`${error.message}\n${error.hint}`)
        throw error
      }
    },
  ]
}
