/** The command that takes stray commits off the base and nothing of a person's with them. */
import { commandLine, shellQuote } from '../policy/shell-quote.ts'
import type { Git } from '../system/git.ts'
import { checkoutOf } from '../system/merging.ts'
import type { Repository } from '../system/repository.ts'
import type { StrayCommits } from './stray-commits.ts'

/**
 * Where a person's commits came after the stray ones these are reverted, in the worktree that has the base, or else in the
 * main one, which goes back to its branch then. Else the base goes back: where its work tree never saw the move (plumbing),
 * moving the ref back is all; where it went along, `reset --keep` keeps unrelated edits.
 */
export function undoOf(
  { git, mainWorktree }: Repository,
  base: string,
  tip: string,
  { commits, before, isTail }: StrayCommits,
): string {
  const checkout = checkoutOf(git, base)
  const at = ['git', '-C', checkout?.path ?? mainWorktree]
  if (!isTail) {
    const [there, back] = checkout ? [[], []] : [[['switch', '-q', base]], [['switch', '-q', '-']]]
    return [...there, ...commits.map(revert), ...back].map((words) => commandLine([...at, ...words])).join(' && ')
  }
  const isUnseen = checkout === null || indexIsAt(git.at(checkout.path), before)
  return commandLine([
    ...at,
    ...(isUnseen ? ['update-ref', `refs/heads/${base}`, before, tip] : ['reset', '--keep', before]),
  ])
}

function indexIsAt(git: Git, commit: string): boolean {
  return git.test(['diff-index', '--cached', '--quiet', commit, '--'])
}

function revert({ oid, parents, onto }: StrayCommits['commits'][number]): string[] {
  const line = parents.length > 1 ? ['-m', String(parents.indexOf(onto) + 1)] : []
  return ['revert', '--no-edit', ...line, shellQuote(oid)]
}
