/** Lands one task: judged, merged and tested aside, and only then is the base moved, if it still stands where it stood. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from '../command.ts'
import { type Named, passedGate, passedStill } from '../gate/let-pass.ts'
import { type LetPass, landMessage, landTrailers } from '../policy/audit-messages.ts'
import type { Change } from '../policy/changes.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { openHandoffs } from '../policy/handoffs.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { removeWorktree } from '../removal/remove-worktree.ts'
import { deleteBranch } from '../system/branches.ts'
import { writeAtomically } from '../system/files.ts'
import type { Git } from '../system/git.ts'
import { changesBetween } from '../system/history.ts'
import { assertCheckoutReady, checkoutOf, type Merged, mergeInto, moveBase } from '../system/merging.ts'
import { readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { testCommandOf } from '../system/test-command.ts'
import { markVerified, verifiedTip } from '../system/verified.ts'
import { listWorktrees } from '../system/worktrees.ts'
import { assertTaskReady, conflicting, openTaskOf } from './conditions.ts'
import { proveFromEmpty, proveOnForks, rolesToProve } from './proof.ts'
import { relock } from './relock.ts'
import { settleTask } from './settle-task.ts'
import { setUpMerge, testMerge } from './test-merge.ts'
import { type LandingPlace, withLandingWorktree } from './throwaway-worktree.ts'

/** A base that moves this often during one landing is somebody's loop. */
const MAX_TRIES = 5

export interface Landed {
  readonly task: string
  readonly branch: string
  /** The merge commit on the base. */
  readonly commit: string
  /** The test command that passed on it, or null when there is none. */
  readonly tested: string | null
  /** The worktree's path where it was kept, and why; null where it is gone. */
  readonly kept: { readonly path: string; readonly why: string } | null
}

/**
 * Lands one task. The base is untouched unless this returns.
 * @param id an open task
 * @param terms whether its worktree stays, and what a person lets pass by name
 * @throws `refused` (OutOfScope), `conflict`, `tests-failed`, `unsafe`, `set-up`, `git`: why it did not land
 */
export async function landTask(
  repository: Repository,
  id: string,
  session: Session,
  terms: { readonly keep: boolean; readonly named: Named },
): Promise<Landed> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const task = openTaskOf(readPolicy(repository), id)
    const policy = readPolicy(repository, task.base)
    const tip = assertTaskReady(repository, policy, task)
    const letPass = passedGate(repository, policy, task, session, terms.named)
    warnOfOpenNotes(task, session)
    const merge = { repository, policy, task, tip, session, letPass, named: terms.named }
    const moved = await withLandingWorktree(repository, policy, task, session, (place) => mergeTestMove(merge, place))
    if (moved !== null) {
      const { done, letPass: passed } = moved
      return { ...done, ...(await finish({ ...merge, letPass: passed }, done.commit, terms.keep)) }
    }
    session.out.note(`${task.base} moved while ${id} was tested: once more, on the new ${task.base}`)
  }
  throw new LanekeeperError('locked', `The base moved ${MAX_TRIES} times while "${id}" was being tested.`, {
    hint: `When it is quiet: npx lanekeeper land ${id}`,
  })
}

interface Merge {
  readonly repository: Repository
  readonly policy: Policy
  readonly task: Task
  /** The branch's commit that was judged. */
  readonly tip: string
  readonly session: Session
  /** Files outside the lane that a person let pass. */
  readonly letPass: LetPass
  readonly named: Named
}

/** Nobody reads them once the task is over. */
function warnOfOpenNotes({ id, handoffs }: Task, { out }: Session): void {
  const open = openHandoffs(handoffs)
  if (open.length > 0)
    out.warn(
      `${id} lands with ${open.length} note(s) of other tasks still open (${open.map(({ from }) => from).join(', ')}): npx lanekeeper task show ${id}`,
    )
}

