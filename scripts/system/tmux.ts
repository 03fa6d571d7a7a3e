/**
 * The door to tmux. A window is made empty, tagged, told to stay after its program's end, and only then given the
 * program: an agent that dies at once leaves its last words instead of vanishing. Programs are started from words, never
 * from a line, and nothing is ever typed into a window (integrations.md section 2 has what that broke).
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { type AgentWindow, parseWindows, tmuxFormat, tmuxWord, WINDOW_FORMAT, WINDOW_TAG } from '../policy/windows.ts'

export interface Program {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Set in the window on top of what tmux has; the server's own environment may be days old. */
  readonly env: Readonly<Record<string, string>>
}

export interface Tmux {
  /** Whether a tmux is on PATH. */
  isThere(): boolean
  /** Every window of ours on the server; empty where no server runs. */
  windows(): AgentWindow[]
  /** Makes a window in the session (made too where it is not there), not yet running anything. Gives its id. */
  open(session: string, title: string): string
  /** Tags a window and starts the program as its command, in place of what it ran before. */
  start(window: string, worktree: string, program: Program): void
  /** Takes a window away that was opened and never started. */
  close(window: string): void
  /** The words of the line that shows a window to a person. */
  attachLine(window: Pick<AgentWindow, 'id' | 'session'>): string[]
}

/** Opens the door to the user's server, or to the one that LANEKEEPER_TMUX_SOCKET names (`tmux -L`). */
export function openTmux(env: NodeJS.ProcessEnv): Tmux {
  const server = env.LANEKEEPER_TMUX_SOCKET ? ['-L', env.LANEKEEPER_TMUX_SOCKET] : []
  const run = (...commands: readonly (readonly string[])[]) => {
    const words = commands.flatMap((command, index) => [...(index > 0 ? [';'] : []), ...command.map(tmuxWord)])
    const { error, status, stdout, stderr } = spawnSync('tmux', [...server, ...words], { env, encoding: 'utf8' })
    return { status: error ? null : status, stdout: stdout ?? '', stderr: error?.message ?? stderr }
  }
  const checked = (...commands: readonly (readonly string[])[]) => {
    const { status, stdout, stderr } = run(...commands)
    if (status === 0) return stdout.trim()
    throw new LanekeeperError('terminal', `tmux ${commands[0]?.[0]} failed: ${stderr.trim()}`, {
      hint: 'Print the line to type instead: npx lanekeeper launch --terminal none',
    })
  }
  return {
    isThere: () => spawnSync('tmux', ['-V'], { env }).status === 0,
    windows: () => (hasServer(env) ? parseWindows(run(['list-windows', '-a', '-F', WINDOW_FORMAT]).stdout) : []),
    open: (session, title) => {
      const shared = ['-d', '-P', '-F', '#{window_id}', '-n', title]
      // `cat` waits for ever and reads no profile; `start` puts the program in its place
      if (run(['has-session', '-t', `=${session}`]).status === 0)
        return checked(['new-window', '-t', `=${session}:`, ...shared, '--', 'cat', '-'])
      return checked(['new-session', '-s', session, '-x', '200', '-y', '50', ...shared, '--', 'cat', '-'])
    },
    start: (window, worktree, program) => void checked(...startCommands(window, worktree, program)),
    close: (window) => void run(['kill-window', '-t', window]),
    attachLine: ({ id, session }) =>
      env.TMUX
        ? ['tmux', ...server, 'switch-client', '-t', `${session}:${id}`]
        : ['tmux', ...server, 'attach', '-t', `${session}:${id}`],
  }
}

/** Where no socket lies, as tmux(1) says where it would, no server has to be asked: a process less for `status`. */
function hasServer({ TMUX, TMUX_TMPDIR, LANEKEEPER_TMUX_SOCKET = 'default' }: NodeJS.ProcessEnv): boolean {
  const user = process.getuid?.()
  if (TMUX || user === undefined) return true
  return [TMUX_TMPDIR || '/tmp', '/tmp'].some((dir) => existsSync(join(dir, `tmux-${user}`, LANEKEEPER_TMUX_SOCKET)))
}

function startCommands(window: string, worktree: string, { argv, cwd, env }: Program): string[][] {
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  // tmux hands a single word to a shell, more are executed as they are; and where `-c` names no directory it starts
  // the program somewhere else without a word, hence the `cd`
  const words = ['sh', '-c', 'cd -- "$1" && shift && exec "$@"', 'sh', cwd, ...argv]
  return [
    ['set-option', '-w', '-t', window, 'remain-on-exit', 'on'],
    ['set-option', '-w', '-t', window, WINDOW_TAG, worktree],
    ['respawn-window', '-k', '-t', window, '-c', tmuxFormat(cwd), ...variables, '--', ...words],
  ]
}
