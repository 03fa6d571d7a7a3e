/** Whose branch a commit is on, and which commits of a set hold all the others. Pure: a part of the history in, answers out. */

/** What is known of a commit's place in the history. */
export interface Node {
  readonly oid: string
  readonly parents: readonly string[]
}

/** Commits by id; a parent that is not there ends the way down. */
export type Graph = ReadonlyMap<string, Node>

/** Where a branch stands: several times for one that stands elsewhere on another machine. */
export interface BranchTip {
  readonly branch: string
  readonly tip: string
}

/**
 * Commit → branch. A task that was started on another's branch, or has merged it, holds the other's commits too: they belong
 * to the branch on whose own line (first parents) they lie, and of several to the first.
 * @param tips the older task's first
 */
export function ownersOf(graph: Graph, tips: readonly BranchTip[]): Map<string, string> {
  const owners = new Map<string, string>()
  // below a commit that has an owner all have
  for (const { branch, tip } of tips)
    for (let at = graph.get(tip); at !== undefined && !owners.has(at.oid); at = graph.get(at.parents[0] ?? ''))
      owners.set(at.oid, branch)
  for (const { branch, tip } of tips)
    for (const oid of reached(graph, [tip])) if (!owners.has(oid)) owners.set(oid, branch)
  return owners
}

/** Those of these commits that none of the others holds. */
export function headsAmong<T extends Node>(graph: Graph, commits: readonly T[]): T[] {
  const below = reached(
    graph,
    commits.flatMap(({ parents }) => parents),
  )
  return commits.filter(({ oid }) => !below.has(oid))
}

/** Those of the graph's commits that these hold. */
export function reached(graph: Graph, starts: readonly string[]): Set<string> {
  const found = new Set<string>()
  const open = [...starts]
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const node = found.has(oid) ? undefined : graph.get(oid)
    if (node === undefined) continue
    found.add(oid)
    open.push(...node.parents)
  }
  return found
}
