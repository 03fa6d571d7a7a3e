/**
 * The gate: collects the facts of a move of the base and asks the one judge (policy/verdict.ts). Every door comes here:
 * the hooks, `check`, `review`, `land`, and the alarms of every entrance.
 */

import type { Change } from '../policy/changes.ts'
import { touchesMigrations } from '../policy/migrations/migration-set.ts'
import { leasedIn } from '../policy/migrations/ownership.ts'
import { unjudgedMigrations } from '../policy/migrations/unjudged.ts'
import type { Policy } from '../policy/policy.ts'
import { withoutLanded } from '../policy/recorded-landings.ts'
import type { Task } from '../policy/task.ts'
import { type Contribution, type Facts, judge, type Verdict } from '../policy/verdict.ts'
import { entriesAt, mergeBaseOf, stagedChanges, upstreamTip } from '../system/history.ts'
import { leasesOf } from '../system/lease-store.ts'
import { migrationFactsOf, migrationsTouched } from '../system/migration-facts.ts'
import { linkTargetsOf, nameTwinsOf } from '../system/path-facts.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { contributionsOfHead, contributionsOfMove, type Head, handMade, headOf, type Known } from './contributions.ts'
import { contributionsOfRange, type RangeHead } from './range-contributions.ts'
import { taskCommits } from './task-commits.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly facts: Facts
}

/**
 * What landing this branch (or commit) on the base would bring, judged.
 * @throws `git` when there is no such branch
 */
export function judgeBranch(repository: Repository, policy: Policy, branch: string): Judgement {
  return judgeHeads(repository, policy, [headOf(repository, policy, branch)])
}

/**
 * What merging these heads into the base would bring.
 * @param madeSince what the merge itself changes (the index) since a commit or tree, where it is there already
 */
export function judgeHeads(
  repository: Repository,
  policy: Policy,
  heads: readonly Head[],
  madeSince?: (start: string) => Change[],
): Judgement {
  return judgeAgainstLanded(repository, policy, policy.baseTip, (landed) => {
    const contributions = heads.flatMap((head) => contributionsOfHead(repository, policy, head, landed))
    if (madeSince === undefined) return contributions
    return [...contributions, ...handMade(repository, policy, heads, contributions, madeSince)]
  })
}

/**
 * A move of the base from one commit to another, whatever made it.
 * @param known what git says of commits that it is picking, and what the hooks saw the base get
 */
export function judgeMove(
  repository: Repository,
  policy: Policy,
  from: string,
  to: string,
  known: Known = {},
): Judgement {
  return judgeAgainstLanded(repository, policy, from, (landed) =>
    contributionsOfMove(repository, policy, landed, to, known),
  )
}

/**
 * What a range would bring to the policy's base: for a clone without the branches that it is about. What the base's upstream
 * has beyond the range's base excuses nothing: somebody named the range. What a landing on record brought was judged then.
 */
export function judgeRange(
  repository: Repository,
  policy: Policy,
  head: RangeHead,
): Judgement & { readonly unjudged: readonly string[] } {
  const landed = policy.baseTip === null ? [] : [policy.baseTip]
  const contributions = withoutLanded(contributionsOfRange(repository, policy, head, landed), head.landings)
  const touched = migrationsTouched(policy, contributions)
  const rivals = head.tipsOf(touched.rivals.map(({ branch }) => branch))
  const unjudged = unjudgedMigrations({
    databases: touched.databases,
    unseen: touched.rivals.filter(({ branch }) => !rivals.has(branch)),
    unleased: touched.databases.filter(
      (database) => leasedIn(policy.settings).includes(database) && !leasesOf(repository, [database]).has(database),
    ),
    base: policy.base,
  })
  return { ...judged(repository, policy, contributions, policy.baseTip, rivals), unjudged }
}

/** Changes that are this task's for sure (its own commit in its own worktree). */
export function judgeTaskChanges(
  repository: Repository,
  policy: Policy,
  task: Task,
  changes: readonly Change[],
): Judgement {
  const ofBranch = touchesMigrations(policy.settings, changes) ? wholeBranch(repository, policy) : changes
  return judged(repository, policy, [{ task, source: task.branch, changes, ofBranch }], policy.baseTip)
}

/** A migration is judged beside those of the branch's earlier commits: two of one version may come one by one. */
function wholeBranch({ git }: Repository, policy: Policy): readonly Change[] {
  const start = policy.baseTip === null ? null : mergeBaseOf(git, policy.baseTip, 'HEAD')
  return start === null ? [] : stagedChanges(git, start)
}

/** Staged changes on the base that came from somewhere: a cherry-pick without commit, an applied patch. */
export function judgeStaged(
  repository: Repository,
  policy: Policy,
  changes: readonly Change[],
  picked: readonly string[],
): Judgement {
  const landed = policy.baseTip === null ? [] : [policy.baseTip]
  const { owners, made, authorship } = taskCommits(repository, policy, landed)
  const pickedFrom = picked.map((oid) => owners.get(oid) ?? made.get(oid)).find((branch) => branch !== undefined)
  const part = pickedFrom === undefined ? authorship.partOfContent(changes) : { owner: pickedFrom, changes }
  const task = openTasks(policy).find(({ branch }) => branch === part?.owner)
  const contributions = task && part ? [{ task, source: task.branch, changes: part.changes }] : []
  return judged(repository, policy, contributions, policy.baseTip)
}

/**
 * What the base's upstream holds was let through by the remote's own rules and is nobody's contribution; what the base
 * holds to the letter is brought by nobody, though a branch has it under another commit (one that a person amended since).
 * Both can only make a verdict milder, so they are asked only when there is something to be mild about.
 */
function judgeAgainstLanded(
  repository: Repository,
  policy: Policy,
  tip: string | null,
  contributions: (landed: readonly string[]) => Contribution[],
): Judgement {
  const strict = judged(repository, policy, contributions(tip === null ? [] : [tip]), tip)
  if (strict.verdict.verdict === 'pass' || tip === null) return strict
  const upstream = upstreamTip(repository.git, policy.base)
  const brought = upstream === null ? strict.facts.contributions : contributions([tip, upstream])
  return judged(repository, policy, withoutHeld(repository, tip, brought), tip)
}

function withoutHeld({ git }: Repository, tip: string, contributions: readonly Contribution[]): Contribution[] {
  const entries = entriesAt(git, tip)
  const isHeld = ({ path, status, newMode, oid }: Change) =>
    status === 'D' ? !entries.has(path) : entries.get(path) === `${newMode} ${oid}`
  return contributions.map((one) => ({ ...one, changes: one.changes.filter((change) => !isHeld(change)) }))
}

function judged(
  repository: Repository,
  policy: Policy,
  contributions: readonly Contribution[],
  tip: string | null,
  rivals?: ReadonlyMap<string, string>,
): Judgement {
  const judgeable = contributions.filter(({ changes }) => changes.length > 0)
  const changes = judgeable.flatMap((contribution) => contribution.changes)
  const facts: Facts = {
    base: policy.base,
    settings: policy.settings,
    openTasks: openTasks(policy),
    contributions: judgeable,
    linkTargets: linkTargetsOf(repository, changes),
    nameTwins: nameTwinsOf(repository, policy, changes),
    migrations: migrationFactsOf(repository, policy, judgeable, tip, rivals),
  }
  return { verdict: judge(facts), facts }
}
