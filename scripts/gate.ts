/** Collects the facts of a move of the base and asks the one judge. */
import type { Facts, Verdict } from './policy/verdict.ts'
import type { Policy } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly facts: Facts
}

/** What landing this branch (or commit) on the base would bring, judged. Throws `git` for an unknown name. */
export function judgeBranch(_repository: Repository, _policy: Policy, _branch: string): Judgement {
  throw new Error('not written yet')
}
