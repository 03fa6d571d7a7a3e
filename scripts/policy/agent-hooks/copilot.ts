/** Copilot: `toolName`, and `toolArgs` that may be JSON text; where it sends Claude's names instead, those are read. */
import { readClaude } from './claude.ts'
import { patchPaths } from './patch-paths.ts'
import {
  type AgentFormat,
  answerWith,
  asObject,
  type Payload,
  refuseByStatus,
  type ToolCall,
  textIn,
} from './payload.ts'

const WRITERS = ['edit', 'create', 'write', 'str_replace_editor']
const SHELLS = ['bash', 'powershell', 'shell']

export const copilot: AgentFormat = {
  read: readCopilot,
  deny: (text) => answerWith({ permissionDecision: 'deny', permissionDecisionReason: text }),
  block: refuseByStatus,
  context: (text) => answerWith({ additionalContext: text }),
  sendBack: (reason) => answerWith({ decision: 'block', reason }),
}

function readCopilot(payload: Payload): ToolCall {
  const tool = textIn(payload, 'toolName')
  if (tool === null) return readClaude(payload)
  const args = asObject(payload.toolArgs)
  const input = args ?? {}
  return {
    tool,
    paths: tool === 'apply_patch' ? patchPaths(patchIn(payload.toolArgs, input)) : writtenBy(tool, input),
    command: SHELLS.includes(tool) ? textIn(input, 'command') : null,
    cwd: textIn(payload, 'cwd'),
  }
}

function writtenBy(tool: string, input: Payload): string[] {
  const path = textIn(input, 'path', 'file_path', 'filePath')
  // one tool for many acts: looking is one of them
  return path !== null && WRITERS.includes(tool) && input.command !== 'view' ? [path] : []
}

function patchIn(raw: unknown, input: Payload): string {
  return textIn(input, 'input', 'patch', 'command') ?? (typeof raw === 'string' ? raw : '')
}
