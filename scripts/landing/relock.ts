/**
 * A merge that conflicts in a lockfile alone: the lockfile is derived, so it is made anew from the base's and the merged
 * manifest, by the package manager that owns it. No merge driver: git may merge the lockfile before the manifest
 * (policy.md section 8).
 */
import { basename, dirname, join } from 'node:path'
import type { Git } from '../system/git.ts'
import { runProgram } from '../system/shell.ts'

/** Writes the lockfile and nothing else, and runs nobody's scripts. */
const RELOCK: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
  'pnpm-lock.yaml': ['pnpm', 'install', '--lockfile-only', '--ignore-scripts', '--no-frozen-lockfile'],
}

/** Whether these conflicts are all in lockfiles that we know how to make anew. */
export function canRelock(files: readonly string[]): boolean {
  return files.every((file) => basename(file) in RELOCK)
}

/**
 * Concludes a conflicted merge in a throw-away worktree, if lockfiles are all that conflicts and they can be made anew.
 * @param files what conflicts
 * @returns the merge commit, or null when a person has to solve it; the merge is left unfinished then
 */
export async function relock(
  git: Git,
  files: readonly string[],
  options: { env: NodeJS.ProcessEnv; log: string },
): Promise<string | null> {
  if (!canRelock(files)) return null
  // "ours" is the base: HEAD of the throw-away worktree
  git.text(['checkout', '--ours', '--', ...files])
  for (const file of files) {
    const words = RELOCK[basename(file)] ?? []
    const { status } = await runProgram(words, { cwd: join(git.cwd, dirname(file)), ...options })
    if (status !== 0) return null
  }
  git.text(['add', '--', ...files])
  const isAllDone = git
    .text(['status', '--porcelain'])
    .split('\n')
    .every((line) => !/^(.[^ ]|\?\?)/.test(line))
  if (!isAllDone) return null
  // strip: the message that git prepared lists the conflicts as comments
  git.text(['-c', 'core.hooksPath=/dev/null', 'commit', '--quiet', '--no-edit', '--cleanup=strip'])
  return git.text(['rev-parse', 'HEAD'])
}
