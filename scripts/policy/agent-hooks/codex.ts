/** Codex: Claude's wire format, but an edit is a patch in `tool_input.command`. */
import { commandLine } from '../shell-quote.ts'
import { claude, readClaude } from './claude.ts'
import { isPatchCommand, patchPaths } from './patch-paths.ts'
import { type AgentFormat, objectIn, type Payload, type ToolCall } from './payload.ts'

/** `Edit` and `Write` are names that a matcher may use for `apply_patch`. */
const PATCHERS = ['apply_patch', 'Edit', 'Write']

export const codex: AgentFormat = { ...claude, read: readCodex }

function readCodex(payload: Payload): ToolCall {
  const call = readClaude(payload)
  const text = commandText(objectIn(payload, 'tool_input').command)
  if (PATCHERS.includes(call.tool)) return { ...call, paths: [...call.paths, ...patchPaths(text)], command: null }
  if (text === '') return call
  return { ...call, command: text, paths: isPatchCommand(text) ? patchPaths(text) : [] }
}

/** A line, or the words of one: `["bash", "-lc", "…"]`. */
function commandText(command: unknown): string {
  if (Array.isArray(command)) return commandLine(command.map(String))
  return typeof command === 'string' ? command : ''
}
