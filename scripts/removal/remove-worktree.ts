/**
 * Takes a worktree away with everything it holds. The order is "write down the intent": the ledger knows what is to go
 * before the first effect, every step can be repeated, and `gc` finishes what a kill interrupted.
 */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Session } from '../command.ts'
import { settleTask } from '../landing/settle-task.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { type Forced, obstaclesTo, type RemovalFacts, removalRefused, taskOutcome } from '../policy/removal.ts'
import type { Task } from '../policy/task.ts'
import { deleteBranch } from '../system/branches.ts'
import { hasOwnCommits } from '../system/history.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { type RemovalIntent, readRecord, type WorktreeRecord, writeRecord } from '../system/ledger.ts'
import { withLock } from '../system/lock.ts'
import { removalFacts } from '../system/removal-facts.ts'
import type { Repository } from '../system/repository.ts'
import { keepSafe } from '../system/safety-ref.ts'
import { destroyDatabases, forgetWorktree, type Kept } from '../system/teardown.ts'
import { openTmux } from '../system/tmux.ts'
import { endSetUp, withWorktreeLock } from '../system/worktree-lock.ts'
import { unlockWorktree, type Worktree } from '../system/worktrees.ts'
import { directoryMark, isHalfRemoved, removeWhole } from './half-removed.ts'
import { removeEmptyParent } from './worktree-folder.ts'

/** Somebody else's removal of the same worktree, `node_modules` and all. */
const LOCK_WAIT_MS = 60_000

export interface RemoveOptions {
  readonly forced?: Forced
  readonly dryRun?: boolean
}

export interface Removed {
  readonly path: string
  readonly branch: string | null
  readonly task: string | null
  /** What goes (or, in a dry run, would go), in words. */
  readonly goes: readonly string[]
  readonly kept: readonly Kept[]
  /** Where forced-away work is kept, or null. */
  readonly safetyRef: string | null
}

interface Removal {
  readonly repository: Repository
  readonly policy: Policy
  readonly worktree: Worktree
  readonly record: WorktreeRecord | null
  readonly facts: RemovalFacts
  readonly task: Task | null
  /** The branch that goes with it: a task's; a person's branch stays. */
  readonly branch: string | null
}

/**
 * Removes a worktree, its databases, branch and ports.
 * @throws `unsafe` with every reason at once, before anything is touched; `git` when git cannot remove it
 */
export async function removeWorktree(
  repository: Repository,
  policy: Policy,
  worktree: Worktree,
  session: Pick<Session, 'cwd' | 'out'>,
  options: RemoveOptions = {},
): Promise<Removed> {
  const lock = join(repository.stateDir, 'locks', `remove-${basename(worktree.gitDir ?? worktree.path)}`)
  return withLock(lock, LOCK_WAIT_MS, () => removeNow(repository, policy, worktree, session, options))
}

async function removeNow(
  repository: Repository,
  policy: Policy,
  worktree: Worktree,
  { cwd, out }: Pick<Session, 'cwd' | 'out'>,
  { forced = {}, dryRun = false }: RemoveOptions,
): Promise<Removed> {
  // whoever held the lock before us may have had the same in mind
  if (worktree.gitDir !== null && !existsSync(worktree.gitDir))
    throw new LanekeeperError('usage', `${worktree.path} is gone already.`)
  if (isHalfRemoved(worktree, recordOf(repository, worktree)))
    throw new LanekeeperError('usage', `The removal of ${worktree.path} was interrupted half-way.`, {
      hint: 'Finish it: npx lanekeeper gc',
    })
  const removal = look(repository, policy, worktree, cwd)
  const obstacles = obstaclesTo(removal.facts, forced)
  if (obstacles.length > 0) throw removalRefused(worktree.path, obstacles)
  const goes = whatGoes(removal)
  for (const line of goes) out.note(`goes: ${line}`)
  const result = { path: worktree.path, branch: worktree.branch, task: removal.task?.id ?? null, goes }
  if (dryRun) return { ...result, kept: keptBranch(removal), safetyRef: null }
  const { dirty, unmerged } = removal.facts
  const safetyRef = dirty.length > 0 || unmerged > 0 ? keepSafe(repository.git, worktree, dirty.length > 0) : null
  if (forced.live && worktree.gitDir !== null) await endSetUp(worktree.gitDir, removal.record?.worker ?? null)
  return { ...result, kept: [...keptBranch(removal), ...(await inTurn(removal, takeAway))], safetyRef }
}

