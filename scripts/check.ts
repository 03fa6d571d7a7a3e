/** The verdict on a branch, as the gate would give it: for people, agents and CI. */
import { type Command, usageError } from './command.ts'
import { enter } from './entrance.ts'
import { judgeBranch } from './gate.ts'
import { EXIT } from './policy/errors.ts'
import { refusalText, warningTexts } from './policy/refusal.ts'
import { branchOf } from './system/repository.ts'

export const command: Command = {
  summary: 'The verdict on a branch: would it land? Exit 0 pass, 1 refuse.',
  usage: '[<branch>]',
  options: {},
  positionals: [0, 1],
  examples: ['npx lanekeeper check', 'npx lanekeeper check task/add-auth --json'],
  run: async ({ positionals }, session) => {
    const { repository, policy } = enter(session, { alarms: false })
    const branch = positionals[0] ?? branchOf(repository.gitDir)
    if (branch === null) throw usageError('HEAD is detached: name the branch.', 'npx lanekeeper check <branch>')
    const { verdict, facts } = judgeBranch(repository, policy, branch)
    const ok = verdict.verdict === 'pass'
    return {
      json: { ok, branch, base: policy.base, ...verdict },
      text: ok
        ? [
            `✓ ${branch} may land on ${policy.base} (${verdict.checked} changed ${verdict.checked === 1 ? 'path' : 'paths'})`,
            ...warningTexts(verdict).map((text) => `▲ ${text}`),
          ].join('\n')
        : `✗ ${refusalText(verdict, facts, { door: 'landing', what: `landing ${branch}`, recovery: [] })}`,
      exit: ok ? EXIT.ok : EXIT.refused,
    }
  },
}
