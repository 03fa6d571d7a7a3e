/** Where the tasks' branches stand, in this clone and elsewhere. */
import { join } from 'node:path'
import type { BranchTip } from '../policy/lineage.ts'
import { readIfExists } from './files.ts'
import { presentCommits } from './history.ts'
import type { Repository } from './repository.ts'

/**
 * The tips of branches: here, where remotes were last seen to have them, and as they were last fetched without a remote (a
 * pull by URL). What another machine or clone has pushed or shown is the same task's.
 */
export function tipsOfBranches(repository: Repository, branches: readonly string[]): BranchTip[] {
  if (branches.length === 0) return []
  return [...refTips(repository, branches), ...fetchedTips(repository, branches)]
}

function refTips({ git }: Repository, branches: readonly string[]): BranchTip[] {
  const patterns = branches.flatMap((branch) => [`refs/heads/${branch}`, `refs/remotes/*/${branch}`])
  return git
    .text(['for-each-ref', '--format=%(objectname) %(refname)', ...patterns])
    .split('\n')
    .map((line) => line.split(' '))
    .map(([tip = '', ref = '']) => ({ tip, branch: ref.replace(/^refs\/(heads|remotes\/[^/]+)\//, '') }))
    .filter(({ branch }) => branches.includes(branch))
}

/** `<oid> TAB [not-for-merge] TAB branch '<name>' of <where>` a line. */
function fetchedTips({ git, gitDir }: Repository, branches: readonly string[]): BranchTip[] {
  const lines = (readIfExists(join(gitDir, 'FETCH_HEAD')) ?? '').matchAll(
    /^([0-9a-f]+)\t[^\t]*\tbranch '([^']+)' of /gm,
  )
  const fetched = [...lines]
    .map(([, tip = '', branch = '']) => ({ tip, branch }))
    .filter(({ branch }) => branches.includes(branch))
  const present = new Set(
    presentCommits(
      git,
      fetched.map(({ tip }) => tip),
    ),
  )
  return fetched.filter(({ tip }) => present.has(tip))
}
