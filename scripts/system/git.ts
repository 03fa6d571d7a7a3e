/**
 * The one door to git. Synchronous on purpose: hooks and flows ask one question after the other, and a process costs
 * 3 ms while a wrapper library costs more than the whole decision may (measured with simple-git 4.0.2 bundled:
 * 4.1 × `node -e 0` with its defaults, 1.58 × with its exit delay off, against 1.28 × here; it also has no stdin, which
 * `mktree`, `cat-file --batch` and `update-ref --stdin` need, and takes a silent non-zero exit for success).
 *
 * Guarantees: the caller's GIT_DIR family never leaks into a command meant for another worktree; a non-zero exit is an
 * error unless the caller asks for the status; output is never truncated.
 */
import { spawn, spawnSync } from 'node:child_process'
import { LanekeeperError } from '../policy/errors.ts'
import { commandLine } from '../policy/shell-quote.ts'

/** What `git rev-parse --local-env-vars` prints (git 2.39 and 2.55), and what a hook's git leaves behind. */
const REPOSITORY_VARIABLES = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REFLOG_ACTION',
] as const

/** `git replace` shows this clone something else than what a push takes along: objects are seen as they are everywhere. */
const AS_STORED = { GIT_NO_REPLACE_OBJECTS: '1' } as const

/** 1 GiB: a listing of 50,000 paths is 1.5 MB and Node's default of 1 MiB would throw ENOBUFS. */
const MAX_OUTPUT_BYTES = 1024 ** 3

export interface GitResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface GitOptions {
  /** Text for git's standard input. */
  readonly input?: string
  /** Variables on top of the door's own. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which git is ended, as a failure that says so. Only for what asks a network. */
  readonly timeoutMs?: number
}

export interface Git {
  /** Where commands run. */
  readonly cwd: string
  /** Runs git and gives status and output, whatever the status. Throws only when git cannot be started. */
  attempt(args: readonly string[], options?: GitOptions): GitResult
  /** Standard output without its last newline. Throws `git` on a non-zero exit. */
  text(args: readonly string[], options?: GitOptions): string
  /** Standard output as bytes (for `cat-file --batch`). Throws `git` on a non-zero exit. */
  bytes(args: readonly string[], options?: GitOptions): Buffer
  /** Standard output split at NUL, without the empty tail. Throws `git` on a non-zero exit. */
  nul(args: readonly string[], options?: GitOptions): string[]
  /** Yes (0) or no (1) of a question command; any other status throws `git`. */
  test(args: readonly string[], options?: GitOptions): boolean
  /** As `attempt`, without blocking: for many worktrees at once. */
  later(args: readonly string[], options?: GitOptions): Promise<GitResult>
  /** The same door with another directory. */
  at(cwd: string): Git
  /** The same door with more variables. */
  with(env: Readonly<Record<string, string>>): Git
}

/** The environment without anything that points git at a repository or changes what a plain command does. */
export function withoutRepositoryVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...env }
  for (const name of REPOSITORY_VARIABLES) delete clean[name]
  for (const name of Object.keys(clean)) if (/^(GITHEAD_|GIT_CONFIG_(KEY|VALUE)_)/.test(name)) delete clean[name]
  return clean
}

/**
 * Opens the door.
 * @param cwd an existing directory
 * @param env the caller's environment; its repository variables are dropped, except those in `keep`
 * @param keep variables a hook must keep to see what it judges (the index of a partial commit, quarantined objects)
 */
export function openGit(cwd: string, env: NodeJS.ProcessEnv, keep: readonly string[] = []): Git {
  const kept = Object.fromEntries(keep.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return door(cwd, { ...withoutRepositoryVariables(env), ...AS_STORED, ...kept })
}

function door(cwd: string, env: NodeJS.ProcessEnv): Git {
  const run = (args: readonly string[], options: GitOptions = {}) => {
    const result = spawnSync('git', args, {
      cwd,
      env: { ...env, ...options.env },
      input: options.input ?? '',
      maxBuffer: MAX_OUTPUT_BYTES,
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    })
    if (isTimedOut(result.error))
      return { ...result, status: 128, stderr: `no answer within ${(options.timeoutMs ?? 0) / 1000} s` }
    if (result.error) throw cannotStart(result.error, cwd)
    return result
  }
  const checked = (args: readonly string[], options?: GitOptions) => {
    const result = run(args, options)
    if (result.status !== 0) throw failed(args, cwd, result.status, String(result.stderr))
    return result.stdout
  }
  return {
    cwd,
    attempt: (args, options) => {
      const { status, stdout, stderr } = run(args, options)
      return { status: status ?? 128, stdout: String(stdout), stderr: String(stderr) }
    },
    text: (args, options) => String(checked(args, options)).replace(/\n$/, ''),
    bytes: (args, options) => checked(args, options),
    nul: (args, options) => String(checked(args, options)).split('\0').slice(0, -1),
    test: (args, options) => {
      const { status, stderr } = run(args, options)
      if (status === 0 || status === 1) return status === 0
      throw failed(args, cwd, status, String(stderr))
    },
    later: (args, options = {}) => runLater(args, cwd, { ...env, ...options.env }),
    at: (other) => door(other, env),
    with: (more) => door(cwd, { ...env, ...more }),
  }
}

function isTimedOut(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.code === 'ETIMEDOUT'
}

function runLater(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error) => reject(cannotStart(error, cwd)))
    child.on('close', (status) =>
      resolve({ status: status ?? 128, stdout: String(Buffer.concat(out)), stderr: String(Buffer.concat(err)) }),
    )
  })
}

function cannotStart(error: NodeJS.ErrnoException, cwd: string): LanekeeperError {
  // ENOENT means no git on PATH, or no such working directory: Node does not say which.
  if (error.code === 'ENOENT')
    return new LanekeeperError('git-missing', `git could not be started in ${cwd}.`, {
      hint: 'Check that the directory exists and that git is on PATH: git --version',
      cause: error,
    })
  return new LanekeeperError('git', `git could not be started in ${cwd}: ${error.message}.`, { cause: error })
}

function failed(args: readonly string[], cwd: string, status: number | null, stderr: string): LanekeeperError {
  const said = stderr.trim().split('\n').slice(-3).join('\n')
  return new LanekeeperError(
    'git',
    `${commandLine(['git', ...args.slice(0, 12)])} failed (${status ?? 'killed'}) in ${cwd}: ${said}`,
  )
}
