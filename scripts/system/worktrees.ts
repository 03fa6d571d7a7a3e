/**
 * The one place for `git worktree`. Listing reads `--porcelain -z` only; adding holds one lock per repository and
 * repeats what git's own race breaks: eight `worktree add` at once fail in up to 40 of 160 runs (git 2.55, fresh
 * repository), because git scans the other worktrees' half-written files and locks the shared configuration.
 */
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { withLock } from './lock.ts'
import { branchExists } from './refs.ts'
import type { Repository } from './repository.ts'

export interface Worktree {
  readonly path: string
  /** Its own git dir; null where the files do not tell any more. */
  readonly gitDir: string | null
  /** Commit that HEAD stands on; zeros where the branch has no commit yet. */
  readonly head: string
  /** Branch without `refs/heads/`, null when detached or bare. */
  readonly branch: string | null
  readonly isMain: boolean
  readonly isDetached: boolean
  readonly isBare: boolean
  readonly isLocked: boolean
  readonly lockReason: string | null
  /** Its directory is gone: `git worktree prune` would forget it. */
  readonly isPrunable: boolean
}

/** What git says when two `worktree add` meet; the second try finds the way free. */
const RACE = /failed to read .*commondir|could not lock config file|unable to create .*\.lock|cannot lock references/i
const MAX_TRIES = 10
/** git writes those files one after the other, within a millisecond. */
const LIST_PAUSE_MS = 20

/**
 * Every worktree of the repository, the main one first; one git process, or a few while somebody else adds a worktree:
 * git reads the other's half-written files and gives up (`failed to read …/commondir: Success`).
 * @throws `git`
 */
export function listWorktrees(git: Git): Worktree[] {
  const listed = parseWorktreeList(readWorktreeList(git))
  const commonDir = listed[0] ? commonDirOf(listed[0]) : null
  const adminDirs = commonDir === null ? new Map<string, string>() : adminDirsByPath(commonDir)
  return listed.map((worktree) => ({
    ...worktree,
    gitDir: worktree.isMain ? commonDir : (adminDirs.get(worktree.path) ?? null),
  }))
}

/** Where linked worktrees are, by git's notes and without a process: to begin early what `listWorktrees` confirms. */
export function notedWorktrees(commonDir: string): string[] {
  return [...adminDirsByPath(commonDir).keys()]
}

function readWorktreeList(git: Git): string {
  const words = ['worktree', 'list', '--porcelain', '-z']
  for (let tries = 1; tries < MAX_TRIES; tries++) {
    const { status, stdout, stderr } = git.attempt(words)
    if (status === 0) return stdout
    if (!RACE.test(stderr)) break
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LIST_PAUSE_MS)
  }
  return git.text(words)
}

/** Reads `worktree list --porcelain -z`: NUL after each attribute, an empty attribute after each worktree. */
export function parseWorktreeList(output: string): Worktree[] {
  return output
    .split('\0\0')
    .filter((record) => record !== '')
    .map((record, index) => parseWorktree(record.split('\0'), index === 0))
}

function parseWorktree(attributes: readonly string[], isMain: boolean): Worktree {
  const value = (name: string) => {
    const found = attributes.find((line) => line === name || line.startsWith(`${name} `))
    return found?.slice(name.length + 1)
  }
  return {
    path: value('worktree') ?? '',
    gitDir: null,
    head: value('HEAD') ?? '',
    branch: value('branch')?.replace(/^refs\/heads\//, '') ?? null,
    isMain,
    isDetached: value('detached') !== undefined,
    isBare: value('bare') !== undefined,
    isLocked: value('locked') !== undefined,
    lockReason: value('locked') || null,
    isPrunable: value('prunable') !== undefined,
  }
}

/** `.git` of the main worktree is a directory, or a file that names it (submodule, --separate-git-dir). */
function commonDirOf(main: Worktree): string | null {
  if (main.isBare) return main.path
  const dotGit = join(main.path, '.git')
  if (statSync(dotGit, { throwIfNoEntry: false })?.isDirectory()) return dotGit
  const target = /^gitdir: (.*)$/m.exec(readIfExists(dotGit) ?? '')?.[1]
  return target === undefined ? null : resolve(main.path, target)
}

/** Linked worktree's path → its git dir, from git's own note of where each is; relative since git 2.48 on request. */
function adminDirsByPath(commonDir: string): Map<string, string> {
  const parent = join(commonDir, 'worktrees')
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) return new Map()
  const pairs = readdirSync(parent).flatMap((name): [string, string][] => {
    const note = readIfExists(join(parent, name, 'gitdir'))?.trim()
    return note ? [[resolve(parent, name, note).replace(/\/\.git$/, ''), join(parent, name)]] : []
  })
  return new Map(pairs)
}

