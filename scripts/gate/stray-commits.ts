/** Which commits on the base brought what a task was not to change; a person's commits among them are not theirs. */

import type { Policy } from '../policy/policy.ts'
import type { Violation } from '../policy/verdict.ts'
import { commitIds, isAncestor, type MainlineCommit, mainline } from '../system/history.ts'
import type { Repository } from '../system/repository.ts'
import { lastSeenTip, seenTips } from '../system/verified.ts'
import { contributionsOfMove } from './contributions.ts'
import { commitsBeyond, taskHistory } from './task-commits.ts'

export type Stray = MainlineCommit

export interface StrayCommits {
  /** Newest first. */
  readonly commits: readonly Stray[]
  /** The base's tip before the first of them. */
  readonly before: string
  /** Whether nothing of a person's came after the first of them. */
  readonly isTail: boolean
}

/** Each is judged by itself, four git processes a commit; beyond this the whole stretch counts as one. */
const MOST_JUDGED = 100

/** The commits on the base's own line from `verified` to `tip` that hold work of the tasks that broke a rule. */
export function strayCommits(
  repository: Repository,
  policy: Policy,
  verified: string,
  tip: string,
  violations: readonly Violation[],
): StrayCommits {
  const { git } = repository
  const last = lastSeenTip(repository, verified)
  const isAhead = isAncestor(git, last, tip)
  const line = isAhead ? [...mainline(git, last, tip), ...mainline(git, verified, last)] : mainline(git, verified, tip)
  if (line.length > MOST_JUDGED) return { commits: line, before: verified, isTail: true }
  const tasks = new Set(violations.map(({ task }) => task))
  const seen = seenTips(repository, verified)
  const history = taskHistory(repository, policy, seen)
  const isStray = ({ oid, onto }: Stray) => {
    const landed = onto === '' ? [] : [onto]
    const since = onto === '' ? new Set<string>() : commitIds(git, onto, seen)
    const brought = contributionsOfMove(repository, policy, landed, oid, { seen, tasks: commitsBeyond(history, since) })
    return brought.some(({ task }) => tasks.has(task?.id ?? null))
  }
  const commits = line.filter(isStray)
  const first = commits.at(-1)
  if (!first) return { commits: line, before: verified, isTail: true }
  const sinceFirst = line.slice(0, line.indexOf(first) + 1)
  // a base that was moved aside goes back to where it was, not to where the stray branch began
  return { commits, before: isAhead ? first.onto : last, isTail: sinceFirst.length === commits.length }
}