/** A set-up that was about to end ends first, and none begins: what it wrote after the end would be nobody's. */
function inTurn<T>(removal: Removal, work: (removal: Removal) => Promise<T>): Promise<T> {
  const { repository, worktree } = removal
  const withNews = () => work({ ...removal, record: recordOf(repository, worktree) })
  return worktree.gitDir === null ? withNews() : withWorktreeLock(worktree.gitDir, LOCK_WAIT_MS, withNews)
}

function look(repository: Repository, policy: Policy, worktree: Worktree, cwd: string): Removal {
  const record = recordOf(repository, worktree)
  const task = policy.tasks.find(({ branch }) => branch === worktree.branch) ?? null
  const base = task?.base ?? policy.base
  const facts = removalFacts(repository, worktree, record, { base, cwd })
  const isTasks =
    worktree.branch !== null && (task !== null || matcherOf(policy.settings.taskBranches)(worktree.branch) !== null)
  const branch = isTasks && worktree.branch !== policy.base ? worktree.branch : null
  return { repository, policy, worktree, record, facts, task, branch }
}

function recordOf(repository: Repository, { gitDir, isMain }: Worktree): WorktreeRecord | null {
  const id = gitDir === null || isMain ? null : knownWorktreeId(gitDir)
  return id === null ? null : readRecord(repository, id)
}

function whatGoes({ worktree, record, branch, facts }: Removal): string[] {
  const ports = Object.entries(record?.ports?.ports ?? {}).map(([name, port]) => `${name}=${port}`)
  return [
    `worktree ${worktree.path}${facts.dirty.length > 0 ? ` with ${facts.dirty.length} uncommitted files` : ''}`,
    ...(branch === null ? [] : [`branch ${branch} (${worktree.head.slice(0, 10)})`]),
    ...(record?.databases ?? []).map(({ role, provider, resource }) => `${provider} database ${role} (${resource})`),
    ...(record?.aside ?? []).map(
      ({ role, name, resource }) => `${name ? `snapshot ${name} of ` : ''}database ${role} (${resource})`,
    ),
    ...(ports.length > 0 ? [`ports ${ports.join(', ')}`] : []),
  ]
}

function keptBranch({ worktree, branch }: Removal): Kept[] {
  if (worktree.branch === null || branch !== null) return []
  return [{ what: `branch ${worktree.branch}`, why: "it is no task's" }]
}

async function takeAway(removal: Removal): Promise<readonly Kept[]> {
  const { repository, worktree, record } = removal
  const directory = directoryMark(worktree.path)
  const intent = {
    branch: removal.branch,
    tip: worktree.head,
    outcome: outcomeOf(removal),
    ...(directory === null ? {} : { directory }),
  }
  const marked = record && writeRecord(repository, { ...record, removal: intent })
  const lighter = marked && (await destroyDatabases(repository, marked, worktree.path)).record
  if (worktree.isLocked) unlockWorktree(repository.git, worktree.path)
  removeWhole(repository, worktree)
  removeEmptyParent(repository, removal.policy, worktree.path)
  return finishRemoval(repository, intent, lighter)
}

/** What is left to do once the worktree itself is gone: task, branch, databases, ports, ledger. Repeatable. */
export async function finishRemoval(
  repository: Repository,
  { branch, tip, outcome }: RemovalIntent,
  record: WorktreeRecord | null,
): Promise<readonly Kept[]> {
  if (outcome !== null) {
    const { task, state } = outcome
    await settleTask(repository, task, state, `remove ${task}: ${state}`)
  }
  const keptBranch = branch === null ? null : deleteBranch(repository.git, branch, tip)
  if (record !== null) closeWindows(repository, record)
  const kept = record === null ? [] : await forgetWorktree(repository, record)
  return keptBranch ? [keptBranch, ...kept] : kept
}

/** An open task whose worktree and branch go is over: landed where the base has its work, else closed. */
function outcomeOf({ repository, task, branch, facts }: Removal): RemovalIntent['outcome'] {
  if (task === null || branch === null || task.state !== 'open') return null
  return { task: task.id, state: taskOutcome(facts, hasOwnCommits(repository.git, branch)) }
}

/** Windows whose agent has ended show its last words; one that runs got here only because a person forced it. */
function closeWindows({ env }: Repository, { id }: WorktreeRecord): void {
  const tmux = openTmux(env)
  for (const window of tmux.windows()) if (window.worktree === id) tmux.close(window.id)
}
