/** Gemini CLI: `BeforeTool`; stdout is JSON or nothing. */
import { sessionContext } from './claude.ts'
import {
  type AgentFormat,
  answerWith,
  objectIn,
  type Payload,
  refuseByStatus,
  type ToolCall,
  textIn,
} from './payload.ts'

const WRITERS = ['write_file', 'replace', 'edit']

export const gemini: AgentFormat = {
  read: readGemini,
  deny: (reason) => answerWith({ decision: 'deny', reason }),
  block: refuseByStatus,
  context: sessionContext,
  sendBack: (reason) => answerWith({ decision: 'deny', reason }),
}

function readGemini(payload: Payload): ToolCall {
  const tool = textIn(payload, 'tool_name') ?? ''
  const input = objectIn(payload, 'tool_input')
  const path = WRITERS.includes(tool) ? textIn(input, 'file_path', 'path', 'absolute_path') : null
  return {
    tool,
    paths: path === null ? [] : [path],
    command: tool === 'run_shell_command' ? textIn(input, 'command') : null,
    cwd: textIn(payload, 'cwd'),
  }
}
