/**
 * How far branches are from the base, counted in memory from one listing of commits: git ≥ 2.41 can do it with
 * `%(ahead-behind:…)`, older ones would need a process for every branch (performance.md section 6).
 */

/** Commit → its parents, for every commit that not all of the tips have. */
export type Graph = ReadonlyMap<string, readonly string[]>

export interface Distance {
  /** Commits that the tip has and the base has not. */
  readonly ahead: number
  /** Commits that the base has and the tip has not. */
  readonly behind: number
}

/** Reads `git rev-list --parents`: a line per commit, its parents after it. */
export function parseGraph(output: string): Graph {
  return new Map(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [commit = '', ...parents] = line.split(' ')
        return [commit, parents]
      }),
  )
}

/** The distance of every tip from the base. Commits outside the graph count as common to all. */
export function distancesFrom(base: string, tips: readonly string[], graph: Graph): Map<string, Distance> {
  const ofBase = reachable(base, graph)
  return new Map(
    [...new Set(tips)].map((tip) => {
      const ofTip = reachable(tip, graph)
      const common = [...ofTip].filter((commit) => ofBase.has(commit)).length
      return [tip, { ahead: ofTip.size - common, behind: ofBase.size - common }]
    }),
  )
}

function reachable(from: string, graph: Graph): Set<string> {
  const seen = new Set<string>()
  const open = [from]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    const parents = graph.get(commit)
    if (parents === undefined || seen.has(commit)) continue
    seen.add(commit)
    open.push(...parents)
  }
  return seen
}
