/** Whose build is running: the project's, or one that lies in a branch's own worktree. */
import { realpathSync } from 'node:fs'
import { worktreeRootAbove } from './edit-place.ts'
import { openRepository, type Repository } from './repository.ts'
import { buildDir } from './trusted-hooks.ts'

/**
 * Whether the running build lies in a linked worktree of this repository (its `node_modules`, or its own `dist` where the
 * project is Lanekeeper). Whoever works there can change it, so it never becomes what guards the base (DESIGN.md section 2).
 */
export function isBranchsOwnBuild({ commonDir, mainWorktree, env }: Repository): boolean {
  const root = worktreeRootAbove(realpathSync(buildDir()))
  if (root === null || root === mainWorktree) return false
  const around = openRepository(root, env)
  return around.isLinked && around.commonDir === commonDir
}
