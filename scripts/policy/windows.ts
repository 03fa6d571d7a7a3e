/** Names and lines of tmux: which session a repository has, and what its windows say about themselves. */
import { slugOf } from './names.ts'

/** A window that `launch` made, found by the tag it carries. */
export interface AgentWindow {
  /** tmux's own id, e.g. `@3`; names are not unique and `feat/a.b` as a name cannot be addressed. */
  readonly id: string
  readonly session: string
  /** Id of the worktree it was made for. */
  readonly worktree: string
  /** Whether its program still runs; the window stays after it, so that the last words can be read. */
  readonly isAlive: boolean
}

/** The window option that says whose window it is. */
export const WINDOW_TAG = '@lanekeeper'

/** tmux prints control characters as escapes, so the separator is one that no field can hold. */
export const WINDOW_FORMAT = `#{${WINDOW_TAG}}|#{window_id}|#{pane_dead}|#{session_name}`

/** A repository's session: readable, and not the same for two clones of one name. */
export function sessionName(repositoryName: string, cloneId: string): string {
  return `${slugOf(repositoryName)}-${cloneId.slice(0, 4)}`
}

/** The windows in the output of `list-windows -a -F WINDOW_FORMAT`; windows without a tag are other people's. */
export function parseWindows(output: string): AgentWindow[] {
  return output.split('\n').flatMap((line) => {
    const [worktree = '', id = '', dead, ...session] = line.split('|')
    if (worktree === '' || id === '') return []
    return [{ id, worktree, isAlive: dead !== '1', session: session.join('|') }]
  })
}

/** An argument as tmux reads it back unchanged: a `;` at its end would separate two tmux commands. */
export function tmuxWord(word: string): string {
  return word.replace(/;$/, '\\;')
}

/** Text where tmux expands formats (`-c`): `#(…)` in a directory's name would be run. */
export function tmuxFormat(text: string): string {
  return text.replaceAll('#', '##')
}
