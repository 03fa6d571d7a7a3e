/** What somebody changed by hand in a merge, on top of what git makes of its sides. */
import type { Change } from '../policy/changes.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Git } from './git.ts'
import { changesOfMerge } from './history.ts'
import { foretellMerge } from './merging.ts'

/**
 * The changes of a merge's result that neither side nor git made. Where the sides conflict somebody had to choose, and what
 * a side brings is judged as its own, so neither counts.
 * @param into the commit that the tips are merged into
 * @param resultSince what the merge's result changes, seen from a commit or tree
 */
export function handMadeChanges(
  git: Git,
  into: string,
  tips: readonly string[],
  resultSince: (start: string) => Change[],
): Change[] {
  const { tree, conflicts } = mergeByGit(git, into, tips)
  const brought = tips.flatMap((tip) => changesOfMerge(git, [into], tip).map(({ path }) => path))
  const accounted = new Set([...brought, ...conflicts])
  return resultSince(tree).filter(({ path }) => !accounted.has(path))
}

/** Of more than two sides, or of two without a common past, git does not foretell the merge: then it starts from `into`. */
function mergeByGit(git: Git, into: string, tips: readonly string[]): ReturnType<typeof foretellMerge> {
  const [tip] = tips
  const nothing = { tree: into, conflicts: [] }
  if (tip === undefined || tips.length > 1) return nothing
  try {
    return foretellMerge(git, into, tip)
  } catch (error) {
    if (error instanceof LanekeeperError) return nothing
    throw error
  }
}
