/** What an agent's session is told beside its tools: facts at its start, the verdict at its stop, worktrees on request. */
import type { Session } from './command.ts'
import { type AgentFormat, type Answer, type HookEvent, type Payload, SILENCE } from './policy/agent-hooks/payload.ts'

/** The answer at any moment but before a tool. */
export async function sessionAnswer(
  _event: Exclude<HookEvent, 'before-tool'>,
  _format: AgentFormat,
  _payload: Payload,
  _session: Session,
): Promise<Answer> {
  return SILENCE
}
