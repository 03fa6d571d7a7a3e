/** The command that an agent's settings start: the trusted copy of this clone, found through git, or nothing. */
import { LINE_MARK } from '../adoption/marked-text.ts'
import type { HookedAgent } from './formats.ts'

/** Below the common git dir; `install` writes it. Also how an entry in an agent's settings is known as ours. */
const PROGRAM = 'lanekeeper/agent-hook'

const NOT_INSTALLED = 'echo "Lanekeeper is not installed in this clone: npx lanekeeper install" >&2; exit 1'

/**
 * One line for a POSIX shell. Where nobody installed Lanekeeper (a fresh clone, another machine) it does nothing, so that
 * the settings can be committed; where it is installed, no branch's own copy is asked.
 */
export function hookLineOf(event: string, agent: HookedAgent): string {
  const find = `h="$(git rev-parse --git-common-dir 2>/dev/null)/${PROGRAM}"`
  // whoever asks for a worktree needs a path, and none is an error without words
  const isAsked = event === 'WorktreeCreate'
  const check = isAsked ? `[ -x "$h" ] || { ${NOT_INSTALLED}; }; exec` : '[ ! -x "$h" ] || exec'
  return `${find}; ${check} "$h" ${event} --agent ${agent} ${LINE_MARK}`
}

/** Whether a hook of an agent's settings (any JSON value) is ours. */
export function isOurHook(value: unknown): boolean {
  const text = JSON.stringify(value) ?? ''
  return text.includes(PROGRAM) && text.includes(LINE_MARK)
}
