/**
 * Where each agent reads its hooks, and what stands there (integrations.md section 1.3). Two shapes: Claude's, a group with
 * a matcher around a list of hooks, and Cursor's and Copilot's, a plain list.
 */
import type { HookedAgent } from './formats.ts'
import { hookLineOf } from './hook-lines.ts'

export interface HooksFile {
  readonly file: string
  /** What the file holds beside `hooks`. */
  readonly head: object
  /** Event → our one entry of its list. */
  readonly entries: Readonly<Record<string, object>>
}

/** Seconds; an agent that gives up on a guard lets the change pass, so it is long. */
const GUARD_TIMEOUT_S = 60

/** A group as Claude Code, Codex and Gemini have it. @param timeout in the agent's own unit */
function group(agent: HookedAgent, event: string, timeout: number, matcher?: string): object {
  const hook = { type: 'command', command: hookLineOf(event, agent), timeout }
  return { ...(matcher === undefined ? {} : { matcher }), hooks: [hook] }
}

function claudeFile(): HooksFile {
  const of = (event: string, timeout = GUARD_TIMEOUT_S, matcher?: string) => group('claude', event, timeout, matcher)
  return {
    file: '.claude/settings.json',
    head: {},
    entries: {
      PreToolUse: of('PreToolUse', GUARD_TIMEOUT_S, 'Write|Edit|MultiEdit|NotebookEdit|Bash'),
      SessionStart: of('SessionStart'),
      Stop: of('Stop'),
      Notification: of('Notification'),
      SessionEnd: of('SessionEnd'),
      // a checkout of a big repository
      WorktreeCreate: of('WorktreeCreate', 600),
      WorktreeRemove: of('WorktreeRemove'),
    },
  }
}

function codexFile(): HooksFile {
  const of = (event: string, matcher?: string) => group('codex', event, GUARD_TIMEOUT_S, matcher)
  return {
    file: '.codex/hooks.json',
    head: {},
    entries: {
      PreToolUse: of('PreToolUse', 'Bash|apply_patch|Edit|Write'),
      SessionStart: of('SessionStart'),
      Stop: of('Stop'),
    },
  }
}

function geminiFile(): HooksFile {
  const of = (event: string, matcher?: string) => group('gemini', event, GUARD_TIMEOUT_S * 1000, matcher)
  return {
    file: '.gemini/settings.json',
    head: {},
    entries: {
      BeforeTool: of('BeforeTool', 'write_file|replace|run_shell_command'),
      SessionStart: of('SessionStart'),
      AfterAgent: of('AfterAgent'),
      Notification: of('Notification'),
      SessionEnd: of('SessionEnd'),
    },
  }
}

function cursorFile(): HooksFile {
  const of = (event: string) => ({ command: hookLineOf(event, 'cursor'), timeout: GUARD_TIMEOUT_S })
  return {
    file: '.cursor/hooks.json',
    head: { version: 1 },
    entries: {
      preToolUse: { ...of('preToolUse'), matcher: 'Write|Edit|StrReplace|Delete|Shell', failClosed: true },
      sessionStart: of('sessionStart'),
      stop: of('stop'),
      sessionEnd: of('sessionEnd'),
    },
  }
}

function copilotFile(): HooksFile {
  const of = (event: string) => ({
    type: 'command',
    bash: hookLineOf(event, 'copilot'),
    timeoutSec: GUARD_TIMEOUT_S,
  })
  return {
    file: '.github/hooks/lanekeeper.json',
    head: { version: 1 },
    entries: { preToolUse: of('preToolUse'), sessionStart: of('sessionStart'), agentStop: of('agentStop') },
  }
}

/** The file of each agent. */
export const HOOKS_FILES: Readonly<Record<HookedAgent, HooksFile>> = {
  claude: claudeFile(),
  codex: codexFile(),
  cursor: cursorFile(),
  copilot: copilotFile(),
  gemini: geminiFile(),
}

/** Cursor runs these in a worktree it made; `$ROOT_WORKTREE_PATH` is the main worktree. */
export const CURSOR_WORKTREES = {
  file: '.cursor/worktrees.json',
  key: 'setup-worktree',
  command: 'w="$PWD"; cd "$ROOT_WORKTREE_PATH" && npx lanekeeper setup "$w"',
} as const

/** Codex runs this in a worktree it made (its own UI writes such files). */
export const CODEX_ENVIRONMENT = {
  file: '.codex/environments/environment.toml',
  text: [
    '# Made by lanekeeper init --agents codex: a worktree that Codex makes is provisioned like every other.',
    'version = 1',
    'name = "lanekeeper"',
    '',
    '[setup]',
    `script = '''`,
    'cd "$CODEX_SOURCE_TREE_PATH" && npx lanekeeper setup "$CODEX_WORKTREE_PATH"',
    `'''`,
    '',
  ].join('\n'),
} as const

/** Every file that `init --agents` may write to; the deepest first, so that taking them out leaves no empty directory. */
export const AGENT_FILES: readonly string[] = [
  CODEX_ENVIRONMENT.file,
  CURSOR_WORKTREES.file,
  ...Object.values(HOOKS_FILES).map(({ file }) => file),
]
