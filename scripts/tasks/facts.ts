/** What the questions of a new task are checked against. */
import type { Session } from '../command.ts'
import { enter } from '../entrance.ts'
import { agentNames } from '../policy/agents.ts'
import type { AnswerFacts } from '../policy/task-answers.ts'
import { branchTips } from '../system/history.ts'

/** Reads settings and tasks of the repository around the session. */
export function answerFacts(session: Session): AnswerFacts {
  const { policy, repository } = enter(session, { alarms: false })
  return {
    settings: policy.settings,
    base: policy.base,
    branches: [...branchTips(repository.git).keys()],
    tasks: policy.tasks,
    agents: agentNames(policy.settings),
  }
}
