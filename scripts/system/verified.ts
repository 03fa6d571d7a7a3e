/**
 * The tip of the base that the gate last judged. Prevention cannot see plumbing from a task's worktree, an overridden
 * hooks path or a ref written by hand; comparing this with the base's tip does.
 */

import type { Git } from './git.ts'
import { commitOf } from './history.ts'

function verifiedRef(base: string): string {
  return `refs/lanekeeper/verified/${base}`
}

/** The last verified tip, or null before the first verdict. */
export function verifiedTip(git: Git, base: string): string | null {
  return commitOf(git, verifiedRef(base))
}

/** Records a tip as verified. Never fails a hook: a lost record only means that an entrance judges once more. */
export function markVerified(git: Git, base: string, tip: string): boolean {
  return git.attempt(['update-ref', verifiedRef(base), tip]).status === 0
}
