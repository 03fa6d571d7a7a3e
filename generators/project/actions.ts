/** What plop does with the answers: the same flow as `lanekeeper new-project`. */

import { makeProject } from '../../scripts/adoption/make-project.ts'
import type { Session } from '../../scripts/command.ts'
import { nextSteps } from '../../scripts/new-project.ts'
import { type Action, actionOf } from '../action.ts'
import type { RawProject } from './prompts.ts'

export function projectActions(session: Session): Action<RawProject>[] {
  return [
    actionOf(async ({ directory, install }) =>
      nextSteps(await makeProject(session, { directory: directory.trim(), install: /^y/i.test(install) }), session),
    ),
  ]
}
