/** What `init --agents` writes for each agent and `uninstall` takes out again. Pure text in, text out. */
import { appendItem, removeItem, removeMember, setMember } from '../json-edit.ts'
import { HOOKED_AGENTS, type HookedAgent } from './formats.ts'
import { withHooks, withoutHooks } from './merge-hooks.ts'
import { CODEX_ENVIRONMENT, CURSOR_WORKTREES, HOOKS_FILES } from './settings-files.ts'

export interface AgentEdit {
  readonly file: string
  /** null: a person has to do it, `why` says what. */
  readonly after: string | null
  readonly why: string
}

/**
 * The files of these agents as they should be.
 * @param text of a file of the project, null where there is none
 */
export function agentEdits(agents: readonly HookedAgent[], text: (file: string) => string | null): AgentEdit[] {
  return agents.flatMap((agent) => {
    const wanted = HOOKS_FILES[agent]
    const hooks = {
      file: wanted.file,
      after: withHooks(text(wanted.file), wanted),
      why: `hooks of ${agent}: the lane is held while it edits`,
    }
    if (agent === 'cursor') return [hooks, cursorWorktrees(text(CURSOR_WORKTREES.file))]
    return agent === 'codex' ? [hooks, codexEnvironment(text(CODEX_ENVIRONMENT.file))] : [hooks]
  })
}

/** The file's text without our part. */
export function withoutAgentPart(file: string, text: string): string {
  if (file === CURSOR_WORKTREES.file) return withoutCursorCommand(text)
  return Object.values(HOOKS_FILES).some((one) => one.file === file) ? withoutHooks(text) : text
}

function cursorWorktrees(text: string | null): AgentEdit {
  const { file, key, command } = CURSOR_WORKTREES
  return {
    file,
    after: withCursorCommand(text),
    why: `worktrees that Cursor makes are provisioned (${key}: ${command})`,
  }
}

function withCursorCommand(text: string | null): string | null {
  const { key, command } = CURSOR_WORKTREES
  if (text === null || text.trim() === '') return `${JSON.stringify({ [key]: [command] }, null, 2)}\n`
  const data = dataIn(text)
  if (data === null) return null
  // the one for this system wins over the general one
  const used = 'setup-worktree-unix' in data ? 'setup-worktree-unix' : key
  const list = data[used]
  if (list === undefined) return setMember(text, [used], [command])
  if (!Array.isArray(list)) return null
  return list.includes(command) ? text : appendItem(text, [used], command)
}

function withoutCursorCommand(text: string): string {
  const data = dataIn(text) ?? {}
  for (const [key, list] of Object.entries(data)) {
    const at = Array.isArray(list) ? list.indexOf(CURSOR_WORKTREES.command) : -1
    if (at !== -1)
      return Array.isArray(list) && list.length === 1 ? removeMember(text, [key]) : removeItem(text, [key], at)
  }
  return text
}

/** Codex's own UI writes the file; one that is there is a person's. */
function codexEnvironment(text: string | null): AgentEdit {
  const { file, text: ours } = CODEX_ENVIRONMENT
  const isThere = text?.includes('lanekeeper setup')
  const why = 'worktrees that the Codex app makes are provisioned (its [setup] script calls lanekeeper setup)'
  return { file, after: text === null ? ours : isThere ? text : null, why }
}

function dataIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const data: unknown = JSON.parse(text)
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** What shows that a project's people use an agent: files of the project below these names. */
const SIGNS: Readonly<Record<HookedAgent, RegExp>> = {
  claude: /^(\.claude\/|CLAUDE\.md$)/,
  codex: /^\.codex\//,
  cursor: /^(\.cursor\/|\.cursorrules$)/,
  copilot: /^\.github\/(copilot-instructions\.md$|hooks\/|instructions\/)/,
  gemini: /^(\.gemini\/|GEMINI\.md$)/,
}

/**
 * What a person should know or see to: files that are not ours to edit, and agents of the project that could be hooked too.
 * @param agents those that are being hooked
 * @param files all of the project
 * @param ignored files that git ignores: no worktree gets them from the base
 */
export function agentNotes(
  agents: readonly HookedAgent[],
  files: readonly string[],
  text: (file: string) => string | null,
  ignored: ReadonlySet<string> = new Set(),
): string[] {
  const edits = agentEdits(agents, text)
  const byHand = edits.filter(({ after }) => after === null)
  const unseen = edits.map(({ file }) => file).filter((file) => ignored.has(file))
  const others = HOOKED_AGENTS.filter((agent) => !agents.includes(agent) && isUnhooked(agent, files, text))
  const list = others.join(',')
  return [
    ...byHand.map(
      ({ file, why }) =>
        `${file} is not ours to edit (comments in it, or another shape), so it was left alone: ${why}.`,
    ),
    ...(unseen.length === 0
      ? []
      : [`git ignores ${unseen.join(', ')}: no worktree gets it from the base. Take it out of .gitignore.`]),
    ...(others.length === 0
      ? []
      : [`Agents here (${list}) can be held in their lanes while they edit: npx lanekeeper init --agents ${list}`]),
  ]
}

function isUnhooked(agent: HookedAgent, files: readonly string[], text: (file: string) => string | null): boolean {
  const wanted = HOOKS_FILES[agent]
  return files.some((file) => SIGNS[agent].test(file)) && withHooks(text(wanted.file), wanted) !== text(wanted.file)
}
