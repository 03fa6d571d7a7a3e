/** `audit`: every widening, override and handoff, with who, when and why. */
import type { Command } from './command.ts'
import { enter } from './entrance.ts'
import { auditRows, auditTrail, eventsOf } from './policy/audit-trail.ts'
import { allowedOnBase, commitsOnTasks } from './system/audit-log.ts'
import { table } from './system/output.ts'

export const command: Command = {
  summary: 'Every widening, override and handoff: who, when, why; newest first',
  usage: '[--json]',
  options: {},
  positionals: [0, 0],
  examples: ['npx lanekeeper audit', 'npx lanekeeper audit --json'],
  run: async (_input, session) => {
    const { repository, policy } = enter(session)
    const events = auditTrail(
      commitsOnTasks(repository.git).flatMap(eventsOf),
      policy.baseTip === null ? [] : allowedOnBase(repository.git, policy.baseTip),
    )
    const text = events.length === 0 ? 'Nothing was widened, let pass or handed over.' : table(auditRows(events))
    return { json: { ok: true, events }, text }
  },
}
