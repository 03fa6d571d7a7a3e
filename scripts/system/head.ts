/**
 * Where HEAD of a git dir is and was, and what else git notes beside it: read from its files, since hooks ask on every run.
 * Where refs are in tables (`git init --ref-format=reftable`) the files are not there, and HEAD only says so: git is asked.
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

/** HEAD's own log as git writes it to `logs/HEAD`, the oldest entry first; empty where there is none. */
export function headLog(git: Git, gitDir: string): string {
  if (!isInTables(gitDir)) return readIfExists(join(gitDir, 'logs', 'HEAD')) ?? ''
  const newestFirst = asked(git, gitDir, ['log', '--walk-reflogs', '--format=%H%x09%gs', 'HEAD', '--'])
  const entries = newestFirst.split('\n').filter((line) => line !== '')
  return entries
    .toReversed()
    .map(
      (line, index, lines) => `${oidOf(lines[index - 1]) ?? '0'} ${oidOf(line)} git <> 0 +0000\t${messageOf(line)}\n`,
    )
    .join('')
}

function oidOf(line: string | undefined): string | undefined {
  return line?.slice(0, line.indexOf('\t'))
}

function messageOf(line: string): string {
  return line.slice(line.indexOf('\t') + 1)
}

function headOf(git: Git, gitDir: string): string {
  if (!isInTables(gitDir)) return readHead(gitDir)
  return `ref: ${asked(git, gitDir, ['symbolic-ref', '--quiet', 'HEAD']).trim()}`
}

function isInTables(gitDir: string): boolean {
  return readHead(gitDir) === IN_TABLES
}

/** Empty while git is still writing a new worktree. */
function readHead(gitDir: string): string {
  return (readIfExists(join(gitDir, 'HEAD')) ?? '').trim()
}

/** stdout; empty where git has no answer. */
function asked(git: Git, gitDir: string, words: readonly string[]): string {
  return git.attempt(['--git-dir', gitDir, ...words]).stdout
}
