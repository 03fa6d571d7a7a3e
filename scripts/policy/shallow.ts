/**
 * What a shallow clone still needs before two histories can be told apart. A merge base found on cut histories may be the
 * wrong one (a longer way to a nearer one may lie behind the cut), so it counts only when no commit that just one side has
 * is cut off from its parents.
 */
import type { Graph } from './distance.ts'

/** The first step; each further one fetches as much again as is there, so at most twice what was needed. */
const FIRST_STEP = 4
/** A history of 4,000 commits is fetched whole in the next step: the server is quicker at that than at counting. */
const MOST_STEPS = 10

/**
 * Commits to fetch the parents of: those of one side alone that the clone holds no parents of. Empty when all is there.
 * @param oneSided commits that only one of the two histories has, with their parents as the clone knows them
 * @param cut commits that the clone lists as shallow
 */
export function cutCommits(oneSided: Graph, cut: ReadonlySet<string>): string[] {
  return [...oneSided.keys()].filter((commit) => cut.has(commit))
}

/** How many commits to go deeper at a step, counted from 0; null: the rest of the history. */
export function stepDepth(step: number): number | null {
  return step >= MOST_STEPS ? null : FIRST_STEP * 2 ** step
}

/**
 * The depth that a clone of these tips must have so that nothing is missing: as many commits from a tip along the
 * shortest ways, the first that both sides have included.
 */
export function depthNeeded(oneSided: Graph, tips: readonly string[]): number {
  let depth = 1
  let level = new Set(tips.filter((tip) => oneSided.has(tip)))
  const seen = new Set(level)
  while (level.size > 0) {
    depth += 1
    const parents = [...level].flatMap((commit) => oneSided.get(commit) ?? [])
    level = new Set(parents.filter((parent) => oneSided.has(parent) && !seen.has(parent)))
    for (const commit of level) seen.add(commit)
  }
  return depth
}
