/** The commits of the open tasks: those of their branches, here and on remotes, and those made in their worktrees. */
import { authorshipOf, type Commit } from '../policy/attribution.ts'
import { type Graph, ownersOf } from '../policy/lineage.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { madeIn, madeOn } from '../policy/reflog.ts'
import { branchOf, headLog } from '../system/head.ts'
import { commitsOf } from '../system/history.ts'
import { readLedger } from '../system/ledger.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { tipsOfBranches } from '../system/task-tips.ts'

export interface TaskCommits {
  /** Commit → branch of the task whose it is. */
  readonly owners: ReadonlyMap<string, string>
  readonly graph: Graph
  readonly authorship: ReturnType<typeof authorshipOf>
}

/**
 * Every commit that an open task's branch has and the base does not. What a person made in the main worktree on a branch of
 * no task is none of them, though a task has merged it.
 */
export function taskCommits(repository: Repository, policy: Policy, landed: readonly string[]): TaskCommits {
  const { git } = repository
  const branches = openTasks(policy).map(({ branch }) => branch)
  const tips = tipsOfBranches(repository, branches)
  const commits = commitsOf(
    git,
    tips.map(({ tip }) => tip),
    landed,
  )
  const graph = new Map(commits.map((commit) => [commit.oid, commit]))
  const byAge = branches.flatMap((branch) => tips.filter((one) => one.branch === branch))
  const owners = ownersOf(graph, byAge)
  if (owners.size > 0) for (const oid of madeByPerson(repository, policy)) owners.delete(oid)
  const byOwner = new Map<string, Commit[]>()
  for (const commit of commits) {
    const owner = owners.get(commit.oid)
    if (owner !== undefined) byOwner.set(owner, [...(byOwner.get(owner) ?? []), commit])
  }
  return { owners, graph, authorship: authorshipOf(byOwner) }
}

function madeByPerson({ git, commonDir }: Repository, policy: Policy): string[] {
  const isTaskBranch = matcherOf(policy.settings.taskBranches)
  const branches = new Set(policy.tasks.map(({ branch }) => branch))
  const isPersons = (branch: string) => !branches.has(branch) && isTaskBranch(branch) === null
  return madeOn(headLog(git, commonDir), isPersons, branchOf(git, commonDir))
}

/**
 * Commit → branch of the task in whose worktree it was made. A branch that was renamed, a side branch, a detached HEAD: the
 * worktree's own log has what the branches' names do not tell any more.
 */
export function madeInWorktrees(repository: Repository, policy: Policy): ReadonlyMap<string, string> {
  const records = readLedger(repository)
  return new Map(
    openTasks(policy).flatMap(({ id, branch }) =>
      records
        .filter(({ task }) => task === id)
        .flatMap(({ gitDir }) => madeIn(headLog(repository.git, gitDir)))
        .map((oid): [string, string] => [oid, branch]),
    ),
  )
}
