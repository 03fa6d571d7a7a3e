/** The folder that the settings put worktrees in; the first worktree brings it, the last takes it along. */
import { readdirSync, rmdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { defaultPath } from '../policy/task-draft.ts'
import type { Repository } from '../system/repository.ts'

/** Where a worktree of this name goes. */
export function worktreePath({ mainWorktree, name }: Repository, { settings }: Policy, task: string): string {
  return resolve(mainWorktree, defaultPath(settings, { repo: name, task }))
}

/** Removes the folder that a worktree lay in, when it is ours and empty. Failing to is no failure. */
export function removeEmptyParent(repository: Repository, policy: Policy, worktree: string): void {
  const folder = dirname(worktree)
  if (folder !== dirname(worktreePath(repository, policy, 'any'))) return
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder)
  } catch {
    // somebody else was as quick, or wants it
  }
}
