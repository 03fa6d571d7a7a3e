/** Who brought what in a range of commits, in a clone that need not have the branches that it is about. */

import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import type { BroughtLanding } from '../policy/recorded-landings.ts'
import type { Contribution } from '../policy/verdict.ts'
import { changesOfMerge, commitIds } from '../system/history.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { contributionOf, contributionsOfMove, type Head } from './contributions.ts'

/** The head of a range. */
export interface RangeHead extends Head {
  /** Branches of open tasks as the remote has them, where the clone has none: a merge queue's commit holds several. */
  readonly remoteTips: ReadonlyMap<string, string>
  /** Landings on record that it holds: what they brought is judged already. */
  readonly landings: readonly BroughtLanding[]
  /** Where these branches stand, as far as that can be found out; asked only where it matters. */
  tipsOf(branches: readonly string[]): ReadonlyMap<string, string>
}

/** Whether all that a branch of this name brings is one contribution: an open task's, or one of a branch that looks like a task's. */
export function isJudgedWhole(policy: Policy, name: string): boolean {
  const isTasks = openTasks(policy).some(({ branch }) => branch === name)
  return isTasks || matcherOf(policy.settings.taskBranches)(name) !== null
}

/**
 * What a range brings. A task's branch is known by its name; so is one that looks like a task's and is none. Anything else
 * is looked through for tasks as a move of the base is.
 */
export function contributionsOfRange(
  repository: Repository,
  policy: Policy,
  { name, tip, remoteTips }: RangeHead,
  landed: readonly string[],
): Contribution[] {
  const { git } = repository
  if (isJudgedWhole(policy, name)) {
    const task = openTasks(policy).find(({ branch }) => branch === name) ?? null
    return [{ task, source: name, changes: changesOfMerge(git, landed, tip) }]
  }
  const arrived = remoteTips.size === 0 ? new Set<string>() : commitIds(git, tip, landed)
  const merged = openTasks(policy).flatMap((one): Contribution[] => {
    const oid = remoteTips.get(one.branch)
    return oid !== undefined && arrived.has(oid) ? [contributionOf(git, landed, one, oid)] : []
  })
  const others = contributionsOfMove(repository, policy, landed, tip)
  return [...merged, ...others.filter((other) => merged.every((one) => one.task?.id !== other.task?.id))]
}