/** A checkout of a big repository takes a minute; eight of them wait for each other. */
const LOCK_WAIT_MS = 10 * 60_000

export interface NewWorktree {
  readonly path: string
  /** null: HEAD detached at the start point. */
  readonly branch: string | null
  /** Where a new branch starts; null takes the branch that exists. */
  readonly startPoint: string | null
  /** false: no `post-checkout` hook of the project sees it. */
  readonly hooks?: boolean
}

export interface Added {
  /** What a `post-checkout` hook of the project said when it failed: the worktree is there all the same. */
  readonly hookFailure: string | null
}

/**
 * `git worktree add` under the repository's lock. Our hook leaves the provisioning to the caller.
 * @throws `git` with git's words when the worktree could not be made; git leaves no directory behind then, but perhaps the branch
 */
export async function addWorktree(repository: Repository, wanted: NewWorktree): Promise<Added> {
  const lock = join(repository.stateDir, 'locks', 'worktree-add')
  return withLock(lock, LOCK_WAIT_MS, async () => {
    for (let tries = 1; ; tries++) {
      const { status, stderr } = await repository.git
        .with({ LANEKEEPER_SETUP: 'caller' })
        .later([...noHooks(wanted), 'worktree', 'add', '--quiet', ...addArguments(repository, wanted, tries)])
      if (status === 0) return { hookFailure: null }
      if (isThere(repository.git, wanted)) return { hookFailure: lastLines(stderr) }
      if (!RACE.test(stderr) || tries === MAX_TRIES) throw notAdded(wanted, stderr)
    }
  })
}

function noHooks({ hooks = true }: NewWorktree): string[] {
  return hooks ? [] : ['-c', 'core.hooksPath=/dev/null']
}

/** A try that failed may have made the branch already; then it is reused. */
function addArguments(repository: Repository, { path, branch, startPoint }: NewWorktree, tries: number): string[] {
  if (branch === null) return ['--detach', '--', path, startPoint ?? 'HEAD']
  const isNew = startPoint !== null && (tries === 1 || !branchExists(repository, branch))
  return isNew ? ['--no-track', '-b', branch, '--', path, startPoint] : ['--', path, branch]
}

/** Takes a branch away if it still stands on `tip`: one that moved meanwhile is somebody's work. */
export function deleteBranch(git: Git, branch: string, tip: string): void {
  git.attempt(['update-ref', '-d', `refs/heads/${branch}`, tip])
}

function isThere(git: Git, { path, branch }: NewWorktree): boolean {
  return listWorktrees(git).some((worktree) => worktree.path === path && worktree.branch === branch)
}

function notAdded({ path }: NewWorktree, stderr: string): LanekeeperError {
  return new LanekeeperError('git', `git could not add the worktree ${path}: ${lastLines(stderr)}`)
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('\n')
}

/**
 * `git worktree remove`. git refuses a worktree with changes without `force`, and a locked one always.
 * @throws `git` with git's words
 */
export function removeWorktree(git: Git, path: string, { force = false }: { force?: boolean } = {}): void {
  git.text(['worktree', 'remove', ...(force ? ['--force'] : []), '--', path])
}

/** `git worktree lock`: `prune` and `remove` leave it alone from now on. */
export function lockWorktree(git: Git, path: string, reason: string): void {
  git.text(['worktree', 'lock', '--reason', reason, '--', path])
}

/** `git worktree unlock`. */
export function unlockWorktree(git: Git, path: string): void {
  git.text(['worktree', 'unlock', '--', path])
}
