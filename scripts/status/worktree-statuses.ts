/** Collects what `status` tells. Processes are the cost: a handful for any number of worktrees, and one `git status` each. */
import { judgeBranch } from '../gate/gate.ts'
import { commitTimes, leasesNow, leaseTo } from '../migrations/lease-looks.ts'
import { disabledValue } from '../policy/env-file.ts'
import { openHandoffs } from '../policy/handoffs.ts'
import type { Lease } from '../policy/migrations/lease.ts'
import type { Policy } from '../policy/policy.ts'
import { type Listener, worktreeHolding } from '../policy/sockets.ts'
import type { Task } from '../policy/task.ts'
import type { AgentWindow } from '../policy/windows.ts'
import type { ServiceListener, WorktreeState, WorktreeStatus } from '../policy/worktree-status.ts'
import { agentNote } from '../system/agent-state.ts'
import { rebasedBranchOf } from '../system/head.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { type DatabaseRecord, readRecord, stateOf, type WorktreeRecord } from '../system/ledger.ts'
import { listenersOn } from '../system/listeners.ts'
import { movedFrom } from '../system/moved.ts'
import { openTasks, policyOfTask } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { describeTips, type Tip } from '../system/tips.ts'
import { openTmux } from '../system/tmux.ts'
import type { Look } from '../system/uncommitted.ts'
import { openVerdictCache, type VerdictCache } from '../system/verdict-cache.ts'
import { listWorktrees, type Worktree } from '../system/worktrees.ts'

/** Everything that was learned in bulk. */
interface Learned {
  readonly paths: readonly string[]
  readonly records: ReadonlyMap<string, WorktreeRecord>
  readonly tips: ReadonlyMap<string, Tip>
  readonly listeners: ReadonlyMap<number, Listener>
  readonly windows: readonly AgentWindow[]
  readonly verdicts: VerdictCache
  readonly leases: ReadonlyMap<string, Lease>
  /** When each branch that is checked out got its newest commit. */
  readonly committedAt: ReadonlyMap<string, string>
}

/**
 * The status of every worktree, the main one first.
 * @param look git looks at the work trees meanwhile, so it is waited for last
 * @throws `git` when the worktrees cannot be listed; whatever else cannot be learned is null in the answer
 */
export async function worktreeStatuses(repository: Repository, policy: Policy, look: Look): Promise<WorktreeStatus[]> {
  const worktrees = listWorktrees(repository.git).filter(({ isBare }) => !isBare)
  const heads = worktrees.map(({ head }) => head).filter(isCommit)
  const described = describeTips(repository, policy.baseTip, heads)
  const records = recordsOf(repository, worktrees)
  const leases = leasesNow(repository, policy)
  const learned = {
    paths: worktrees.map(({ path }) => path),
    records,
    listeners: listenersOn(portsOf(records), repository.env),
    windows: records.size > 0 ? openTmux(repository.env).windows() : [],
    verdicts: openVerdictCache(repository, policy, leases),
    leases,
  }
  const tips = await described
  const all = { ...learned, tips, committedAt: commitTimes(worktrees, tips) }
  const statuses = worktrees.map((worktree) => statusOf(worktree, all, repository, policy))
  learned.verdicts.save()
  const uncommitted = await look
  return statuses.map((status) => {
    const changes = uncommitted.get(status.path)?.length ?? null
    return { ...status, changes, dirty: changes === null ? null : changes > 0 }
  })
}

function isCommit(oid: string): boolean {
  return oid !== '' && !/^0+$/.test(oid)
}

function recordsOf(repository: Repository, worktrees: readonly Worktree[]): Map<string, WorktreeRecord> {
  return new Map(
    worktrees.flatMap(({ path, gitDir, isMain }): [string, WorktreeRecord][] => {
      const id = gitDir === null || isMain ? null : knownWorktreeId(gitDir)
      const record = id === null ? null : readRecord(repository, id)
      return record ? [[path, record]] : []
    }),
  )
}

function portsOf(records: ReadonlyMap<string, WorktreeRecord>): Set<number> {
  return new Set([...records.values()].flatMap(({ ports }) => Object.values(ports?.ports ?? {})))
}

/** All but what is uncommitted. */
function statusOf(worktree: Worktree, learned: Learned, repository: Repository, policy: Policy): WorktreeStatus {
  const { path, branch } = worktree
  const record = learned.records.get(path)
  const rebasing = worktree.isDetached && worktree.gitDir !== null ? rebasedBranchOf(worktree.gitDir) : null
  const task = openTasks(policy).find((open) => open.branch === (branch ?? rebasing))
  // half a rebase is no branch yet, and there is nothing to judge
  const isJudged = task !== undefined && rebasing === null && isCommit(worktree.head)
  const tip = learned.tips.get(worktree.head)
  const window = learned.windows.find((found) => found.worktree === record?.id)
  return {
    path,
    branch,
    rebasing,
    task: task?.id ?? null,
    state: stateIn(worktree, record),
    ports: record?.ports?.ports ?? {},
    databases: Object.fromEntries((record?.databases ?? []).map(databaseOf)),
    ahead: tip?.distance?.ahead ?? null,
    behind: tip?.distance?.behind ?? null,
    dirty: null,
    verdict: isJudged ? verdictOn(task, worktree.head, tip, learned, repository, policy) : null,
    lease: leaseTo(task, learned, policy),
    handoffs: openHandoffs(task?.handoffs ?? []).length,
    head: isCommit(worktree.head) ? worktree.head : null,
    changes: null,
    lastCommit: tip ? { subject: tip.subject, committedAt: tip.committedAt } : null,
    listeners: listenersAt(path, record, learned),
    agent: window ? { window: window.id, session: window.session, alive: window.isAlive } : null,
    agentSays: worktree.gitDir === null ? null : agentNote(worktree.gitDir),
    movedFrom: movedFrom(record, path),
    locked: worktree.isLocked ? (worktree.lockReason ?? '') : null,
    problems: (record?.problems ?? []).map(({ message }) => message),
  }
}

/** As `setup` tells it: what is not ready has no URL but the reason. */
function databaseOf({
  role,
  provider,
  state,
  url,
  message,
}: DatabaseRecord): [string, { provider: string; url: string }] {
  return [role, { provider, url: state === 'ready' ? url : disabledValue(message ?? state) }]
}

function stateIn({ isMain, isPrunable }: Worktree, record: WorktreeRecord | undefined): WorktreeState {
  if (isMain) return 'main'
  if (isPrunable) return 'missing'
  return record ? stateOf(record) : 'unprovisioned'
}

/** A branch without commits of its own has nothing to judge; one that cannot be judged shows no verdict. */
function verdictOn(
  task: Task,
  tip: string,
  described: Tip | undefined,
  { verdicts }: Learned,
  repository: Repository,
  policy: Policy,
): 'pass' | 'refuse' | null {
  if (described?.distance?.ahead === 0) return 'pass'
  try {
    const its = policyOfTask(repository, policy, task)
    const state = its === policy ? tip : `${tip} on ${its.baseTip}`
    return verdicts.get(task.branch, state, () => judgeBranch(repository, its, task.branch).verdict.verdict)
  } catch {
    return null
  }
}

function listenersAt(path: string, record: WorktreeRecord | undefined, learned: Learned): ServiceListener[] {
  return Object.entries(record?.ports?.ports ?? {}).flatMap(([service, port]) => {
    const listener = learned.listeners.get(port)
    if (!listener) return []
    const home = listener.cwd === null ? null : worktreeHolding(listener.cwd, learned.paths)
    return [{ ...listener, service, foreignWorktree: home === path ? null : home }]
  })
}
