/**
 * The agents we know, as command templates. Agents' flags come and go (integrations.md section 1.1), so every one of
 * them can be replaced, and others added, under `agents` in the settings.
 *
 * The brief goes by file: a short fixed sentence names it, which every agent takes as one argument. Nothing is typed
 * into a terminal, and no value ever meets a shell: the template is split into words first and filled in word by word.
 */
import { LanekeeperError } from './errors.ts'
import type { Settings } from './settings.ts'
import { splitWords } from './words.ts'

/** The agent of a task that nobody wants started. */
export const NO_AGENT = 'none'

const PROMPT = '"Read {{brief}} in this directory and carry it out."'

const SHIPPED: Readonly<Record<string, string>> = {
  // --allowedTools takes every word up to the next option: before the prompt it would take that too
  claude: `claude --allowedTools {{allowedTools}} --settings {{settingsFile}} ${PROMPT}`,
  codex: `codex -c {{writableRoots}} ${PROMPT}`,
  cursor: `agent ${PROMPT}`,
  // aider skips git's hooks unless told otherwise, and the hooks are what keeps it in its lane
  aider: 'aider --read {{brief}} --git-commit-verify',
  gemini: `gemini -i ${PROMPT}`,
  opencode: `opencode --prompt ${PROMPT}`,
  copilot: `copilot --deny-tool "shell(git stash)" -i ${PROMPT}`,
}

/** What a template may name; `ports.<VARIABLE>` comes on top. */
export interface AgentValues {
  readonly task: string
  readonly title: string
  readonly branch: string
  readonly base: string
  /** The worktree. */
  readonly dir: string
  /** The brief, relative to the worktree. */
  readonly brief: string
  /** A settings file for Claude Code with the task's permissions and our hooks. */
  readonly settingsFile: string
  /** What Claude Code need not ask about, for its `--allowedTools`. */
  readonly allowedTools: string
  /** A setting for `codex -c` that lets it commit. */
  readonly writableRoots: string
  readonly ports: Readonly<Record<string, number>>
}

/** Every agent's name, the settings' own included. */
export function agentNames(settings: Pick<Settings, 'agents'>): string[] {
  return [...new Set([...Object.keys(SHIPPED), ...Object.keys(settings.agents), NO_AGENT])]
}

/**
 * The program and arguments that start an agent on a task, or null for `none`.
 * @throws `usage` for an agent nobody knows; `settings` for a broken template
 */
export function agentArgv(name: string, settings: Pick<Settings, 'agents'>, values: AgentValues): string[] | null {
  if (name === NO_AGENT) return null
  const template = settings.agents[name]?.command ?? (Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined)
  if (template === undefined)
    throw new LanekeeperError('usage', `There is no agent "${name}".`, {
      hint: `Known: ${agentNames(settings).join(', ')}. Others go under "agents" in lanekeeper.json.`,
    })
  const where = `agents.${name}.command`
  const known = placeholders(values)
  const tight = template.replace(/\{\{\s*([^\s{}]+)\s*\}\}/g, '{{$1}}')
  return splitWords(tight, where).map((word) => filledIn(word, known, where))
}

function placeholders({ ports, ...texts }: AgentValues): Map<string, string> {
  const numbers = Object.entries(ports).map(([name, port]): [string, string] => [`ports.${name}`, String(port)])
  return new Map([...Object.entries(texts), ...numbers])
}

function filledIn(word: string, known: ReadonlyMap<string, string>, where: string): string {
  const filled = word.replace(/\{\{([^{}]*)\}\}/g, (_, name: string) => {
    const value = known.get(name)
    if (value !== undefined) return value
    throw new LanekeeperError('settings', `lanekeeper.json: "${where}" names {{${name}}}, which there is not.`, {
      hint: `Known: ${[...known.keys()].map((key) => `{{${key}}}`).join(' ')}`,
    })
  })
  // a title like "--yolo" must stay a title
  if (filled.startsWith('-') && !word.startsWith('-'))
    throw new LanekeeperError('settings', `lanekeeper.json: "${where}" would hand ${filled} on as an option.`, {
      hint: `Put a word before it in the template: "Task: ${word}"`,
    })
  return filled
}
