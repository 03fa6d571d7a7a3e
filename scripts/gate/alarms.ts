/**
 * What prevention cannot see is detected: every entrance compares the base's tip with the one the gate last judged and
 * judges what came in between.
 */

import type { Policy } from '../policy/policy.ts'
import type { Verdict, Violation } from '../policy/verdict.ts'
import { changesBetween, isAncestor, upstreamTip } from '../system/history.ts'
import type { Repository } from '../system/repository.ts'
import { forgetSeenMoves, markVerified, seenTips, verifiedTip } from '../system/verified.ts'
import { judgeMove } from './gate.ts'
import { type Stray, strayCommits } from './stray-commits.ts'
import { undoOf } from './undo-stray.ts'

/** A thing that is wrong with the repository as a whole; `status --json` lists them. */
export interface Alarm {
  readonly code: 'base-moved-unjudged'
  readonly message: string
  readonly hint: string
  /** The commits that brought it, newest first: `<short id> <author>: <subject>`. */
  readonly commits: readonly string[]
  readonly files: readonly string[]
}

/** How many commits and files an alarm names. */
const MOST_NAMED = 20

/** Judges what moved the base behind the gate's back; what passes is recorded as verified, so it costs once. */
export function alarmsOf(repository: Repository, policy: Policy): Alarm[] {
  const { git } = repository
  const { base, baseTip } = policy
  if (baseTip === null) return []
  const verified = verifiedTip(repository, base)
  if (verified === baseTip) return []
  const violations = verified === null ? [] : standingViolations(repository, policy, verified, baseTip)
  if (violations.length === 0) {
    if (markVerified(git, base, baseTip)) forgetSeenMoves(repository, baseTip)
    return []
  }
  return [alarm(repository, policy, verified ?? '', baseTip, violations)]
}

/** What stands on the base now; a stray change that was taken back since is no alarm. */
function standingViolations(
  repository: Repository,
  policy: Policy,
  verified: string,
  tip: string,
): readonly Violation[] {
  if (isTrusted(repository, policy, verified, tip)) return []
  const { verdict } = judgeMove(repository, policy, verified, tip, { seen: seenTips(repository, verified) })
  return verdict.verdict === 'pass' ? [] : standing(repository, verified, tip, verdict)
}

function standing(
  repository: Repository,
  verified: string,
  tip: string,
  { violations }: Verdict,
): readonly Violation[] {
  const changed = new Set(changesBetween(repository.git, verified, tip).map(({ path }) => path))
  return violations.filter(({ path }) => changed.has(path))
}

/** A base that went back, or that holds only what its upstream holds, brings nothing of a task's. */
function isTrusted({ git }: Repository, { base }: Policy, verified: string, tip: string): boolean {
  if (isAncestor(git, tip, verified)) return true
  const upstream = upstreamTip(git, base)
  return upstream !== null && isAncestor(git, tip, upstream)
}

function alarm(
  repository: Repository,
  policy: Policy,
  verified: string,
  tip: string,
  violations: readonly Violation[],
): Alarm {
  const stray = strayCommits(repository, policy, verified, tip, violations)
  const commits = stray.commits.slice(0, MOST_NAMED).map(commitLine)
  const files = [...new Set(violations.map(({ path }) => path))]
  const tasks = [...new Set(violations.map(({ task, source }) => (task ? `task "${task}"` : source)))].join(', ')
  return {
    code: 'base-moved-unjudged',
    message: [
      `${policy.base} moved without the gate's verdict and holds ${files.length} file(s) outside the lane of ${tasks}.`,
      ...commits.map((commit) => `  commit ${commit}`),
      ...violations.slice(0, MOST_NAMED).map(({ path, rule, message }) => `  ${path}  ${rule}: ${message}`),
    ].join('\n'),
    hint: `undo:   ${undoOf(repository, policy.base, tip, stray)}\naccept: npx lanekeeper accept --reason "…"   (a person; it is recorded)`,
    commits,
    files,
  }
}

function commitLine({ oid, author, subject }: Stray): string {
  return `${oid.slice(0, 10)} ${author}: ${subject}`
}
