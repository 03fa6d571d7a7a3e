/** How a flow becomes an action of plop, which shows a message only and knows no hints. */
import { LanekeeperError } from '../scripts/policy/errors.ts'

export type Action<Answers> = (answers: Answers) => Promise<string>

/** Plop prints what the action gives, and exits 1 with the message of what it throws. */
export function actionOf<Answers>(flow: Action<Answers>): Action<Answers> {
  return async (answers) => {
    try {
      return `\n${await flow(answers)}`
    } catch (error) {
      if (!(error instanceof LanekeeperError) || !error.hint) throw error
      throw new Error(`${error.message}\n${error.hint}`, { cause: error })
    }
  }
}
