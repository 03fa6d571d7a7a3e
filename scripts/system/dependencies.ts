/**
 * Dependencies of a fresh worktree: pnpm from its store; else a copy-on-write clone of the main worktree's node_modules
 * where the lockfile is the same and the file system can; else the package manager's frozen install (performance.md
 * section 4). Never links, which leak changes from one worktree into another.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lastWords } from '../policy/last-words.ts'
import { hasDependencies } from '../policy/manifests.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { canClone, cloneTree } from './clone-tree.ts'
import { readIfExists, writeAtomically } from './files.ts'
import type { Step } from './ledger.ts'
import { withoutHooks } from './no-hooks.ts'
import { detectPackageManager, type PackageManager } from './package-manager.ts'
import type { Repository } from './repository.ts'
import { type ProgramResult, runProgram } from './shell.ts'
import { reasonNotToRun } from './trust.ts'

export interface InstallOptions {
  /** A person said so for what the branch holds now. */
  readonly trust: boolean
  /** File that the programs' output goes to. */
  readonly log: string
  readonly env: NodeJS.ProcessEnv
}

/** An install in a linked worktree changes no hooks, asks nothing, and downloads no package manager. */
const QUIET_INSTALL = {
  HUSKY: '0',
  SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1',
  LANEKEEPER_SETUP: 'caller',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
}
/** npm warns of settings it does not know. */
const QUIET_PNPM = { npm_config_confirm_modules_purge: 'false' }

/** The package managers that corepack knows. */
const CORE_PACKED = ['yarn', 'pnpm']

/** What npm, pnpm, yarn and bun say of a lockfile that a frozen install will not take; only that is worth a plain one. */
const LOCKFILE_REFUSED = /EUSAGE|LOCKFILE|lockfile (?:would|needs|is|had)|frozen|immutable|YN0028/

/**
 * Makes node_modules what the worktree's lockfile says. Never throws for an install that fails: the step says so.
 * Settings: `auto` as above, `install` never clones, `none` leaves all to the project.
 */
export async function installDependencies(
  repository: Repository,
  policy: Policy,
  options: InstallOptions,
): Promise<Step> {
  const { root } = repository
  const manifest = readIfExists(join(root, 'package.json'))
  if (policy.settings.dependencies === 'none' || !repository.isLinked || manifest === null) return { state: 'skipped' }
  const manager = await detectPackageManager(root)
  if (manager.lockfile === null && !hasDependencies(manifest)) return { state: 'skipped' }
  const reason = reasonNotToRun(repository, policy, { approve: options.trust })
  if (reason !== null) return { state: 'failed', message: `Dependencies were not installed: ${reason}` }
  if (policy.settings.dependencies === 'auto' && (await cloneFromMain(repository, manager)))
    return { state: 'done', message: 'cloned from the main worktree' }
  return withoutHooks(repository, (hooksPath) => install(root, manager, options, hooksPath))
}

/** Tries the package manager's commands in turn; the lockfile ends as it was, since a set-up changes no tracked file. */
async function install(
  root: string,
  manager: PackageManager,
  { log, env }: InstallOptions,
  hooksPath: string,
): Promise<Step> {
  const before = manager.lockfile === null ? null : readFileSync(join(root, manager.lockfile))
  const quiet = { ...env, ...QUIET_INSTALL, ...(manager.name === 'pnpm' ? QUIET_PNPM : {}) }
  let last: { words: readonly string[]; result: ProgramResult } | undefined
  for (const words of manager.installs) {
    if (last && words === manager.installs.at(-1) && !LOCKFILE_REFUSED.test(last.result.output)) break
    const result = await runProgram(words, { cwd: root, env: quiet, log, hooksPath })
    if (result.status === 0) {
      restore(root, manager, before)
      return { state: 'done', message: commandLine(words) }
    }
    last = { words, result }
    if (result.status === 127) break
  }
  restore(root, manager, before)
  return { state: 'failed', message: last ? failureOf(last.words, last.result, log) : 'no install command is known' }
}

function restore(root: string, { lockfile }: PackageManager, before: Buffer | null): void {
  if (lockfile === null || before === null) return
  const path = join(root, lockfile)
  if (!existsSync(path) || !readFileSync(path).equals(before)) writeAtomically(path, before, { mode: 0o644 })
}

function failureOf(words: readonly string[], { status, output }: ProgramResult, log: string): string {
  const [program] = words
  if (status === 127)
    return `${program} is not installed, or not on PATH. Try: ${CORE_PACKED.includes(program ?? '') ? 'corepack enable, or: ' : ''}npm i -g ${program}`
  const said = lastWords(output, 5)
  return `${commandLine(words)} exited ${status}${said === '' ? '' : `: ${said}`}\nThe whole output is in ${log}`
}

/**
 * Clones the main worktree's node_modules, workspaces' own included, if that is what an install would end in.
 * False where it cannot be done.
 */
async function cloneFromMain(repository: Repository, manager: PackageManager): Promise<boolean> {
  if (!(await isCloneable(repository, manager))) return false
  const { git, root, mainWorktree } = repository
  const folders = git.nul(['ls-files', '-z', '--', ':(top,glob)*/**/package.json']).map((path) => dirname(path))
  try {
    // the root's comes last: where it stands, the others do
    for (const folder of [...folders, '.']) {
      const from = join(mainWorktree, folder, 'node_modules')
      const to = join(root, folder, 'node_modules')
      if (existsSync(from) && !existsSync(to)) await cloneWhole(from, to)
    }
    return true
  } catch {
    // a full disk, or files that are being changed: an install says more
    return false
  }
}

async function isCloneable({ root, mainWorktree }: Repository, manager: PackageManager): Promise<boolean> {
  const source = join(mainWorktree, 'node_modules')
  // pnpm is as quick from its store, and its node_modules holds the store's path
  if (manager.name === 'pnpm' || manager.lockfile === null || !existsSync(source)) return false
  // half an install, or one by hand: the package manager knows what to do with it
  if (existsSync(join(root, 'node_modules'))) return false
  if (readIfExists(join(root, manager.lockfile)) !== readIfExists(join(mainWorktree, manager.lockfile))) return false
  // npm's own mark of a finished install
  if (manager.name === 'npm' && !existsSync(join(source, '.package-lock.json'))) return false
  return canClone(join(mainWorktree, manager.lockfile), root)
}

/** A clone that a crash cuts short never carries the real name. */
async function cloneWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.lanekeeper`
  await rm(unfinished, { recursive: true, force: true })
  try {
    await cloneTree(from, unfinished)
    await rename(unfinished, to)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
}
