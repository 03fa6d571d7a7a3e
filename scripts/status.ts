/** What every worktree is and does: a table for a person, a document for a program, a screen that keeps itself fresh. */
import { type Command, flag, type Result, type Session, usageError } from './command.ts'
import { openRepository } from './system/repository.ts'
import { beginLook, type Look } from './system/uncommitted.ts'

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
  const look = lookAhead(session)
  const { statusAnswer } = await import('./status/answer.ts')
  return statusAnswer(session, look, isGridAsked)
}

/** git counts while the rest is loaded and the policy read; where it cannot, `enter` says why in better words. */
function lookAhead(session: Session): Look | undefined {
  try {
    return beginLook(openRepository(session.cwd, session.env))
  } catch {
    return undefined
  }
}

/** Ends with Ctrl-C; nothing of ours is left behind then, since looking changes nothing. */
async function watch(session: Session, isGridAsked: boolean): Promise<never> {
  for (;;) {
    session.out.answer(CLEAR_SCREEN)
    session.out.answer((await statusNow(session, isGridAsked)).text)
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS))
  }
}
