/**
 * What became of our entries in the settings that agents read. An agent says nothing where its hooks are gone: it edits on,
 * and nobody holds it. So `doctor` asks; what it finds here, it mends by what `init` would write (`agentEdits`).
 */
import { agentEdits } from './adopt.ts'
import { HOOKED_AGENTS, type HookedAgent } from './formats.ts'
import { isOurHook } from './hook-lines.ts'
import { hooksIn, ourEvents, unfitEvents } from './merge-hooks.ts'
import { AGENT_FILES, CODEX_ENVIRONMENT, CURSOR_WORKTREES, HOOKS_FILES } from './settings-files.ts'

/** The text of a file, or null where there is none. */
export type TextOf = (file: string) => string | null

/** What is wrong with a file of an agent's that we wrote to. */
export type Fault =
  /** The file, or all of ours in it, is not there. */
  | { readonly kind: 'gone' }
  /** Some of our entries are not there. */
  | { readonly kind: 'missing'; readonly events: readonly string[] }
  /** All are there, but not as this version writes them: an older one's, or edited by hand. */
  | { readonly kind: 'outdated'; readonly events: readonly string[] }
  /** No JSON: the agent reads no hook from it. */
  | { readonly kind: 'unreadable' }
  /** Claude Code runs no hook at all. */
  | { readonly kind: 'switched-off' }

export interface AgentFile {
  readonly agent: HookedAgent
  readonly file: string
  readonly fault: Fault | null
  /** The text as it should be; null where only a person can mend it (it holds comments, or another shape). */
  readonly mended: string | null
}

/** Whether a text of this file holds something that `init --agents` wrote, in whatever state. */
export function holdsOurs(file: string, text: string | null): boolean {
  if (text === null) return false
  return isHooksFile(file) ? isOurHook(text) : text.includes('lanekeeper setup')
}

/** The files of agents that hold nothing of ours. @param texts of the project's files, by path */
export function filesWithoutOurs(texts: ReadonlyMap<string, string>): string[] {
  return AGENT_FILES.filter((file) => !holdsOurs(file, texts.get(file) ?? null))
}

function isHooksFile(file: string): boolean {
  return Object.values(HOOKS_FILES).some((one) => one.file === file)
}

/**
 * The files of the agents that were set up, each with what is wrong with it. Agents that never were have none.
 * @param here the files as they are
 * @param wasOurs whether `init --agents` wrote to a file, as far as anybody remembers
 */
export function agentFiles(here: TextOf, wasOurs: (file: string) => boolean): AgentFile[] {
  const isKnown = (file: string) => holdsOurs(file, here(file)) || wasOurs(file)
  const agents = HOOKED_AGENTS.filter((agent) => isKnown(HOOKS_FILES[agent].file))
  return agents.flatMap((agent) =>
    agentEdits([agent], here)
      .filter(({ file }) => isKnown(file))
      .map(({ file, after }) => ({ agent, file, fault: faultOf(agent, file, here(file), after), mended: after })),
  )
}

function faultOf(agent: HookedAgent, file: string, text: string | null, after: string | null): Fault | null {
  if (text === null || text.trim() === '') return { kind: 'gone' }
  if (file === CURSOR_WORKTREES.file || file === CODEX_ENVIRONMENT.file)
    return holdsOurs(file, text) || after === text ? null : { kind: 'gone' }
  const plain = hooksIn(text) === null ? withoutComments(text) : text
  const hooks = hooksIn(plain)
  if (hooks === null) return { kind: 'unreadable' }
  if (agent === 'claude' && isSwitchedOff(plain)) return { kind: 'switched-off' }
  if (ourEvents(hooks).length === 0) return { kind: 'gone' }
  const { missing, unlike } = unfitEvents(hooks, HOOKS_FILES[agent])
  if (missing.length > 0) return { kind: 'missing', events: missing }
  return unlike.length > 0 ? { kind: 'outdated', events: unlike } : null
}

function isSwitchedOff(text: string): boolean {
  return (JSON.parse(text) as { disableAllHooks?: unknown }).disableAllHooks === true
}

/** Some agents read comments and trailing commas; such a file is a person's to mend, but it may be well. */
function withoutComments(text: string): string {
  const strings = '"(?:[^"\\\\]|\\\\.)*"'
  return text
    .replace(new RegExp(`(${strings})|//.*|/\\*[\\s\\S]*?\\*/`, 'g'), '$1')
    .replace(new RegExp(`(${strings})|,(?=\\s*[}\\]])`, 'g'), '$1')
}
