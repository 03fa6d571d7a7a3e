/** Where two histories part, found in memory from one listing of commits: git has no way to ask for many pairs at once. */
import type { Graph } from './distance.ts'

export type History = ReadonlySet<string>

/**
 * A commit and all it descends from, down to `common`; what else lies outside the graph is older than that.
 * @param graph every commit of it that is no ancestor of `common`, parents and all
 * @param common a commit that it descends from
 */
export function historyOf(from: string, graph: Graph, common: string): History {
  const seen = new Set<string>()
  const open = [from]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (seen.has(commit) || (commit !== common && !graph.has(commit))) continue
    seen.add(commit)
    open.push(...(graph.get(commit) ?? []))
  }
  return seen
}

/** What `git merge-base --all` would say of the commits of two histories. */
export function mergeBases(a: History, b: History, graph: Graph): string[] {
  const [fewer, more] = a.size < b.size ? [a, b] : [b, a]
  const shared = [...fewer].filter((commit) => more.has(commit))
  const below = new Set(shared.flatMap((commit) => graph.get(commit) ?? []))
  return shared.filter((commit) => !below.has(commit))
}
