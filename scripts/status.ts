/** What every worktree is and does: a table for a person, a document for a program, a screen that keeps itself fresh. */
import { type Command, flag, type Result, type Session, usageError } from './command.ts'
import { enter } from './entrance.ts'
import { handoffNotes } from './policy/handoff-notes.ts'
import type { Policy } from './policy/policy.ts'
import type { Task } from './policy/task.ts'
import { GRID_LEGEND, gridRows, isWorthShowing, pairLines } from './policy/task-pairs.ts'
import { statusNotes, statusRows, type WorktreeStatus } from './policy/worktree-status.ts'
import { table } from './system/output.ts'
import { openTasks } from './system/policy-source.ts'
import { openRepository } from './system/repository.ts'
import { type Pairs, plannedPairs, taskPairs } from './task-pairs.ts'
import { beginLook, type Look, worktreeStatuses } from './worktree-statuses.ts'

const REDRAW_MS = 2000
/** Cursor to the top left, then clear what is below it. */
const CLEAR_SCREEN = '\u001b[H\u001b[2J'

export const command: Command = {
  summary: 'What every worktree is and does',
  usage: '[--watch] [--grid]',
  options: {
    watch: { type: 'boolean', short: 'w', help: 'Redraw every 2 seconds until Ctrl-C (terminal only)' },
    grid: { type: 'boolean', help: 'Every two tasks: what both may change, and where they would conflict' },
  },
  positionals: [0, 0],
  examples: [
    'npx lanekeeper status',
    'npx lanekeeper status --watch',
    'npx lanekeeper status --grid',
    'npx lanekeeper status --json',
  ],
  run: async (input, session) => {
    const isGridAsked = flag(input, 'grid')
    if (!flag(input, 'watch')) return statusNow(session, isGridAsked)
    if (!session.isInteractive)
      throw usageError('--watch needs a terminal.', 'Without one: npx lanekeeper status --json')
    return watch(session, isGridAsked)
  },
}

async function statusNow(session: Session, isGridAsked: boolean): Promise<Result> {
  const begun = lookAhead(session)
  const { repository, policy, alarms } = enter(session)
  const look = begun ?? beginLook(repository)
  // git needs a second for 50,000 files; this half of it, and neither waits for the other
  const planned = plannedPairs(repository, policy)
  const worktrees = await worktreeStatuses(repository, policy, look)
  const wanted = isGridAsked || session.out.isJson ? 'all' : 'likely'
  const pairs = await taskPairs(repository, policy, planned, worktrees, await look, wanted)
  return {
    json: { ok: true, worktrees, pairs: pairs.pairs, againstBase: pairs.base, alarms },
    text: textOf(worktrees, policy, pairs, isGridAsked),
  }
}

/** git counts in the background while the policy is read; where it cannot, `enter` says why in better words. */
function lookAhead(session: Session): Look | undefined {
  try {
    return beginLook(openRepository(session.cwd, session.env))
  } catch {
    return undefined
  }
}

function textOf(worktrees: readonly WorktreeStatus[], policy: Policy, pairs: Pairs, isGridAsked: boolean): string {
  const tasks = openTasks(policy)
  const notes = [...statusNotes(worktrees), ...handoffNotes(tasks)]
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

/** Ends with Ctrl-C; nothing of ours is left behind then, since looking changes nothing. */
async function watch(session: Session, isGridAsked: boolean): Promise<never> {
  for (;;) {
    session.out.answer(CLEAR_SCREEN)
    session.out.answer((await statusNow(session, isGridAsked)).text)
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS))
  }
}
