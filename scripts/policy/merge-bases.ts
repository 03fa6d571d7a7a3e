/** Where two histories part, found in memory from one listing of commits: git has no way to ask for many pairs at once. */
import type { Graph } from './distance.ts'

/**
 * What `git merge-base --all` would say of two commits.
 * @param graph every commit of either that is no ancestor of `common`, parents and all
 * @param common a commit that both descend from
 */
export function mergeBases(a: string, b: string, graph: Graph, common: string): string[] {
  const ofA = upTo(common, a, graph)
  const shared = [...upTo(common, b, graph)].filter((commit) => ofA.has(commit))
  const below = new Set(shared.flatMap((commit) => graph.get(commit) ?? []))
  return shared.filter((commit) => !below.has(commit))
}

/** A commit and all it descends from, down to `common`; what else lies outside the graph is older than that. */
function upTo(common: string, from: string, graph: Graph): Set<string> {
  const seen = new Set<string>()
  const open = [from]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (seen.has(commit) || (commit !== common && !graph.has(commit))) continue
    seen.add(commit)
    open.push(...(graph.get(commit) ?? []))
  }
  return seen
}
