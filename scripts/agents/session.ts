/** What an agent's session is told beside its tools: facts at its start, the verdict at its stop, worktrees on request. */

import type { Session } from '../command.ts'
import {
  type AgentFormat,
  type Answer,
  type HookEvent,
  type Payload,
  SILENCE,
  textIn,
} from '../policy/agent-hooks/payload.ts'
import { EXIT, LanekeeperError } from '../policy/errors.ts'
import { type AgentState, noteAgent } from '../system/agent-state.ts'
import { linkedWorktreeAt } from './lane.ts'
import { startAnswer } from './start.ts'
import { stopAnswer } from './stop.ts'
import { createAnswer, removeAnswer } from './worktrees.ts'

type SessionEvent = Exclude<HookEvent, 'before-tool'>

/**
 * The answer at any moment but before a tool. A failure is said aloud and stops nothing but the making of a worktree.
 * @param payload reads it; what it throws is a failure too
 */
export async function sessionAnswer(
  event: SessionEvent,
  format: AgentFormat,
  payload: () => Payload,
  session: Session,
): Promise<Answer> {
  try {
    return await answered(event, format, payload(), session)
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    const hint = error.hint ? `\n${error.hint}` : ''
    return { stdout: '', stderr: `lanekeeper: ${error.message}${hint}`, exit: EXIT.refused }
  }
}

async function answered(event: SessionEvent, format: AgentFormat, payload: Payload, session: Session): Promise<Answer> {
  if (event === 'session-start') return startAnswer(format, payload, session)
  if (event === 'stop') {
    const answer = stopAnswer(format, payload, session)
    if (answer === SILENCE) note('done', payload, session)
    return answer
  }
  if (event === 'worktree-create') return createAnswer(payload, session)
  if (event === 'worktree-remove') return removeAnswer(payload, session)
  note(event === 'notification' ? 'waiting' : 'ended', payload, session)
  return SILENCE
}

function note(state: AgentState, payload: Payload, session: Session): void {
  const repository = linkedWorktreeAt(textIn(payload, 'cwd') ?? session.cwd, session.env)
  const message = state === 'waiting' ? (textIn(payload, 'message') ?? '') : ''
  if (repository !== null) noteAgent(repository.gitDir, { state, message, at: new Date().toISOString() })
}
