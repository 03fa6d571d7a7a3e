/** `init --ci`: the workflow beside the rest of the plan. */
import { type Input, type Option, textOption, usageError } from '../command.ts'
import { CI_SYSTEMS, ciSystemOf, planCi } from '../policy/adoption/init-ci.ts'
import type { Plan } from '../policy/adoption/init-plan.ts'
import type { ProjectFacts } from '../policy/adoption/project-facts.ts'

export const ciOption: Option = {
  type: 'string',
  value: 'SYSTEM',
  help: 'Also write the workflow that runs check in CI: github or gitlab',
}

/**
 * The plan with the workflow, where one is asked for.
 * @throws `usage` for a system we have none for
 */
export function withCi(plan: Plan, { texts }: ProjectFacts, input: Input): Plan {
  const word = textOption(input, 'ci')
  if (word === undefined) return plan
  const system = ciSystemOf(word)
  if (system === null)
    throw usageError(
      `There is no workflow for "${word}" here.`,
      `One of: ${CI_SYSTEMS.map((one) => `--ci ${one}`).join(', ')}\nIn any other: npx lanekeeper check --base origin/main --head HEAD`,
    )
  const { edits, notes } = planCi(system, texts)
  return { ...plan, edits: [...plan.edits, ...edits], notes: [...plan.notes, ...notes] }
}
