/**
 * The doors of the gate that git's hooks open: each collects what its moment can know (git-hooks.md section 2) and gives
 * the text of a refusal, or null to let git go on.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from '../policy/changes.ts'
import { recoveryOf } from '../policy/recovery.ts'
import { refusalText } from '../policy/refusal.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import type { RefusalContext } from '../policy/ways-on.ts'
import { readIfExists } from '../system/files.ts'
import { appliedCommit, branchOf } from '../system/head.ts'
import { commitOf, isAncestor, mergeBaseOf, stagedChanges } from '../system/history.ts'
import { writeInScope } from '../system/in-scope.ts'
import { openTasks, policyOfTask } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { unfinishedIn } from '../system/unfinished.ts'
import { markVerified, noteSeenMove, seenTips, verifiedTip } from '../system/verified.ts'
import type { Head } from './contributions.ts'
import type { Door } from './door.ts'
import { type Judgement, judgeHeads, judgeMove, judgeStaged, judgeTaskChanges } from './gate.ts'

/** Early gate: `ORIG_HEAD` is about to be written by a merge or pull on the base; nothing is touched yet. */
export function guardMergeStart(door: Door, heads: readonly Head[]): string | null {
  if (!isOnBase(door)) return null
  const refusal = textOf(door, judgeHeads(door.repository, door.policy, heads), [])
  // a rebase by pull writes ORIG_HEAD too, and names no heads: what it makes is not there yet
  if (refusal === null && heads.length > 0) markJudged(door)
  return refusal
}

/** Lets the later hooks of this very git process pass without Node; the next entrance records the tip as verified. */
function markJudged({ repository, gitProcess }: Door): void {
  if (gitProcess > 0) writeFileSync(join(repository.stateDir, 'judged-process'), `${String(gitProcess).padEnd(20)}\n`)
}

/**
 * Late gate: the base's ref is about to move.
 * @param to the new tip; all zeros for a deletion
 */
export function guardMove(door: Door, to: string): string | null {
  const { repository, policy } = door
  if (/^0+$/.test(to)) return guardDeletion(door)
  if (policy.baseTip === null || to === policy.baseTip) return null
  const known = {
    picked: pickedHeads(repository),
    seen: seenTips(repository, verifiedTip(repository, policy.base) ?? policy.baseTip),
  }
  const refusal = textOf(door, judgeMove(repository, policy, policy.baseTip, to, known), recovery(door))
  if (refusal === null) recordPassed(door, policy.baseTip, to)
  return refusal
}

/** Over a move that nobody judged yet no tip is verified: its alarm would be silent. */
function recordPassed({ repository, policy }: Door, from: string, to: string): void {
  if (verifiedTip(repository, policy.base) === from) markVerified(repository.git, policy.base, to)
  else noteSeenMove(repository, from, to)
}

/**
 * `pack-refs` and `gc` report the base as deleted when they only drop its loose copy: then `packed-refs` holds the same
 * tip and is not locked, while every real deletion locks it (git-hooks.md section 3). A rename onto the base parks a
 * reflog; stopping that half-way would lose the renamed branch, so it passes and the alarm sees it.
 */
function guardDeletion({ repository, policy }: Door): string | null {
  const packed = readIfExists(join(repository.commonDir, 'packed-refs')) ?? ''
  const isPruning =
    packed.includes(`${policy.baseTip} refs/heads/${policy.base}`) &&
    !existsSync(join(repository.commonDir, 'packed-refs.lock'))
  const isRename = existsSync(join(repository.commonDir, 'logs', 'refs', '.tmp-renamed-log'))
  if (policy.baseTip === null || isPruning || isRename) return null
  return `lanekeeper: deleting ${policy.base} refused: it is the base that tasks land on.\n  a person: the same command with LANEKEEPER=0 in front`
}

/** pre-merge-commit: the merged result is in the index. */
export function guardMergeResult(door: Door, heads: readonly Head[]): string | null {
  if (!isOnBase(door) || heads.length === 0) return null
  return textOf(door, judgeHeads(door.repository, door.policy, heads, stagedSince(door)), ['git merge --abort'])
}

/** pre-commit: on the base only what git itself left to be committed; on a task's branch always. */
export function guardCommit(door: Door): string | null {
  const { repository, policy } = door
  const branch = branchOf(repository.git, repository.gitDir)
  if (branch === policy.base) return guardCommitOnBase(door)
  const task = openTasks(policy).find((open) => open.branch === branch)
  if (!task) return null
  // a task that lands elsewhere (`new-task --base`) goes by the rules and the files of that branch
  const its = { ...door, policy: policyOfTask(repository, policy, task) }
  const judgement = judgeTaskCommit(its, task)
  if (judgement.verdict.verdict === 'pass') writeInScope(repository.gitDir, task, its.policy.settings)
  return textOf(its, judgement, [], 'commit')
}

