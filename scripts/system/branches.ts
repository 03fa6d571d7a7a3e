/** Deleting a branch without losing what somebody put on it meanwhile. */
import type { Git } from './git.ts'
import type { Kept } from './teardown.ts'

/**
 * Deletes a branch while it still stands where it was looked at.
 * @returns null when it is gone (or was already), else why it stays
 */
export function deleteBranch(git: Git, branch: string, tip: string): Kept | null {
  const now = git.attempt(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]).stdout.trim()
  if (now === '') return null
  if (now !== tip) return { what: `branch ${branch}`, why: `it moved on to ${now.slice(0, 10)} meanwhile` }
  const { status, stderr } = git.attempt(['branch', '-D', '--quiet', '--', branch])
  return status === 0 ? null : { what: `branch ${branch}`, why: stderr.trim() }
}
