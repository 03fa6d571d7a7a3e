/** What coding agents' own hooks start: reads the agent's JSON on stdin and answers in the agent's format. */
import { refusedCall } from './agents/guard.ts'
import { type Command, type Result, type Session, textOption, usageError } from './command.ts'
import { FORMATS, HOOKED_AGENTS, isHookedAgent } from './policy/agent-hooks/formats.ts'
import {
  type AgentFormat,
  type Answer,
  asObject,
  EVENT_NAMES,
  eventOf,
  type HookEvent,
  type Payload,
  SILENCE,
} from './policy/agent-hooks/payload.ts'
import { LanekeeperError } from './policy/errors.ts'
import { readJsonText } from './system/stdin.ts'

export const command: Command = {
  summary: 'Answer a hook of a coding agent (its settings call this, see init --agents)',
  usage: `<event> [--agent ${HOOKED_AGENTS.join('|')}]`,
  options: { agent: { type: 'string', value: 'NAME', help: 'Whose format is spoken; claude where it is not said' } },
  positionals: [1, 1],
  examples: [
    'npx lanekeeper agent-hook PreToolUse < payload.json',
    'npx lanekeeper agent-hook preToolUse --agent cursor < payload.json',
  ],
  run: async (input, session) => {
    const agent = textOption(input, 'agent') ?? 'claude'
    if (!isHookedAgent(agent))
      throw usageError(`There are no hooks for "${agent}".`, `Known: ${HOOKED_AGENTS.join(', ')}`)
    const name = input.positionals[0] ?? ''
    const event = eventOf(name)
    if (event === null) throw usageError(`There is no event "${name}".`, `Known: ${EVENT_NAMES.join(', ')}`)
    // whoever asks for a worktree needs a path all the same
    if (session.env.LANEKEEPER === '0' && event !== 'worktree-create') return resultOf(SILENCE, session)
    return resultOf(await answerTo(event, FORMATS[agent], session), session)
  },
}

async function answerTo(event: HookEvent, format: AgentFormat, session: Session): Promise<Answer> {
  if (event === 'before-tool') return guarded(format, session)
  const { sessionAnswer } = await import('./agents/session.ts')
  return sessionAnswer(event, format, () => payloadOf(readJsonText()), session)
}

/** Not being able to decide is a refusal: an agent whose guard is broken would go on as if there were none. */
function guarded(format: AgentFormat, session: Session): Answer {
  try {
    const call = format.read(payloadOf(readJsonText()))
    const refusal = refusedCall(call, call.cwd ?? session.cwd, session.env)
    return refusal === null ? SILENCE : format.deny(refusal)
  } catch (error) {
    return format.block(cannotDecide(error))
  }
}

/** @throws `usage` where stdin holds no JSON object */
function payloadOf(text: string): Payload {
  const payload = asObject(text)
  if (payload !== null) return payload
  throw new LanekeeperError('usage', `stdin holds no JSON object (${text.length} characters).`)
}

function cannotDecide(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const message = error instanceof LanekeeperError ? text : `a bug of ours (${text.split('\n')[0]}).`
  const hint = error instanceof LanekeeperError && error.hint ? ` (${error.hint.replaceAll('\n', '; ')})` : ''
  return `lanekeeper: the guard cannot decide, so it refuses: ${message}${hint} A person may switch it off: LANEKEEPER=0`
}

function resultOf({ stdout, stderr, exit }: Answer, { out }: Session): Result {
  if (stderr !== '') out.error(stderr)
  return { json: { ok: exit === 0 }, text: stdout, exit }
}
