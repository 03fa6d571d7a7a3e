import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FORMATS, type HookedAgent } from '../../../scripts/policy/agent-hooks/formats.ts'
import { patchPaths } from '../../../scripts/policy/agent-hooks/patch-paths.ts'
import { asObject, eventOf, type Payload, type ToolCall } from '../../../scripts/policy/agent-hooks/payload.ts'

/** A payload as its agent's documentation prints it. */
function documented(name: string): Payload {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/agents', `${name}.json`), 'utf8')
  return asObject(text) ?? {}
}

const none = { paths: [], command: null }

describe('a documented payload is read', () => {
  it.each<[string, HookedAgent, Partial<ToolCall>]>([
    [
      'claude-pre-tool-use-write',
      'claude',
      { tool: 'Write', ...none, paths: ['/path/to/file.txt'], cwd: '/Users/...' },
    ],
    [
      'claude-pre-tool-use-bash',
      'claude',
      { tool: 'Bash', ...none, command: 'npm test', cwd: '/home/user/my-project' },
    ],
    [
      'codex-pre-tool-use-patch',
      'codex',
      {
        tool: 'apply_patch',
        command: null,
        paths: ['docs/new state.md', 'src/app.py', 'src/main.py', '/project/src/gone.py'],
        cwd: '/project',
      },
    ],
    ['codex-pre-tool-use-bash', 'codex', { tool: 'Bash', ...none, command: 'git status', cwd: '/project' }],
    ['cursor-pre-tool-use-shell', 'cursor', { tool: 'Shell', ...none, command: 'npm install', cwd: '/project' }],
    [
      'cursor-pre-tool-use-write',
      'cursor',
      { tool: 'Write', ...none, paths: ['/project/src/main.ts'], cwd: '/project' },
    ],
    [
      'cursor-before-shell-execution',
      'cursor',
      { tool: 'Shell', ...none, command: 'npm install express', cwd: '/path/to/project' },
    ],
    [
      'copilot-pre-tool-use-bash',
      'copilot',
      { tool: 'bash', ...none, command: 'rm -rf dist', cwd: '/path/to/project' },
    ],
    [
      'copilot-pre-tool-use-edit',
      'copilot',
      { tool: 'edit', ...none, paths: ['/path/to/project/src/main.ts'], cwd: '/path/to/project' },
    ],
    ['copilot-pre-tool-use-nested', 'copilot', { tool: 'Bash', ...none, command: 'git push -f', cwd: '/tmp' }],
    [
      'gemini-before-tool-write',
      'gemini',
      { tool: 'write_file', ...none, paths: ['/project/src/main.ts'], cwd: '/project' },
    ],
    [
      'gemini-before-tool-shell',
      'gemini',
      { tool: 'run_shell_command', ...none, command: 'npm test', cwd: '/project' },
    ],
    ['gemini-before-tool-read', 'gemini', { tool: 'read_file', ...none, cwd: '/project' }],
  ])('%s', (name, agent, call) => {
    expect(FORMATS[agent].read(documented(name))).toEqual(call)
  })

  it.each<[string, HookedAgent, object, Partial<ToolCall>]>([
    [
      'a notebook',
      'claude',
      { tool_name: 'NotebookEdit', tool_input: { notebook_path: '/a.ipynb' } },
      { paths: ['/a.ipynb'] },
    ],
    ['reading', 'claude', { tool_name: 'Read', tool_input: { file_path: '/a' } }, none],
    ['nothing at all', 'claude', {}, { ...none, tool: '', cwd: null }],
    [
      'the words of a line',
      'codex',
      { tool_name: 'shell', tool_input: { command: ['bash', '-lc', 'a b'] } },
      { command: "bash -lc 'a b'" },
    ],
    [
      'a patch run from the shell',
      'codex',
      {
        tool_name: 'Bash',
        tool_input: { command: "apply_patch <<'E'\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nE" },
      },
      { paths: ['a'] },
    ],
    ['toolArgs as an object', 'copilot', { toolName: 'create', toolArgs: { path: 'a' } }, { paths: ['a'], cwd: null }],
    [
      'looking by the editing tool',
      'copilot',
      { toolName: 'str_replace_editor', toolArgs: { command: 'view', path: 'a' } },
      none,
    ],
    [
      'a bare patch',
      'copilot',
      { toolName: 'apply_patch', toolArgs: '*** Begin Patch\n*** Delete File: a\n*** End Patch' },
      { paths: ['a'] },
    ],
    ['a deletion', 'cursor', { tool_name: 'Delete', tool_input: { path: 'a' } }, { paths: ['a'] }],
  ])('%s of %s', (_, agent, payload, call) => {
    expect(FORMATS[agent].read(payload as Payload)).toMatchObject(call)
  })
})

it('a patch names its files in header lines only', () => {
  expect(
    patchPaths('  *** Add File: a \r\n+*** Add File: b\n *** Update File: c\n-*** Delete File: d\n*** Move to: e'),
  ).toEqual(['a', 'c', 'e'])
})

it.each<[string, ReturnType<typeof eventOf>]>([
  ['PreToolUse', 'before-tool'],
  ['preToolUse', 'before-tool'],
  ['pre-tool-use', 'before-tool'],
  ['BeforeTool', 'before-tool'],
  ['beforeShellExecution', 'before-tool'],
  ['AfterAgent', 'stop'],
  ['sessionStart', 'session-start'],
  ['WorktreeCreate', 'worktree-create'],
  ['constructor', null],
])('the event %s is %s', (name, event) => {
  expect(eventOf(name)).toBe(event)
})

it.each<[HookedAgent, object | null]>([
  ['claude', null],
  ['codex', null],
  ['cursor', { permission: 'deny', user_message: 'no', agent_message: 'no' }],
  ['copilot', { permissionDecision: 'deny', permissionDecisionReason: 'no' }],
  ['gemini', { decision: 'deny', reason: 'no' }],
])('%s is refused in its own words, and a broken guard blocks', (agent, document) => {
  const { deny, block } = FORMATS[agent]
  expect(deny('no')).toEqual(
    document === null
      ? { stdout: '', stderr: 'no', exit: 2 }
      : { stdout: JSON.stringify(document), stderr: '', exit: 0 },
  )
  expect(block('no')).toEqual({ stdout: '', stderr: 'no', exit: 2 })
})
