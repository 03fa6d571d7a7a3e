/**
 * What a shallow clone still needs before a head can be judged against its base. A merge base found on cut histories may be
 * the wrong one: a nearer one, or the rest of a way to it, may lie behind a cut. So it counts only when no commit that just
 * one side has is cut off from its parents, and no cut of the common history could hide one of them.
 */
import type { Graph } from './distance.ts'

/** The part of a history that a clone has. */
export interface History {
  /** Every commit that is here, with its parents; none for one that is cut off from them. */
  readonly parents: Graph
  /** Committer times, seconds. */
  readonly dates: ReadonlyMap<string, number>
  /** Commits whose parents the clone lacks. */
  readonly cut: ReadonlySet<string>
}

export interface Question {
  readonly base: string
  readonly head: string
  /** `diff`: what the head changes as a whole; `commits`: which commits it brings. */
  readonly about: 'diff' | 'commits'
}

/** The first step; each further one goes as deep again as all before it, so at most twice as deep as was needed. */
const FIRST_STEP = 4
/** After 4,000 commits the rest comes in one: the server is quicker at that than at counting. */
const MOST_STEPS = 10

/** Reads `git rev-list --timestamp --parents`: a line per commit, its time before it and its parents after it. */
export function parseHistory(output: string, shallow: ReadonlySet<string>): History {
  const rows = output.split('\n').filter((line) => line !== '')
  const words = rows.map((line) => line.split(' '))
  const parents = new Map(words.map(([, commit = '', ...rest]) => [commit, rest]))
  return {
    parents,
    dates: new Map(words.map(([time, commit = '']) => [commit, Number(time)])),
    cut: new Set([...parents.keys()].filter((commit) => shallow.has(commit))),
  }
}

/** Commits to fetch the parents of; empty when the question can be answered. */
export function missingParents(history: History, { base, head, about }: Question): string[] {
  const { parents, dates, cut } = history
  const [ofBase, ofHead] = [reachable(base, parents), reachable(head, parents)]
  // the base itself is where they part then, whatever else there is
  if (about === 'diff' && ofHead.has(base)) return []
  const oneSided = [...ofBase, ...ofHead].filter((commit) => !(ofBase.has(commit) && ofHead.has(commit)))
  const oldest = oneSided.reduce((least, commit) => Math.min(least, dates.get(commit) ?? 0), Number.POSITIVE_INFINITY)
  return [...cut].filter((commit) => {
    if (!ofBase.has(commit) && !ofHead.has(commit)) return false
    // an ancestor is older: what is older than every one-sided commit hides none of them
    return ofBase.has(commit) && ofHead.has(commit) ? (dates.get(commit) ?? 0) >= oldest : true
  })
}

/** How many commits to go deeper at a step, counted from 0; null: the rest of the history. */
export function stepDepth(step: number): number | null {
  return step >= MOST_STEPS ? null : FIRST_STEP * 2 ** step
}

/** How deep a clone is at a tip: the levels of commits below it, itself included. */
export function depthAt({ parents }: Pick<History, 'parents'>, tips: readonly string[]): number {
  return levels(parents, tips).length
}

/**
 * The least depth of a clone of the head at which nothing is missing, where the base is fetched as deep beside it.
 * @param history one where nothing is
 */
export function depthNeeded(history: History, question: Question): number {
  const [ofHead, ofBase] = [question.head, question.base].map((tip) => levels(history.parents, [tip]))
  let [low, high] = [1, Math.max(ofHead?.length ?? 0, ofBase?.length ?? 0)]
  while (low < high) {
    const depth = Math.floor((low + high) / 2)
    const clones = [ofHead ?? [], ofBase ?? []].map((all) => all.slice(0, depth))
    if (missingParents(cloned(history, question, clones, depth), question).length === 0) high = depth
    else low = depth + 1
  }
  return low
}

/** What is there after a clone of a depth: the last level of each is cut. A base that the head's clone holds is not fetched. */
function cloned(
  { parents, dates, cut }: History,
  { base }: Question,
  [ofHead = [], ofBase = []]: readonly (readonly (readonly string[])[])[],
  depth: number,
): History {
  const clones = ofHead.flat().includes(base) ? [ofHead] : [ofHead, ofBase]
  const last = clones.flatMap((clone) => clone[depth - 1] ?? [])
  const here = new Set(clones.flat(2))
  const isCut = (commit: string) => cut.has(commit) || (parents.get(commit) ?? []).length > 0
  const cuts = new Set([...last.filter(isCut), ...[...cut].filter((commit) => here.has(commit))])
  const graph = new Map([...here].map((commit) => [commit, cuts.has(commit) ? [] : (parents.get(commit) ?? [])]))
  return { parents: graph, dates, cut: cuts }
}

/** The commits by how far they are from the nearest tip. */
function levels(parents: Graph, tips: readonly string[]): string[][] {
  const seen = new Set<string>()
  const found: string[][] = []
  for (let level = tips; ; level = level.flatMap((commit) => parents.get(commit) ?? [])) {
    const fresh = [...new Set(level)].filter((commit) => !seen.has(commit) && parents.has(commit))
    if (fresh.length === 0) return found
    for (const commit of fresh) seen.add(commit)
    found.push(fresh)
    level = fresh
  }
}

function reachable(from: string, parents: Graph): Set<string> {
  return new Set(levels(parents, [from]).flat())
}
