/** What landing would do, each task on top of those before it, without touching a ref or a work tree. */
import { judgeBranch } from '../gate/gate.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { OutOfScope, type Refused, refusedBecause, withoutAllowed } from '../policy/landing-refusal.ts'
import type { Task } from '../policy/task.ts'
import { foretellMerge } from '../system/merging.ts'
import { readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { assertTaskReady, conflicting } from './conditions.ts'
import { canRelock } from './relock.ts'

export interface Foretold {
  readonly task: string
  readonly branch: string
  readonly base: string
  readonly verdict: 'pass' | 'refuse' | null
  /** Files that would conflict; a lockfile among them is made anew and refuses nothing by itself. */
  readonly conflicts: readonly string[]
  /** Everything that would refuse it. */
  readonly refused: readonly Refused[]
}

/**
 * Foretells a landing in this order; the merge commits made on the way are loose objects that git collects.
 * @param allowed paths that a person would let pass
 */
export function foretellLanding(
  repository: Repository,
  order: readonly Task[],
  allowed: readonly string[] = [],
): Foretold[] {
  const tips = new Map<string, string>()
  return order.map((task) => foretell(repository, task, tips, allowed))
}

function foretell(repository: Repository, task: Task, tips: Map<string, string>, allowed: readonly string[]): Foretold {
  const { id, branch, base } = task
  try {
    const policy = readPolicy(repository, base)
    const tip = assertTaskReady(repository, policy, task)
    const judgement = judgeBranch(repository, policy, branch)
    const { verdict } = withoutAllowed(judgement.verdict, allowed)
    const conflicts = mergedOnto(repository, tips, base, policy.baseTip ?? '', tip)
    const refused: Refused[] = []
    if (verdict.verdict === 'refuse') refused.push(refusedBecause(id, new OutOfScope(id, verdict, judgement.facts)))
    if (!canRelock(conflicts)) refused.push(refusedBecause(id, conflicting(task, conflicts, undefined)))
    return { task: id, branch, base, verdict: verdict.verdict, conflicts, refused }
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    return { task: id, branch, base, verdict: null, conflicts: [], refused: [refusedBecause(id, error)] }
  }
}

/** Merges in memory onto what would have landed before; gives the conflicts. */
function mergedOnto(
  { git }: Repository,
  tips: Map<string, string>,
  base: string,
  now: string,
  tip: string,
): readonly string[] {
  const onto = tips.get(base) ?? now
  const { tree, conflicts } = foretellMerge(git, onto, tip)
  if (canRelock(conflicts)) {
    const identity = { GIT_AUTHOR_NAME: 'foretold', GIT_AUTHOR_EMAIL: 'foretold@localhost' }
    const committer = { GIT_COMMITTER_NAME: 'foretold', GIT_COMMITTER_EMAIL: 'foretold@localhost' }
    const env = { ...identity, ...committer }
    tips.set(base, git.text(['commit-tree', tree, '-p', onto, '-p', tip, '-m', 'foretold'], { env }))
  }
  return conflicts
}
