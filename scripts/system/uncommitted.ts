/**
 * The uncommitted changes of each worktree, by `git status` in shells of our own (`shells.ts`). No index lock is taken: an
 * agent may be committing.
 */
import { existsSync } from 'node:fs'
import type { Repository } from './repository.ts'
import { gitInEach } from './shells.ts'
import { notedWorktrees } from './worktrees.ts'

const STATUS = ['--no-optional-locks', 'status', '--porcelain=v2', '-z', '--no-renames', '--untracked-files=normal']

/** The lines of `git status --porcelain=v2` of a worktree, one a changed or untracked path. */
export type Uncommitted = readonly string[]

/** Uncommitted paths by worktree, being looked up; never rejects. */
export type Look = Promise<ReadonlyMap<string, Uncommitted | null>>

/** Starts looking for what is uncommitted: git's slowest answer, so it is asked before anything else is loaded or read. */
export function beginLook(repository: Repository): Look {
  const dirs = [...(repository.isBare ? [] : [repository.mainWorktree]), ...notedWorktrees(repository.commonDir)]
  return findUncommitted(dirs.filter(existsSync), repository.env)
}

/**
 * Changed and untracked paths per directory; null where git could not tell.
 * @param dirs roots of worktrees, absolute; what is no worktree (any more) is null
 */
export async function findUncommitted(
  dirs: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, Uncommitted | null>> {
  const answers = await gitInEach(STATUS, dirs, env)
  return new Map(dirs.map((dir, index) => [dir, linesOf(answers[index] ?? null)]))
}

function linesOf(answer: { status: number; stdout: string } | null): Uncommitted | null {
  return answer?.status === 0 ? answer.stdout.split('\0').filter((line) => line !== '') : null
}