/** What goes back to the merge base brings nothing: the way out of a lane once left must itself pass. */
function judgeTaskCommit(door: Door, task: Task): Judgement {
  const { repository, policy } = door
  const staged = ownStagedChanges(door)
  const first = judgeTaskChanges(repository, policy, task, staged)
  const start = first.verdict.verdict === 'pass' ? null : mergeBaseOf(repository.git, policy.base, 'HEAD')
  if (start === null) return first
  const different = new Set(stagedChanges(repository.git, start).map(({ path }) => path))
  return judgeTaskChanges(
    repository,
    policy,
    task,
    staged.filter(({ path }) => different.has(path)),
  )
}

/** While the base is merged in, a path counts only if it differs from both parents (policy.md section 5). */
function ownStagedChanges({ repository }: Door): Change[] {
  const staged = stagedChanges(repository.git, 'HEAD')
  const [merging] = mergeHeads(repository)
  if (merging === undefined) return staged
  const fromOther = new Set(stagedChanges(repository.git, merging).map(({ path }) => path))
  return staged.filter(({ path }) => fromOther.has(path))
}

function guardCommitOnBase(door: Door): string | null {
  const { repository, policy } = door
  const heads = [...mergeHeads(repository), ...squashedHeads(repository)].map((tip) => ({ name: tip, tip }))
  if (heads.length > 0) return textOf(door, judgeHeads(repository, policy, heads, stagedSince(door)), recovery(door))
  const made = stagedChanges(repository.git, 'HEAD')
  return textOf(door, judgeStaged(repository, policy, made, pickedHeads(repository)), recovery(door))
}

function stagedSince({ repository }: Door): (start: string) => Change[] {
  return (start) => stagedChanges(repository.git, start)
}

function mergeHeads({ gitDir }: Repository): string[] {
  return (readIfExists(join(gitDir, 'MERGE_HEAD')) ?? '').split('\n').filter((line) => line !== '')
}

/** `merge --squash` writes the log of what it squashed; its first `commit` line is the tip. */
function squashedHeads({ gitDir }: Repository): string[] {
  const tip = /^commit ([0-9a-f]+)/m.exec(readIfExists(join(gitDir, 'SQUASH_MSG')) ?? '')?.[1]
  return tip ? [tip] : []
}

/** Whose work git is committing under a new id right now. */
function pickedHeads(repository: Repository): string[] {
  const picked = appliedCommit(repository.git, repository.gitDir, 'CHERRY_PICK_HEAD')
  return [...(picked ? [picked] : []), ...squashedHeads(repository)]
}

/** pre-rebase of the base: what `upstream` has would come under it. */
export function guardRebase(door: Door, upstream: string): string | null {
  const tip = commitOf(door.repository.git, upstream)
  return tip === null ? null : textOf(door, judgeHeads(door.repository, door.policy, [{ name: upstream, tip }]), [])
}

/** pre-push to the remote's base. */
export function guardPush(door: Door, local: string, remote: string): string | null {
  const { repository, policy } = door
  if (/^0+$/.test(local)) return null
  const isKnown = !/^0+$/.test(remote) && commitOf(repository.git, remote) !== null
  const from = isKnown ? remote : policy.baseTip
  if (from === null) return null
  const verified = verifiedTip(repository, policy.base)
  // what the base holds already was judged on its way there, or an alarm is standing
  const isJudged = verified !== null && verified === policy.baseTip && isAncestor(repository.git, local, verified)
  if (isJudged) return null
  const seen = verified === null ? [] : seenTips(repository, verified)
  return textOf(door, judgeMove(repository, policy, from, local, { seen }), [])
}

function isOnBase({ repository, policy }: Door): boolean {
  return branchOf(repository.git, repository.gitDir) === policy.base
}

function textOf(
  { command }: Door,
  { verdict, facts }: Judgement,
  recoveryCommands: readonly string[],
  door: RefusalContext['door'] = 'move',
): string | null {
  if (verdict.verdict === 'pass') return null
  const what =
    command.subcommand === ''
      ? 'this move of the base'
      : commandLine(['git', command.subcommand, ...command.args.slice(0, 6)])
  return refusalText(verdict, facts, { door, what, recovery: recoveryCommands })
}

function recovery({ repository, command }: Door): string[] {
  return recoveryOf(command.subcommand, command.args, unfinishedIn(repository))
}
