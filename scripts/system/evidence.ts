/** What git can tell about a task's branch before it lands. */
import { type CountedChange, parseCountedDiff } from '../policy/line-counts.ts'
import type { ReviewedCommit } from '../policy/review-page.ts'
import type { Git } from './git.ts'
import { foretellMerge } from './merging.ts'

/** What a merge of `tip` into `into` would bring, with line counts; renames count as two changes, so both ends are seen. */
export function countedChanges(git: Git, into: string, tip: string): CountedChange[] {
  const options = ['--raw', '--numstat', '-z', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv']
  const from = mergeBase(git, into, tip)
  return parseCountedDiff(String(git.bytes(['diff-tree', '-r', ...options, from, tip])))
}

/** Paths that a branch changes since it parted from the base; both ends of a rename. */
export function changedPaths(git: Git, into: string, tip: string): string[] {
  return git.nul(['diff-tree', '-r', '--name-only', '-z', '--no-renames', mergeBase(git, into, tip), tip])
}

/** The point from which a branch's own changes count; the empty tree where the histories have nothing in common. */
function mergeBase(git: Git, into: string, tip: string): string {
  const base = git.attempt(['merge-base', into, tip]).stdout.trim()
  return base === '' ? git.text(['hash-object', '-t', 'tree', '--stdin'], { input: '' }) : base
}

/** The commits that `tip` has and `base` has not, newest first. */
export function commitsSince(git: Git, base: string, tip: string): ReviewedCommit[] {
  const format = '--format=%H%x09%aI%x09%aN%x09%s'
  const listed = git.text(['rev-list', '--no-commit-header', format, `${base}..${tip}`])
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [oid = '', authoredAt = '', author = '', ...subject] = line.split('\t')
      return { oid, authoredAt, author, subject: subject.join('\t') }
    })
}

/** How many commits `base` has that `tip` has not. */
export function commitsBehind(git: Git, base: string, tip: string): number {
  return Number(git.text(['rev-list', '--count', `${tip}..${base}`]))
}

/** Uncommitted paths of a worktree, untracked ones by directory; takes no lock. */
export function uncommittedPaths(git: Git): string[] {
  const options = ['--porcelain', '-z', '--no-renames', '--untracked-files=normal']
  return git.nul(['--no-optional-locks', 'status', ...options]).map((record) => record.slice(3))
}

/** Files that merging `tip` into `into` would conflict in; null where git could not even try. */
export function conflictsOf(git: Git, into: string, tip: string): readonly string[] | null {
  try {
    return foretellMerge(git, into, tip).conflicts
  } catch {
    return null
  }
}
