/**
 * A worktree that git was killed in the middle of making. git locks it with the word `initializing` first and unlocks it
 * before its post-checkout hook runs (builtin/worktree.c), so what still says so is unfinished, or just being made.
 */
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { HALF_MADE } from '../policy/removal.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { readIfExists } from './files.ts'

/** @param gitDir the worktree's own */
export function isHalfMade(gitDir: string | null): boolean {
  return gitDir !== null && readIfExists(join(gitDir, 'locked'))?.trim() === HALF_MADE
}

/** Nothing can be set up in it, and nobody can have committed in it. */
export function halfMade(path: string): LanekeeperError {
  return new LanekeeperError('git', `git was killed while it made ${path}, or is still at it.`, {
    hint: `If no git works there any more, take it away and make it again: ${commandLine(['npx', 'lanekeeper', 'remove', path, '--force-locked'])}`,
  })
}
