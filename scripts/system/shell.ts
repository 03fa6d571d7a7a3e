/**
 * The zx door: every program that is not git. zx is loaded when the first program runs, so nothing else pays for it.
 * Programs see no variable that points git at a repository: an `npm install` inside a hook would otherwise run its
 * scripts' git commands against the wrong worktree.
 */
import { appendFileSync } from 'node:fs'
import { withoutRepositoryVariables } from './git.ts'
import { endGroupWith } from './program-groups.ts'

export interface ProgramOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** File that the command line and all its output are appended to while it runs. */
  readonly log?: string
  /** When it is ended; without it a program takes its time. */
  readonly timeoutMs?: number
  /** Where the program's own git commands find the hooks, whatever the repository's configuration says. */
  readonly hooksPath?: string
  /** What it leaves running ends with it, and so does what does not hear Ctrl-C. */
  readonly endsWhole?: boolean
}

export interface ProgramResult {
  /** Exit status; 127 where the program could not be started, 128 where a signal ended it. */
  readonly status: number
  /** stdout and stderr together, in the order they came. */
  readonly output: string
  /** Each alone, for programs whose answer is read. */
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program by its words, without a shell. Never throws for its status. */
export function runProgram(words: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  return run(words.join(' '), options, (shell) => shell`${words}`)
}

/** Runs one line of the user's own from `lanekeeper.json` in `sh`, just as written. Never throws for its status. */
export function runShellLine(line: string, options: ProgramOptions): Promise<ProgramResult> {
  return run(line, options, (shell) => shell`sh -c ${line}`)
}

type Running = import('zx/core').ProcessPromise
type Shell = import('zx/core').Shell<false, Running>

async function run(
  title: string,
  { cwd, env, log, timeoutMs, hooksPath, endsWhole = false }: ProgramOptions,
  start: (shell: Shell) => Running,
) {
  const { $ } = await import('zx/core')
  const shell = $({
    cwd,
    // where `npm run new-task` was typed: an install script that goes by it would work in the main worktree
    env: { ...withoutRepositoryVariables(env), INIT_CWD: undefined, ...withHooksPath(hooksPath) },
    nothrow: true,
    quiet: true,
    // else in our process group: Ctrl-C reaches an install in the foreground
    detached: endsWhole,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  })
  const write = (text: string) => log && appendFileSync(log, text)
  write(`$ ${title}\n`)
  const running = start(shell)
  if (endsWhole && running.child) endGroupWith(running.child)
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (chunk) => write(String(chunk)))
  const { exitCode, stdall, stdout, stderr } = await running
  // zx gives a negative errno where nothing could be started, and no status where a signal ended it
  return { status: exitCode === null ? 128 : exitCode < 0 ? 127 : exitCode, output: stdall, stdout, stderr }
}

/** git takes a setting from these over every file. */
function withHooksPath(path: string | undefined): NodeJS.ProcessEnv {
  return path === undefined
    ? {}
    : { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.hooksPath', GIT_CONFIG_VALUE_0: path }
}
