/**
 * Throw-away repositories: real git, a HOME of their own, nothing of the machine's configuration, and a guard that
 * refuses to work anywhere but below the system's temporary directory.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { onTestFinished } from 'vitest'
import { isAlive } from '../../scripts/system/lock.ts'

export const PROJECT_ROOT = resolve(import.meta.dirname, '../..')
/** The built bin; `npm test` builds it first. */
export const CLI = join(PROJECT_ROOT, 'dist', 'cli.cjs')

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Place {
  /** Everything of this test lives below it; removed when the test ends. */
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
  /** Runs a program; never throws for its status. */
  run(
    command: string,
    args: readonly string[],
    options?: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string },
  ): Ran
  /** The same without blocking. */
  start(command: string, args: readonly string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<Ran>
  write(path: string, text: string): string
  read(path: string): string
  exists(path: string): boolean
  path(...parts: string[]): string
}

export interface TestRepository extends Place {
  /** The main worktree. */
  readonly root: string
  /** Runs git in the main worktree (or `cwd`) and throws, with its stderr, on a non-zero exit. */
  git(args: readonly string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): string
  /** Runs git and gives its status. */
  tryGit(args: readonly string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Ran
  /** Runs our built bin in the main worktree (or `cwd`). */
  lanekeeper(args: readonly string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string }): Ran
  /** Writes files and commits them on the current branch; gives the commit. */
  commit(
    files: Readonly<Record<string, string>>,
    message?: string,
    options?: { cwd?: string; env?: NodeJS.ProcessEnv },
  ): string
}

/**
 * A directory of the test's own with HOME, XDG dirs and git configuration inside. Removed at the end of the test.
 * @param more variables of its environment besides
 */
export function createPlace(more: NodeJS.ProcessEnv = {}): Place {
  const place = newPlace(more)
  removeWhenDone(place.dir)
  return place
}

/** Removes a place at the end of the test. */
export function removeWhenDone(dir: string): void {
  onTestFinished(async () => {
    await workersOf(dir)
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  })
}

/** The same for whoever removes it. */
export function newPlace(more: NodeJS.ProcessEnv = {}): Place {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'lanekeeper-test-')))
  const home = join(dir, 'home')
  mkdirSync(home)
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n',
  )
  return placeAt(dir, { ...isolatedEnv(home), ...more })
}

/** Waits for set-ups that a hook left to a detached process: they write below the place until they end. */
export async function workersOf(dir: string): Promise<void> {
  const ledgers = readdirSync(dir).map((name) => join(dir, name, '.git', 'lanekeeper', 'worktrees'))
  const records = ledgers
    .filter((ledger) => existsSync(ledger))
    .flatMap((ledger) => readdirSync(ledger).map((name) => join(ledger, name)))
  const workers = records
    .filter((path) => path.endsWith('.json'))
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { worker: string | null }).worker)
    .filter((worker) => worker !== null)
  while (workers.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** The last: to see the whole suite pass where refs are in tables. */
const INHERITED = [
  'PATH',
  'TMPDIR',
  'LANG',
  'npm_config_registry',
  'npm_config_userconfig',
  'GIT_DEFAULT_REF_FORMAT',
] as const

function isolatedEnv(home: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const name of INHERITED) if (process.env[name]) env[name] = process.env[name]
  return {
    ...env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_EDITOR: 'true',
    NO_COLOR: '1',
  }
}

function placeAt(dir: string, env: NodeJS.ProcessEnv): Place {
  const guarded = (path: string) => refuseRealCheckout(resolve(dir, path))
  return {
    dir,
    env,
    run: (command, args, options = {}) => {
      const cwd = guarded(options.cwd ?? dir)
      const result = spawnSync(command, args, {
        cwd,
        env: { ...env, ...options.env },
        input: options.input ?? '',
        maxBuffer: 1024 ** 3,
      })
      // a program may end without reading what it was given
      const isUnread = result.error !== undefined && 'code' in result.error && result.error.code === 'EPIPE'
      if (result.error && !isUnread) throw result.error
      return { status: result.status ?? 128, stdout: String(result.stdout), stderr: String(result.stderr) }
    },
    start: (command, args, options = {}) => {
      const child = spawn(command, args, {
        cwd: guarded(options.cwd ?? dir),
        env: { ...env, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk) => (stdout += chunk))
      child.stderr.on('data', (chunk) => (stderr += chunk))
      return new Promise((done, fail) => {
        child.on('error', fail)
        child.on('close', (status) => done({ status: status ?? 128, stdout, stderr }))
      })
    },
    write: (path, text) => {
      const file = guarded(path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    read: (path) => readFileSync(guarded(path), 'utf8'),
    exists: (path) => existsSync(guarded(path)),
    path: (...parts) => guarded(join(...parts)),
  }
}

/** Throws unless the path is in a temporary directory of a test. */
export function refuseRealCheckout(path: string): string {
  const home = realpathSync(tmpdir())
  if (!path.startsWith(home + sep) || path.startsWith(PROJECT_ROOT + sep) || path === PROJECT_ROOT)
    throw new Error(`Tests work in throw-away repositories only, not in ${path}`)
  return path
}

/**
 * A repository with one commit on `main`.
 * @param files what that commit holds besides README.md
 * @param name of its directory
 */
export function createRepository(
  files: Readonly<Record<string, string>> = {},
  place: Place = createPlace(),
  name = 'project',
): TestRepository {
  const root = join(place.dir, name)
  mkdirSync(root)
  const repository = repositoryAt(place, root)
  repository.git(['init', '-q', '-b', 'main'])
  repository.commit({ 'README.md': '# project\n', ...files }, 'start')
  return repository
}

/** The same verbs for a repository that exists already (a clone, a generated project). */
export function repositoryAt(place: Place, root: string): TestRepository {
  const tryGit: TestRepository['tryGit'] = (args, options = {}) => place.run('git', args, { cwd: root, ...options })
  const git: TestRepository['git'] = (args, options) => {
    const { status, stdout, stderr } = tryGit(args, options)
    if (status !== 0) throw new Error(`git ${args.join(' ')} exited ${status}\n${stdout}${stderr}`)
    return stdout.replace(/\n$/, '')
  }
  return {
    ...place,
    root,
    git,
    tryGit,
    lanekeeper: (args, options = {}) => place.run(process.execPath, [CLI, ...args], { cwd: root, ...options }),
    commit: (files, message = 'change', options = {}) => {
      const cwd = options.cwd ?? root
      for (const [path, text] of Object.entries(files)) place.write(join(cwd, path), text)
      git(['add', '-A'], { cwd, ...(options.env ? { env: options.env } : {}) })
      git(['commit', '-q', '-m', message], { cwd, ...(options.env ? { env: options.env } : {}) })
      return git(['rev-parse', 'HEAD'], { cwd })
    },
  }
}
