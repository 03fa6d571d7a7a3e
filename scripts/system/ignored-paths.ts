import type { Git } from './git.ts'

/** Of these paths below the worktree's root, those that git ignores; a tracked file is none. One process. */
export function ignoredPaths(git: Git, paths: readonly string[]): Set<string> {
  const input = paths.map((path) => `${path}\0`).join('')
  const { stdout } = git.attempt(['check-ignore', '-z', '--stdin'], { input })
  return new Set(stdout.split('\0').filter((path) => path !== ''))
}
