/** The two ends of a range as a person or a workflow names them, in a clone that may lack either. */
import { branchOfCi, isCi } from '../policy/ci-variables.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { depthBeside } from '../system/deepen.ts'
import { branchOf } from '../system/head.ts'
import { commitOf } from '../system/history.ts'
import { fetchFrom, noRemote, remoteRefs } from '../system/remote.ts'
import type { Repository } from '../system/repository.ts'

/** What a ref's name tells. */
export interface Named {
  /** The remote it is on; null for a local name. */
  readonly remote: string | null
  /** The branch; null for HEAD, a commit id, a tag. */
  readonly branch: string | null
}

/** `origin/main` is a branch of a remote, `main` a local one where it exists; anything else only names a commit. */
export function nameOf({ git }: Repository, ref: string, remotes: readonly string[]): Named {
  const local = ref.replace(/^refs\/heads\//, '')
  if (commitOf(git, `refs/heads/${local}`) !== null) return { remote: null, branch: local }
  const plain = ref.replace(/^refs\/remotes\//, '')
  const remote = remotes.find((one) => plain.startsWith(`${one}/`))
  return remote === undefined ? { remote: null, branch: null } : { remote, branch: plain.slice(remote.length + 1) }
}

/**
 * The commit of a ref; a remote's branch or a commit id that the clone lacks is fetched.
 * @param beside a commit that is here: a shallow clone gets the other as deep as this
 * @throws `git` where there is no such ref, here or there
 */
export function presentCommit(
  repository: Repository,
  ref: string,
  remotes: readonly string[],
  beside = 'HEAD',
): string {
  const { git } = repository
  const known = commitOf(git, `refs/heads/${ref}`) ?? commitOf(git, ref)
  if (known !== null) return known
  const { remote, branch } = nameOf(repository, ref, remotes)
  if (remote !== null && branch !== null) return fetchBranch(repository, remote, branch, beside)
  const [first] = remotes
  if (first === undefined) throw noRemote(ref)
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) throw noSuchRef(ref, first)
  fetchFrom(git, first, [ref], { what: `the commit ${ref}`, depth: depthBeside(repository, beside) })
  return ref
}

/**
 * The base's commit. In CI the clone may be an older job's (a runner that keeps its folder), so the remote is asked where its
 * branch is now; where it does not answer, what is here counts, and that is said.
 */
export function baseCommit(
  repository: Repository,
  ref: string,
  remotes: readonly string[],
  head: string,
): { readonly commit: string; readonly warnings: readonly string[] } {
  const { remote, branch } = nameOf(repository, ref, remotes)
  const here = commitOf(repository.git, ref)
  if (here === null || remote === null || branch === null || !isCi(repository.env))
    return { commit: presentCommit(repository, ref, remotes, head), warnings: [] }
  try {
    return { commit: fetchBranch(repository, remote, branch, head), warnings: [] }
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    return {
      commit: here,
      warnings: [`${error.message}\nJudged against ${ref} as this clone has it: ${here.slice(0, 10)}.`],
    }
  }
}

/** Where its commit is there already nothing is downloaded; a shallow clone gets it as deep as the other end is. */
function fetchBranch(repository: Repository, remote: string, branch: string, beside: string): string {
  const { git } = repository
  const [ref, tracking] = [`refs/heads/${branch}`, `refs/remotes/${remote}/${branch}`]
  const what = `the branch ${branch}`
  const oid = remoteRefs(git, remote, [ref], what).get(ref)
  if (oid === undefined)
    throw new LanekeeperError('git', `${remote} has no branch ${branch}.`, {
      hint: `All branches: git ls-remote --heads ${remote}`,
    })
  if (commitOf(git, oid) !== null) git.text(['update-ref', tracking, oid])
  else fetchFrom(git, remote, [`+${ref}:${tracking}`], { what, depth: depthBeside(repository, beside) })
  return commitOf(git, tracking) ?? oid
}

function noSuchRef(ref: string, remote: string): LanekeeperError {
  return new LanekeeperError('git', `There is no branch or commit "${ref}" in this clone.`, {
    hint: `A branch of the remote is fetched when it is named as such: ${commandLine([`${remote}/${ref}`])}`,
  })
}

/** A branch's name says it; a detached HEAD or a commit id is what the CI says it is. Null where nothing does. */
export function branchNamed(repository: Repository, ref: string, remotes: readonly string[]): string | null {
  const attached =
    ref === 'HEAD' ? branchOf(repository.git, repository.gitDir) : nameOf(repository, ref, remotes).branch
  return attached ?? branchOfCi(repository.env)
}
