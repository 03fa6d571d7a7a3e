/** What a forced removal takes is kept under `refs/lanekeeper/removed/`: commits, and uncommitted work as a commit on top. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { slugOf } from '../policy/names.ts'
import type { Git } from './git.ts'
import type { Worktree } from './worktrees.ts'

/**
 * Keeps the worktree's tip, with its uncommitted and untracked files as one more commit where there are any.
 * @returns the ref
 * @throws `git`; nothing may be removed then
 */
export function keepSafe(git: Git, worktree: Worktree, isDirty: boolean): string {
  const commit = isDirty ? snapshot(git.at(worktree.path), worktree) : worktree.head
  const name = worktree.branch ?? `detached-${slugOf(worktree.head.slice(0, 10))}`
  const plain = `refs/lanekeeper/removed/${name}`
  const message = `lanekeeper remove ${worktree.path}`
  const { status } = git.attempt(['update-ref', '--create-reflog', '-m', message, plain, commit])
  if (status === 0) return plain
  // `a` and `a/b` cannot both be refs
  const flat = `refs/lanekeeper/removed/${name.replaceAll('/', '-')}-${commit.slice(0, 10)}`
  git.text(['update-ref', '--create-reflog', '-m', message, flat, commit])
  return flat
}

/** The work tree as a commit on HEAD, through an index of its own: the worktree's index is not touched. */
function snapshot(git: Git, { head, gitDir }: Worktree): string {
  const index = join(gitDir ?? git.text(['rev-parse', '--absolute-git-dir']), 'lanekeeper-removal.index')
  const aside = git.with({ GIT_INDEX_FILE: index })
  const isUnborn = /^0*$/.test(head)
  try {
    aside.text(isUnborn ? ['read-tree', '--empty'] : ['read-tree', head])
    aside.text(['add', '--all'])
    const parent = isUnborn ? [] : ['-p', head]
    return aside.text([
      'commit-tree',
      aside.text(['write-tree']),
      ...parent,
      '-m',
      'Uncommitted work of a removed worktree',
    ])
  } finally {
    rmSync(index, { force: true })
  }
}
