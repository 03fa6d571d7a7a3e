/** Cursor: `preToolUse` and `beforeShellExecution`; the refusal is a JSON document, and a flat one. */
import {
  type AgentFormat,
  answerWith,
  objectIn,
  type Payload,
  refuseByStatus,
  type ToolCall,
  textIn,
} from './payload.ts'

const WRITERS = ['Write', 'Edit', 'MultiEdit', 'StrReplace', 'Delete', 'EditNotebook']

export const cursor: AgentFormat = {
  read: readCursor,
  deny: (text) => answerWith({ permission: 'deny', user_message: text, agent_message: text }),
  // status 2 is a refusal too, and needs nobody to read JSON
  block: refuseByStatus,
  context: (text, env) => answerWith({ env, additional_context: text }),
  sendBack: (reason) => answerWith({ followup_message: reason }),
}

function readCursor(payload: Payload): ToolCall {
  const tool = textIn(payload, 'tool_name')
  const input = objectIn(payload, 'tool_input')
  const roots = payload.workspace_roots
  const root = Array.isArray(roots) && typeof roots[0] === 'string' ? roots[0] : null
  const path = WRITERS.includes(tool ?? '')
    ? textIn(input, 'file_path', 'path', 'target_file', 'target_notebook')
    : null
  return {
    tool: tool ?? 'Shell',
    paths: path === null ? [] : [path],
    // beforeShellExecution has no tool: its line stands at the top
    command: tool === null ? textIn(payload, 'command') : tool === 'Shell' ? textIn(input, 'command') : null,
    cwd: textIn(input, 'working_directory') ?? textIn(payload, 'cwd') ?? root,
  }
}
