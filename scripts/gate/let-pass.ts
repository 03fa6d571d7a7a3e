/** What a person lets land although the gate refuses it: by name, or everything with LANEKEEPER=0. Both go on record. */
import type { Session } from '../command.ts'
import type { LetPass } from '../policy/audit-messages.ts'
import { OutOfScope, withoutAllowed } from '../policy/landing-refusal.ts'
import type { Policy } from '../policy/policy.ts'
import { printable } from '../policy/printable.ts'
import { warningTexts } from '../policy/refusal.ts'
import type { Task } from '../policy/task.ts'
import type { Repository } from '../system/repository.ts'
import { judgeBranch } from './gate.ts'

/** What `--allow` and `--reason` say. */
export interface Named {
  readonly paths: readonly string[]
  readonly reason: string
}

/**
 * The gate's verdict on a task's branch.
 * @param named paths that may land although they are out of the lane; nothing else may
 * @returns what was let pass
 * @throws `refused` (OutOfScope) with what is left to refuse
 */
export function passedGate(
  repository: Repository,
  policy: Policy,
  task: Task,
  session: Session,
  named: Named,
): LetPass {
  return letPassBy(repository, policy, task, session, named, session.out.warn)
}

/** As `passedGate`, a second time in one landing: what is only to be known was said at the first. */
export function passedStill(...[repository, policy, task, session, named]: Parameters<typeof passedGate>): LetPass {
  return letPassBy(repository, policy, task, session, named, () => {})
}

function letPassBy(
  repository: Repository,
  policy: Policy,
  task: Task,
  { env, out }: Session,
  named: Named,
  say: (text: string) => void,
): LetPass {
  const judgement = judgeBranch(repository, policy, task.branch)
  for (const text of warningTexts(judgement.verdict)) say(text)
  const { verdict, passed } = withoutAllowed(judgement.verdict, named.paths)
  const unneeded = named.paths.filter((path) => !passed.includes(path))
  if (unneeded.length > 0) say(`--allow ${unneeded.map(printable).join(', ')} has no effect: nothing refuses it`)
  const letPass = { allowed: passed, reason: named.reason }
  if (verdict.verdict === 'pass') return { ...letPass, overridden: [] }
  if (env.LANEKEEPER !== '0') throw new OutOfScope(task.id, verdict, judgement.facts, passed)
  const files = [...new Set(verdict.violations.map(({ path }) => path))]
  out.warn(`${task.id} is out of its lane (${files.join(', ')}) and lands all the same: LANEKEEPER=0`)
  return { ...letPass, overridden: files }
}
