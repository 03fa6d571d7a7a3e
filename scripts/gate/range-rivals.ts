/** Branches of other tasks in a clone that need not have them: their migrations are compared with those of a range. */
import { isCi } from '../policy/ci-variables.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Git } from '../system/git.ts'
import { commitOf } from '../system/history.ts'
import { fetchFrom, isShallow, remoteRefs } from '../system/remote.ts'
import type { Repository } from '../system/repository.ts'

/** Where a remote has these branches; one that it has not is left out. @throws `git` where the remote cannot be read */
export function branchesAt(git: Git, remote: string, branches: readonly string[]): Map<string, string> {
  const refs = remoteRefs(git, remote, ['refs/heads/*'], "the tasks' branches")
  return new Map(
    branches.flatMap((branch): [string, string][] => {
      const oid = refs.get(`refs/heads/${branch}`)
      return oid === undefined ? [] : [[branch, oid]]
    }),
  )
}

/**
 * The tips of branches, with their commits here: in CI as the remote has them now, else as this clone knows them. Never
 * throws for a remote that does not help: what is left out is said (`unjudgedMigrations`).
 */
export function tipsElsewhere(
  { git, env }: Repository,
  remote: string | null,
  branches: readonly string[],
): ReadonlyMap<string, string> {
  if (branches.length === 0) return new Map()
  if (remote === null || !isCi(env)) return knownTips(git, remote, branches)
  try {
    const tips = branchesAt(git, remote, branches)
    const missing = [...new Set(tips.values())].filter((oid) => commitOf(git, oid) === null)
    // in a clone that is whole a depth would make it shallow; in a shallow one the last commit's files are enough
    const depth = isShallow(git) ? ['--depth=1'] : []
    if (missing.length > 0) fetchFrom(git, remote, missing, { what: "the tasks' branches", depth })
    return tips
  } catch (error) {
    if (error instanceof LanekeeperError) return knownTips(git, remote, branches)
    throw error
  }
}

function knownTips(git: Git, remote: string | null, branches: readonly string[]): Map<string, string> {
  return new Map(
    branches.flatMap((branch): [string, string][] => {
      const names = [`refs/heads/${branch}`, ...(remote === null ? [] : [`refs/remotes/${remote}/${branch}`])]
      const oid = names.map((name) => commitOf(git, name)).find((found) => found !== null)
      return oid ? [[branch, oid]] : []
    }),
  )
}
