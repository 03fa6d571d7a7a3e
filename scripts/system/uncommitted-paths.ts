import type { Git } from './git.ts'

/** Paths that are changed, staged or untracked in the worktree, both ends of a rename; not what git ignores. One process. */
export function uncommittedPaths(git: Git): string[] {
  const words = ['--no-optional-locks', 'status', '--porcelain', '-z', '--no-renames', '--untracked-files=all']
  return git.nul(words).map((line) => line.slice(3))
}
