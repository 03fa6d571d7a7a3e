/** A person accepts what moved the base without the gate's verdict; recorded with who, when and why. */

import { type Command, textOption, usageError } from './command.ts'
import { shareChanges } from './contact.ts'
import { enter } from './entrance.ts'
import { alarmsOf } from './gate/alarms.ts'
import { LanekeeperError } from './policy/errors.ts'
import { branchOf } from './system/head.ts'
import { openTasks } from './system/policy-source.ts'
import { recordDecision } from './system/task-store.ts'
import { markVerified } from './system/verified.ts'

export const command: Command = {
  summary: 'Accept what moved the base without a verdict. A person decides; it is recorded.',
  usage: '--reason TEXT',
  options: {
    reason: { type: 'string', value: 'TEXT', help: 'Why it may stay; goes into the log of refs/lanekeeper/tasks' },
  },
  positionals: [0, 0],
  examples: ['npx lanekeeper accept --reason "hot fix, reviewed in person"'],
  run: async (input, session) => {
    const reason = textOption(input, 'reason')?.trim()
    if (!reason) throw usageError('A reason is needed.', 'npx lanekeeper accept --reason "why it may stay"')
    const { repository, policy } = enter(session, { alarms: false })
    const branch = branchOf(repository.git, repository.gitDir)
    if (openTasks(policy).some((task) => task.branch === branch))
      throw new LanekeeperError(
        'refused',
        'A task may not accept for itself: accept is a person’s, outside every task’s worktree.',
        {
          hint: `cd ${repository.mainWorktree}`,
        },
      )
    const [alarm] = alarmsOf(repository, policy)
    if (!alarm || policy.baseTip === null)
      return { json: { ok: true, accepted: null }, text: `Nothing to accept: ${policy.base} is verified.` }
    recordDecision(repository, `accept ${policy.base} ${policy.baseTip}\n\n${reason}\n\n${alarm.message}`)
    markVerified(repository.git, policy.base, policy.baseTip)
    shareChanges(repository, policy.settings, session.out)
    return {
      json: { ok: true, accepted: policy.baseTip, files: alarm.files },
      text: `✓ ${policy.base} at ${policy.baseTip.slice(0, 10)} is accepted (${alarm.files.length} files). Recorded in refs/lanekeeper/tasks.`,
    }
  },
}
