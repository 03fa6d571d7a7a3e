/**
 * Where HEAD of a git dir is, and what else git notes beside it: read from its files, since hooks ask on every run. Where
 * refs are in tables (`git init --ref-format=reftable`) the files are not there, and HEAD only says so: git is asked.
 */
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'

/** What HEAD holds beside tables: no branch can be called so (git's reftable.adoc, "Backward compatibility"). */
const IN_TABLES = 'ref: refs/heads/.invalid'
const BRANCH = 'ref: refs/heads/'

/** The branch a git dir's HEAD is on, or null when detached. */
export function branchOf(git: Git, gitDir: string): string | null {
  const head = headOf(git, gitDir)
  return head.startsWith(BRANCH) ? head.slice(BRANCH.length) : null
}

/** The branch whose work lies in a git dir: HEAD's, or the one that a rebase has taken HEAD from until it is over. */
export function workBranchOf(git: Git, gitDir: string): string | null {
  return branchOf(git, gitDir) ?? rebasedBranchOf(gitDir)
}

/** The branch that is being rebased in a git dir, or null; git leaves the same note for both of its rebases. */
export function rebasedBranchOf(gitDir: string): string | null {
  const notes = ['rebase-merge', 'rebase-apply'].map((dir) => readIfExists(join(gitDir, dir, 'head-name'))?.trim())
  return notes.find((note) => note?.startsWith('refs/heads/'))?.slice('refs/heads/'.length) ?? null
}

/** The commit that git is applying under a new id right now, or null. MERGE_HEAD is a file everywhere. */
export function appliedCommit(git: Git, gitDir: string, name: 'CHERRY_PICK_HEAD' | 'REVERT_HEAD'): string | null {
  const commit = isInTables(gitDir)
    ? asked(git, gitDir, ['rev-parse', '--verify', '--quiet', name])
    : readIfExists(join(gitDir, name))
  return commit?.trim() || null
}

function headOf(git: Git, gitDir: string): string {
  if (!isInTables(gitDir)) return readHead(gitDir)
  return `ref: ${asked(git, gitDir, ['symbolic-ref', '--quiet', 'HEAD']).trim()}`
}

/** Whether refs and their logs are in tables. */
export function isInTables(gitDir: string): boolean {
  return readHead(gitDir) === IN_TABLES
}

/** Empty while git is still writing a new worktree. */
function readHead(gitDir: string): string {
  return (readIfExists(join(gitDir, 'HEAD')) ?? '').trim()
}

/** stdout of a question about what lies in a git dir; empty where git has no answer. */
export function asked(git: Git, gitDir: string, words: readonly string[]): string {
  return git.attempt(['--git-dir', gitDir, ...words]).stdout
}
