/**
 * What prevention cannot see is detected: every entrance compares the base's tip with the one the gate last judged and
 * judges what came in between.
 */
import { judgeMove } from './gate.ts'
import { shellQuote } from './policy/shell-quote.ts'
import type { Verdict } from './policy/verdict.ts'
import { isAncestor, upstreamTip } from './system/history.ts'
import type { Policy } from './system/policy-source.ts'
import { branchOf, type Repository } from './system/repository.ts'
import { markVerified, verifiedTip } from './system/verified.ts'

/** A thing that is wrong with the repository as a whole; `status --json` lists them. */
export interface Alarm {
  readonly code: 'base-moved-unjudged'
  readonly message: string
  readonly hint: string
  /** The commits that came without a verdict, newest first. */
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
  const verified = verifiedTip(git, base)
  if (verified === baseTip) return []
  const passes = verified === null || isTrusted(repository, policy, verified)
  const judgement = passes ? null : judgeMove(repository, policy, verified, baseTip)
  if (judgement === null || judgement.verdict.verdict === 'pass') {
    markVerified(git, base, baseTip)
    return []
  }
  return [alarm(repository, policy, verified ?? '', judgement.verdict)]
}

/** A base that went back, or that holds only what its upstream holds, brings nothing of a task's. */
function isTrusted({ git }: Repository, { base, baseTip }: Policy, verified: string): boolean {
  if (baseTip === null || isAncestor(git, baseTip, verified)) return true
  const upstream = upstreamTip(git, base)
  return upstream !== null && isAncestor(git, baseTip, upstream)
}

function alarm(repository: Repository, policy: Policy, verified: string, verdict: Verdict): Alarm {
  const { git } = repository
  const { base, baseTip } = policy
  const commits = git.text(['log', '--format=%h %an: %s', `-${MOST_NAMED}`, `${verified}..${baseTip}`]).split('\n')
  const files = [...new Set(verdict.violations.map(({ path }) => path))]
  const tasks = [...new Set(verdict.violations.map(({ task, source }) => (task ? `task "${task}"` : source)))].join(
    ', ',
  )
  return {
    code: 'base-moved-unjudged',
    message: [
      `${base} moved without the gate's verdict and holds ${files.length} file(s) outside the lane of ${tasks}.`,
      ...commits.map((commit) => `  commit ${commit}`),
      ...verdict.violations.slice(0, MOST_NAMED).map(({ path, rule, message }) => `  ${path}  ${rule}: ${message}`),
    ].join('\n'),
    hint: `undo:   ${undo(repository, policy, verified)}\naccept: npx lanekeeper accept --reason "…"   (a person; it is recorded)`,
    commits,
    files,
  }
}

/**
 * Taking the move back. Where the base is checked out and its work tree never saw the move (plumbing), moving the ref back
 * is all; where the work tree went along, `reset --keep` takes it back and keeps unrelated edits.
 */
function undo(repository: Repository, { base, baseTip }: Policy, verified: string): string {
  const { git, mainWorktree, commonDir } = repository
  const isCheckedOut = !repository.isBare && branchOf(commonDir) === base
  const moveRef = `git update-ref refs/heads/${shellQuote(base)} ${verified} ${baseTip}`
  if (!isCheckedOut) return moveRef
  const at = shellQuote(mainWorktree)
  const indexIsOld = git.at(mainWorktree).attempt(['diff-index', '--cached', '--quiet', verified, '--']).status === 0
  return indexIsOld ? `git -C ${at} ${moveRef.slice('git '.length)}` : `git -C ${at} reset --keep ${verified}`
}
