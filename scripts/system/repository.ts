/** Which repository and worktree this is: every flow's first question, answered with one git process. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { type Git, openGit } from './git.ts'

/** `merge-tree --write-tree` came with 2.38; the reference-transaction phases were measured from 2.39 on. */
export const OLDEST_GIT = [2, 38] as const

export interface Repository {
  /** The door, standing in this worktree's root (or in the git dir of a bare repository). */
  readonly git: Git
  /** Root of the worktree the command was run in. */
  readonly root: string
  /** This worktree's own git dir (`.git`, or `<common>/worktrees/<id>`). */
  readonly gitDir: string
  /** The git dir all worktrees share. */
  readonly commonDir: string
  /** Root of the main worktree; the bare repository itself where there is none. */
  readonly mainWorktree: string
  readonly isLinked: boolean
  readonly isBare: boolean
  /** Name of the repository's directory, for worktree and database names. */
  readonly name: string
  /** Our own directory: `<common>/lanekeeper`. */
  readonly stateDir: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Opens the repository around `cwd`.
 * @param keep variables of a running hook that its git commands need (see openGit)
 * @throws `not-a-repository`, `git-missing`, `git-too-old`
 */
export function openRepository(cwd: string, env: NodeJS.ProcessEnv, keep: readonly string[] = []): Repository {
  return readRepository(cwd, env, keep, gitDirBeside(cwd)) ?? askRepository(cwd, env, keep)
}

/** The same for a hook, which git starts in the worktree's root, often with GIT_DIR set. */
export function openHookRepository(cwd: string, env: NodeJS.ProcessEnv, keep: readonly string[] = []): Repository {
  const gitDir = env.GIT_DIR ? resolve(cwd, env.GIT_DIR) : gitDirBeside(cwd)
  return readRepository(cwd, env, keep, gitDir) ?? askRepository(cwd, env, keep)
}

function askRepository(cwd: string, env: NodeJS.ProcessEnv, keep: readonly string[]): Repository {
  const git = openGit(cwd, env, keep)
  const found = git.attempt([
    'rev-parse',
    '--path-format=absolute',
    '--git-dir',
    '--git-common-dir',
    '--is-bare-repository',
    '--show-toplevel',
  ])
  const [gitDir, commonDir, bare, root] = found.stdout.split('\n')
  if (!gitDir || !commonDir || gitDir.startsWith('--')) throw notARepository(git, found.stderr)
  return describe(git, env, { gitDir, commonDir, root: root || null, isBare: bare === 'true' })
}

/**
 * A worktree's root with an ordinary git dir, read from files: a process costs a tenth of what a hook may take. Null for
 * anything unusual (a submodule, a bare repository, a git dir elsewhere, a push's receiving half): then git is asked.
 */
function readRepository(
  cwd: string,
  env: NodeJS.ProcessEnv,
  keep: readonly string[],
  gitDir: string | null,
): Repository | null {
  if (gitDir === null || gitDir === cwd || !existsSync(join(gitDir, 'HEAD'))) return null
  const commonFile = join(gitDir, 'commondir')
  const isLinked = existsSync(commonFile)
  const commonDir = isLinked ? resolve(gitDir, readFileSync(commonFile, 'utf8').trim()) : gitDir
  const config = join(commonDir, 'config')
  if (basename(commonDir) !== '.git' || !existsSync(config)) return null
  if (/^\s*(bare\s*=\s*true|worktree\s*=)/im.test(readFileSync(config, 'utf8'))) return null
  return describe(openGit(cwd, env, keep), env, { gitDir, commonDir, root: realpathSync(cwd), isBare: false })
}

function gitDirBeside(cwd: string): string | null {
  const dotGit = join(cwd, '.git')
  if (!existsSync(dotGit)) return null
  if (statSync(dotGit).isDirectory()) return dotGit
  const named = /^gitdir: (.+)/.exec(readFileSync(dotGit, 'utf8'))?.[1]
  return named === undefined ? null : resolve(cwd, named.trim())
}

function describe(
  git: Git,
  env: NodeJS.ProcessEnv,
  found: { gitDir: string; commonDir: string; root: string | null; isBare: boolean },
): Repository {
  const gitDir = realpathSync(found.gitDir)
  const commonDir = realpathSync(found.commonDir)
  const isLinked = gitDir !== commonDir
  const root = found.root ?? (found.isBare ? commonDir : dirname(commonDir))
  const mainWorktree = isLinked ? mainWorktreeOf(git, commonDir) : root
  return {
    git: git.at(root),
    root,
    gitDir,
    commonDir,
    mainWorktree,
    isLinked,
    isBare: found.isBare && !isLinked,
    name: basename(mainWorktree).replace(/\.git$/, '') || 'repository',
    stateDir: join(commonDir, 'lanekeeper'),
    env,
  }
}

/** The parent of `.git`, unless the repository is bare, a submodule or has its git dir elsewhere: then git is asked. */
function mainWorktreeOf(git: Git, commonDir: string): string {
  if (basename(commonDir) === '.git' && existsSync(dirname(commonDir))) return dirname(commonDir)
  const [first] = git.nul(['worktree', 'list', '--porcelain', '-z'])
  return first?.replace(/^worktree /, '') ?? commonDir
}

function notARepository(git: Git, stderr: string): LanekeeperError {
  const version = gitVersion(git)
  if (version[0] < OLDEST_GIT[0] || (version[0] === OLDEST_GIT[0] && version[1] < OLDEST_GIT[1])) return tooOld(version)
  if (/dubious ownership/.test(stderr))
    return new LanekeeperError('not-a-repository', `git does not trust the owner of ${git.cwd}.`, {
      hint: `If it is yours: git config --global --add safe.directory ${git.cwd}`,
    })
  return new LanekeeperError('not-a-repository', `${git.cwd} is not in a git repository.`, {
    hint: 'Go to your project, or make one: git init',
  })
}

/** Throws `git-too-old` where a feature we need is missing. */
export function assertGitVersion(git: Git): void {
  const version = gitVersion(git)
  if (version[0] < OLDEST_GIT[0] || (version[0] === OLDEST_GIT[0] && version[1] < OLDEST_GIT[1])) throw tooOld(version)
}

/** Major and minor version of git. */
export function gitVersion(git: Git): readonly [number, number] {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(git.text(['--version'])) ?? []
  return [Number(major), Number(minor)]
}

function tooOld([major, minor]: readonly [number, number]): LanekeeperError {
  return new LanekeeperError(
    'git-too-old',
    `git ${major}.${minor} is too old: Lanekeeper needs ${OLDEST_GIT.join('.')} or newer.`,
    {
      hint: 'Update git: https://git-scm.com/downloads',
    },
  )
}
