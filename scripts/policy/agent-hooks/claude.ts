/** Claude Code: `tool_name`, `tool_input` with absolute paths; status 2 and stderr refuse, any other failure passes. */
import {
  type AgentFormat,
  answerWith,
  objectIn,
  type Payload,
  refuseByStatus,
  type ToolCall,
  textIn,
} from './payload.ts'

/** Tools that write a file, and the member that names it. */
const WRITERS: Readonly<Record<string, string>> = {
  Write: 'file_path',
  Edit: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
}

export function readClaude(payload: Payload): ToolCall {
  const tool = textIn(payload, 'tool_name') ?? ''
  const input = objectIn(payload, 'tool_input')
  const member = Object.hasOwn(WRITERS, tool) ? WRITERS[tool] : undefined
  const path = member === undefined ? null : textIn(input, member, 'file_path')
  return {
    tool,
    paths: path === null ? [] : [path],
    command: tool === 'Bash' ? textIn(input, 'command') : null,
    cwd: textIn(payload, 'cwd'),
  }
}

/** Facts at the start of a session; the same document for Claude Code, Codex and Gemini. */
export function sessionContext(text: string) {
  return answerWith({ hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text } })
}

export const claude: AgentFormat = {
  read: readClaude,
  deny: refuseByStatus,
  block: refuseByStatus,
  // its variables go through CLAUDE_ENV_FILE
  context: sessionContext,
  sendBack: (reason) => answerWith({ decision: 'block', reason }),
}
