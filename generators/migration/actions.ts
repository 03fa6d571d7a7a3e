/** What plop does with the answer: the same flow as `lanekeeper new-migration`. */
import type { Session } from '../../scripts/command.ts'
import { enter } from '../../scripts/entrance.ts'
import { makeMigration } from '../../scripts/migrations/make-migration.ts'
import { describeMigration } from '../../scripts/new-migration.ts'
import { type Action, actionOf } from '../action.ts'

export function migrationActions(session: Session): Action<{ readonly name: string }>[] {
  return [
    actionOf(async (answers) =>
      describeMigration(await makeMigration(enter(session, { alarms: false }), session, answers)),
    ),
  ]
}
