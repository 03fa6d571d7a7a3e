/** What a kill in the middle of `git worktree remove` leaves: a directory without .git that neither git nor we can look into. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { WorktreeRecord } from '../system/ledger.ts'
import type { Repository } from '../system/repository.ts'
import { removeWorktree as removeFromGit, unlockWorktree, type Worktree } from '../system/worktrees.ts'

/** Whether our own removal of it was decided, with every look that takes, and had begun. */
export function isHalfRemoved({ path }: Worktree, record: WorktreeRecord | null): boolean {
  return record?.removal !== undefined && existsSync(path) && !existsSync(join(path, '.git'))
}

/** Takes away the rest of a half-removed worktree. */
export function removeRest({ git }: Repository, { path, isLocked }: Worktree): void {
  if (isLocked) unlockWorktree(git, path)
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  removeFromGit(git, path, { force: true })
}
