/**
 * What stays of a worktree that is taken away: a kill in the middle of `git worktree remove` leaves a directory without .git
 * that neither git nor we can look into; and where a program still writes, git gives up on the directory, but forgets the
 * worktree all the same (git 2.39, worktree.c: "there's no going back").
 */
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { shellQuote } from '../policy/shell-quote.ts'
import type { WorktreeRecord } from '../system/ledger.ts'
import type { Repository } from '../system/repository.ts'
import { removeWorktree as removeFromGit, unlockWorktree, type Worktree } from '../system/worktrees.ts'

/** A program that was told to end may write for a moment yet: tried eleven times within 3 s. */
const RETRIES = { maxRetries: 10, retryDelay: 50 }

/** Whether our own removal of it was decided, with every look that takes, and had begun. */
export function isHalfRemoved({ path }: Worktree, record: WorktreeRecord | null): boolean {
  return record?.removal !== undefined && existsSync(path) && !existsSync(join(path, '.git'))
}

/** Tells a directory from one that gets its name, and perhaps its inode, later; null where there is none. */
export function directoryMark(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : `${stat.ino} ${stat.birthtimeMs}`
}

/** Whether the very directory that was decided to go is there still, though git has forgotten the worktree. */
export function isForgottenRest({ path, removal }: WorktreeRecord): boolean {
  return (
    removal?.directory !== undefined && directoryMark(path) === removal.directory && !existsSync(join(path, '.git'))
  )
}

/**
 * `git worktree remove`, and what that leaves of the directory.
 * @throws `git` where git keeps the worktree, `file-system` where something goes on writing into it
 */
export function removeWhole({ git }: Repository, { path, gitDir }: Worktree): void {
  try {
    removeFromGit(git, path, { force: true })
  } catch (error) {
    if (gitDir === null || existsSync(gitDir)) throw error
  }
  if (!existsSync(join(path, '.git'))) removeDirectory(path)
}

/** Takes away the rest of a half-removed worktree. */
export function removeRest({ git }: Repository, { path, isLocked }: Worktree): void {
  if (isLocked) unlockWorktree(git, path)
  removeDirectory(path)
  removeFromGit(git, path, { force: true })
}

/** @throws `file-system` */
export function removeDirectory(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, ...RETRIES })
  } catch (cause) {
    throw new LanekeeperError('file-system', `${path} cannot be deleted whole: ${(cause as Error).message}.`, {
      hint: `Something may write into it still: lsof +D ${shellQuote(path)}\nOnce that has ended: npx lanekeeper gc`,
      cause,
    })
  }
}
