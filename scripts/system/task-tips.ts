/** Where the tasks' branches stand, in this clone and elsewhere. */
import { join } from 'node:path'
import type { BranchTip } from '../policy/lineage.ts'
import { stoodAt } from '../policy/reflog.ts'
import { readIfExists } from './files.ts'
import { presentCommits } from './history.ts'
import { branchLogs } from './reflogs.ts'
import type { Repository } from './repository.ts'

/**
 * The tips of branches: here, where remotes were last seen to have them, and as they were last fetched without a remote (a
 * pull by URL). What another machine or clone has pushed or shown is the same task's. Of a branch that is not here any more
 * the branches that were made of it tell where it stood.
 */
export function tipsOfBranches(repository: Repository, branches: readonly string[]): BranchTip[] {
  if (branches.length === 0) return []
  const tips = refTips(repository, branches)
  const gone = branches.filter((name) => !tips.some(({ branch, ref }) => branch === name && ref.startsWith(HEADS)))
  const elsewhere = [...fetchedTips(repository, branches), ...formerTips(repository, gone)]
  return [...tips, ...presentTips(repository, elsewhere)]
}

const HEADS = 'refs/heads/'

function refTips({ git }: Repository, branches: readonly string[]): (BranchTip & { readonly ref: string })[] {
  const patterns = branches.flatMap((branch) => [`refs/heads/${branch}`, `refs/remotes/*/${branch}`])
  return git
    .text(['for-each-ref', '--format=%(objectname) %(refname)', ...patterns])
    .split('\n')
    .map((line) => line.split(' '))
    .map(([tip = '', ref = '']) => ({ tip, ref, branch: ref.replace(/^refs\/(heads|remotes\/[^/]+)\//, '') }))
    .filter(({ branch }) => branches.includes(branch))
}

/** `<oid> TAB [not-for-merge] TAB branch '<name>' of <where>` a line. */
function fetchedTips({ gitDir }: Repository, branches: readonly string[]): BranchTip[] {
  const lines = (readIfExists(join(gitDir, 'FETCH_HEAD')) ?? '').matchAll(
    /^([0-9a-f]+)\t[^\t]*\tbranch '([^']+)' of /gm,
  )
  return [...lines]
    .map(([, tip = '', branch = '']) => ({ tip, branch }))
    .filter(({ branch }) => branches.includes(branch))
}

/** Every log is read: a task without its branch is rare. */
function formerTips({ git, commonDir }: Repository, branches: readonly string[]): BranchTip[] {
  if (branches.length === 0) return []
  return branchLogs(git, commonDir)
    .flatMap(stoodAt)
    .filter(({ branch }) => branches.includes(branch))
}

/** What is written down somewhere may be gone from git. */
function presentTips({ git }: Repository, tips: readonly BranchTip[]): BranchTip[] {
  const present = new Set(
    presentCommits(
      git,
      tips.map(({ tip }) => tip),
    ),
  )
  return tips.filter(({ tip }) => present.has(tip))
}
