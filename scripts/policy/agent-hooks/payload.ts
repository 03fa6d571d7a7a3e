/** What the agents' hooks have in common: an event, a tool with its input, and an answer on stdout, stderr and the exit status. */

/** The moments we answer at, whatever an agent calls them. */
export type HookEvent =
  | 'before-tool'
  | 'session-start'
  | 'stop'
  | 'worktree-create'
  | 'worktree-remove'
  | 'session-end'
  | 'notification'

export type Payload = Readonly<Record<string, unknown>>

/** What an agent is about to do. */
export interface ToolCall {
  readonly tool: string
  /** Files it writes, as the agent names them; relative ones lie below `cwd`. */
  readonly paths: readonly string[]
  /** A line for a shell, or null. */
  readonly command: string | null
  /** Where the agent stands; null where the payload does not say. */
  readonly cwd: string | null
}

export interface Answer {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

/** How one agent is read and answered. */
export interface AgentFormat {
  /** The call of a `before-tool` payload, leniently: what is missing is empty. */
  readonly read: (payload: Payload) => ToolCall
  /** Refuses the tool call with a text that the agent gets to read. */
  readonly deny: (text: string) => Answer
  /** Refuses because we cannot decide: no policy, no JSON. */
  readonly block: (text: string) => Answer
  /** Hands facts over at the start of a session. */
  readonly context: (text: string, env: Readonly<Record<string, string>>) => Answer
  /** Lets the agent go on working, with the reasons. */
  readonly sendBack: (text: string) => Answer
}

/** Says nothing: the agent goes on, and a person's own prompts are asked all the same. */
export const SILENCE: Answer = { stdout: '', stderr: '', exit: 0 }

/** The exit status that blocks in every one of the formats; any other failure lets the call pass (Claude Code, measured by others). */
export const EXIT_BLOCK = 2

const EVENTS: Readonly<Record<string, HookEvent>> = {
  pretooluse: 'before-tool',
  beforetool: 'before-tool',
  beforeshellexecution: 'before-tool',
  sessionstart: 'session-start',
  stop: 'stop',
  afteragent: 'stop',
  agentstop: 'stop',
  worktreecreate: 'worktree-create',
  worktreeremove: 'worktree-remove',
  sessionend: 'session-end',
  notification: 'notification',
}

/** The moment an agent's own word stands for (`PreToolUse`, `beforeShellExecution`, …), or null. */
export function eventOf(name: string): HookEvent | null {
  const key = name.toLowerCase().replace(/[-_]/g, '')
  return Object.hasOwn(EVENTS, key) ? (EVENTS[key] ?? null) : null
}

/** The words `eventOf` knows, for messages. */
export const EVENT_NAMES = [
  'PreToolUse',
  'SessionStart',
  'Stop',
  'WorktreeCreate',
  'WorktreeRemove',
  'SessionEnd',
  'Notification',
]

/** The first of these members that is a text with something in it. */
export function textIn(payload: Payload, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = payload[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

/** A member that is an object, or an object as JSON text (Copilot); else an empty one. */
export function objectIn(payload: Payload, name: string): Payload {
  return asObject(payload[name]) ?? {}
}

/** An object as it is, or out of its JSON text; null for anything else. */
export function asObject(value: unknown): Payload | null {
  if (typeof value === 'string') {
    try {
      return asObject(JSON.parse(value) as object)
    } catch {
      return null
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : null
}

/** Refuses as Claude Code and Codex read it: status 2, and the reason on stderr. */
export function refuseByStatus(text: string): Answer {
  return { stdout: '', stderr: text, exit: EXIT_BLOCK }
}

/** One JSON document on stdout. */
export function answerWith(document: object): Answer {
  return { stdout: JSON.stringify(document), stderr: '', exit: 0 }
}