async function mergeTestMove(
  { repository, policy, task, tip, session, letPass, named }: Merge,
  place: LandingPlace,
): Promise<{ done: Omit<Landed, 'kept'>; letPass: LetPass } | null> {
  const { git } = repository
  const from = policy.baseTip ?? ''
  const merged = mergeInto(git.at(place.path), tip, `Land ${task.id}: ${task.title}`, landTrailers(task.id, letPass))
  const commit = await commitOfMerge({ repository, task, session }, git.at(place.path), merged)
  const checkout = checkoutOf(git, policy.base)
  if (checkout) assertCheckoutReady(git, checkout, from, commit)
  const { tested, unproved } = await triedOut(
    { repository, policy, task, session },
    place.path,
    changesBetween(git, from, commit),
  )
  // the lease may have passed to another while the tests ran
  if (letPass.overridden.length === 0) passedStill(repository, readPolicy(repository, task.base), task, session, named)
  place.aboutToMove(commit)
  const wasVerified = verifiedTip(repository, policy.base) === from
  // the hooks know nothing of paths that were let pass by name; all else was judged a moment ago
  const mover = letPass.allowed.length > 0 ? git.with({ LANEKEEPER: '0' }) : git
  if (!moveBase(mover, policy.base, from, commit)) return null
  // without a checkout of the base no hook saw the move; an alarm that stood before it still stands
  if (wasVerified) markVerified(git, policy.base, commit)
  return { done: { task: task.id, branch: task.branch, commit, tested }, letPass: { ...letPass, unproved } }
}

/**
 * Tests the merge, and proves its migrations where it brings any.
 * @returns the test command that passed, or null when there is none to run; and the databases whose migrations were let
 * pass without proof
 */
async function triedOut(
  { repository, policy, task, session }: Pick<Merge, 'repository' | 'policy' | 'task' | 'session'>,
  path: string,
  changes: readonly Change[],
): Promise<{ tested: string | null; unproved: readonly string[] }> {
  const line = await testCommandOf(path, policy.settings.test)
  const roles = rolesToProve(policy, changes, (note) => session.out.warn(`${task.id}: ${note}`))
  if (line === null && roles.length === 0) return { tested: null, unproved: [] }
  const setUp = await setUpMerge(repository, policy, task, path, session)
  const proofs = await unlessLetPass(session, task, () => proveOnForks(setUp, policy, task, roles, session))
  if (line !== null) await testMerge(setUp, task, line, session)
  const unproved = proofs === null ? [...roles] : []
  for (const proof of proofs ?? []) {
    const isProved = await unlessLetPass(session, task, async () => {
      await proveFromEmpty(setUp, policy, task, proof, session)
      return true
    })
    if (!isProved) unproved.push(proof.role)
  }
  return { tested: line, unproved }
}

/** With LANEKEEPER=0 a person lets pass what the proof refuses: null then. */
async function unlessLetPass<T>({ env, out }: Session, task: Task, prove: () => Promise<T>): Promise<T | null> {
  try {
    return await prove()
  } catch (error) {
    if (env.LANEKEEPER !== '0' || !(error instanceof LanekeeperError) || error.code !== 'proof-failed') throw error
    out.warn(`${error.message}\n${task.id} lands all the same: LANEKEEPER=0`)
    return null
  }
}

async function commitOfMerge(
  { repository, task, session: { env, out } }: Pick<Merge, 'repository' | 'task' | 'session'>,
  git: Git,
  merged: Merged,
): Promise<string> {
  if (merged.kind === 'merged') return merged.commit
  const log = join(repository.stateDir, 'logs', `relock-${task.id}.log`)
  writeAtomically(log, '')
  const commit = await relock(git, merged.files, { env, log })
  if (commit === null) throw conflicting(task, merged.files, worktreeOf(repository, task.branch)?.path)
  out.note(`${task.id}: ${merged.files.join(', ')} conflicted and was made anew from the merged manifest (log: ${log})`)
  return commit
}

/** The task has landed; its worktree goes, unless something in it is still wanted. */
async function finish(
  { repository, policy, task, tip, session, letPass }: Merge,
  commit: string,
  keep: boolean,
): Promise<Pick<Landed, 'kept'>> {
  await settleTask(repository, task.id, 'landed', landMessage(task.id, commit, letPass))
  const worktree = worktreeOf(repository, task.branch)
  if (worktree === undefined) {
    if (!keep) deleteBranch(repository.git, task.branch, tip)
    return { kept: null }
  }
  if (keep) return { kept: { path: worktree.path, why: '--keep' } }
  try {
    await removeWorktree(repository, readPolicy(repository, policy.base), worktree, session)
    return { kept: null }
  } catch (error) {
    if (!(error instanceof LanekeeperError) || !existsSync(worktree.path)) throw error
    session.out.warn(`${task.id} has landed; its worktree stays. ${error.message}\n${error.hint ?? ''}`.trimEnd())
    return { kept: { path: worktree.path, why: error.message } }
  }
}

function worktreeOf(repository: Repository, branch: string) {
  return listWorktrees(repository.git).find((worktree) => worktree.branch === branch)
}
