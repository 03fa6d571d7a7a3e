/** The command that takes stray commits off the base and nothing of a person's with them. */
import { commandLine, shellQuote } from './policy/shell-quote.ts'
import type { StrayCommits } from './stray-commits.ts'
import { branchOf, type Repository } from './system/repository.ts'

/**
 * Where a person's commits came after the stray ones these are reverted. Else the base goes back: where its work tree
 * never saw the move (plumbing), moving the ref back is all; where it went along, `reset --keep` keeps unrelated edits.
 */
export function undoOf(
  repository: Repository,
  base: string,
  tip: string,
  { commits, before, isTail }: StrayCommits,
): string {
  const { mainWorktree } = repository
  const at = ['git', '-C', mainWorktree]
  const isCheckedOut = !repository.isBare && branchOf(repository.commonDir) === base
  if (!isTail && isCheckedOut) return commits.map((commit) => commandLine([...at, ...revert(commit)])).join(' && ')
  const moveRef = ['update-ref', `refs/heads/${base}`, before, tip]
  if (!isCheckedOut) return commandLine(['git', ...moveRef])
  const index = repository.git.at(mainWorktree).attempt(['diff-index', '--cached', '--quiet', before, '--'])
  return commandLine(index.status === 0 ? [...at, ...moveRef] : [...at, 'reset', '--keep', before])
}

function revert({ oid, parents }: StrayCommits['commits'][number]): string[] {
  return ['revert', '--no-edit', ...(parents.length > 1 ? ['-m', '1'] : []), shellQuote(oid)]
}
