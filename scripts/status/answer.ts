/** Puts together what `status` says. */
import type { Result, Session } from '../command.ts'
import { enter } from '../entrance.ts'
import { handoffNotes } from '../policy/handoff-notes.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { GRID_LEGEND, gridRows, isWorthShowing, pairLines } from '../policy/task-pairs.ts'
import { statusNotes, statusRows, type WorktreeStatus } from '../policy/worktree-status.ts'
import { table } from '../system/output.ts'
import { openTasks } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { beginLook, type Look } from '../system/uncommitted.ts'
import { withoutWorktree } from '../tasks/worktree-again.ts'
import { meetingsOf, type Pairs, taskPairs } from './task-pairs.ts'
import { worktreeStatuses } from './worktree-statuses.ts'

/** @param begun git's look at the work trees, begun while this was loaded; undefined where that was not possible */
export async function statusAnswer(session: Session, begun: Look | undefined, isGridAsked: boolean): Promise<Result> {
  const { repository, policy, alarms } = enter(session)
  const look = begun ?? beginLook(repository)
  // git needs a second for 50,000 files; this half of it, and neither waits for the other
  const meetings = meetingsOf(repository, policy)
  const worktrees = await worktreeStatuses(repository, policy, look)
  const wanted = isGridAsked || session.out.isJson ? 'all' : 'likely'
  const pairs = await taskPairs(repository, policy, meetings, worktrees, await look, wanted)
  return {
    json: { ok: true, worktrees, pairs: pairs.pairs, againstBase: pairs.base, alarms },
    text: textOf(worktrees, repository, policy, pairs, isGridAsked),
  }
}

function textOf(
  worktrees: readonly WorktreeStatus[],
  repository: Repository,
  policy: Policy,
  pairs: Pairs,
  isGridAsked: boolean,
): string {
  const tasks = openTasks(policy)
  const branches = new Set(worktrees.map(({ branch, rebasing }) => branch ?? rebasing))
  const notes = [...statusNotes(worktrees), ...withoutWorktree(repository, policy, branches), ...handoffNotes(tasks)]
  const isShown = isGridAsked || isWorthShowing(pairs.pairs, pairs.base)
  return [
    table(statusRows(worktrees, new Date())),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...(isShown ? ['', ...gridLines(tasks, policy.base, pairs)] : []),
  ].join('\n')
}

function gridLines(tasks: readonly Task[], baseName: string, { pairs, base }: Pairs): string[] {
  if (pairs.length === 0) return ['There are no two open tasks to compare.']
  const ids = tasks.map(({ id }) => id)
  return [table(gridRows(ids, pairs, base)), GRID_LEGEND, ...pairLines(pairs, base, baseName)]
}
