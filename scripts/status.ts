/** What every worktree is and does: a table for a person, a document for a program, a screen that keeps itself fresh. */
import { type Command, flag, type Result, type Session, usageError } from './command.ts'
import { enter } from './entrance.ts'
import { handoffNotes } from './policy/handoff-notes.ts'
import type { Task } from './policy/task.ts'
import { statusNotes, statusRows, type WorktreeStatus } from './policy/worktree-status.ts'
import { table } from './system/output.ts'
import { openTasks } from './system/policy-source.ts'
import { openRepository } from './system/repository.ts'
import { beginLook, type Look, worktreeStatuses } from './worktree-statuses.ts'

const REDRAW_MS = 2000
/** Cursor to the top left, then clear what is below it. */
const CLEAR_SCREEN = '\u001b[H\u001b[2J'

export const command: Command = {
  summary: 'What every worktree is and does',
  usage: '[--watch]',
  options: { watch: { type: 'boolean', short: 'w', help: 'Redraw every 2 seconds until Ctrl-C (terminal only)' } },
  positionals: [0, 0],
  examples: ['npx lanekeeper status', 'npx lanekeeper status --watch', 'npx lanekeeper status --json'],
  run: async (input, session) => {
    if (!flag(input, 'watch')) return statusNow(session)
    if (!session.isInteractive)
      throw usageError('--watch needs a terminal.', 'Without one: npx lanekeeper status --json')
    return watch(session)
  },
}

async function statusNow(session: Session): Promise<Result> {
  const look = lookAhead(session)
  const { repository, policy, alarms } = enter(session)
  const worktrees = await worktreeStatuses(repository, policy, look)
  return { json: { ok: true, worktrees, alarms }, text: textOf(worktrees, openTasks(policy)) }
}

/** git counts in the background while the policy is read; where it cannot, `enter` says why in better words. */
function lookAhead(session: Session): Look | undefined {
  try {
    return beginLook(openRepository(session.cwd, session.env))
  } catch {
    return undefined
  }
}

function textOf(worktrees: readonly WorktreeStatus[], tasks: readonly Task[]): string {
  const notes = [...statusNotes(worktrees), ...handoffNotes(tasks)]
  return [table(statusRows(worktrees, new Date())), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

/** Ends with Ctrl-C; nothing of ours is left behind then, since looking changes nothing. */
async function watch(session: Session): Promise<never> {
  for (;;) {
    session.out.answer(CLEAR_SCREEN)
    session.out.answer((await statusNow(session)).text)
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS))
  }
}
