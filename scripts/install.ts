/**
 * Makes git execute the trusted copy: our code, our stubs and the base's own hooks, all under the common git dir. Run by
 * the `prepare` script after husky, by `init`, and by every entrance that finds the copy out of date.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Result, Session } from './command.ts'
import { LanekeeperError } from './policy/errors.ts'
import type { Policy } from './policy/policy.ts'
import { VERSION } from './policy/version.ts'
import { makeCodeCache } from './system/code-cache.ts'
import { writeAtomically } from './system/files.ts'
import { foreignHooksPath, holdsPins, hooksPathOf, isPinned, pin, writeBaseConfig } from './system/hooks-pin.ts'
import { baseHooksOf } from './system/husky-dir.ts'
import { cloneId } from './system/identity.ts'
import { type Installed, isInstalled, isSame, noteInstalled, readInstalled } from './system/installed.ts'
import { isBranchsOwnBuild } from './system/own-build.ts'
import { readPolicy } from './system/policy-source.ts'
import { assertGitVersion, openRepository, type Repository } from './system/repository.ts'
import { strangeHooks } from './system/strange-hooks.ts'
import { writeTaskBranches } from './system/task-branches.ts'
import { buildDir, buildId, copyCode, hasCode, hooksDir, writeHooks } from './system/trusted-hooks.ts'
import { markVerified, verifiedTip } from './system/verified.ts'

export interface Installation {
  /** What had to be written; empty when everything was right already. */
  readonly changed: readonly string[]
  readonly hooksPath: string
}

/**
 * Installs or refreshes the trusted hooks; idempotent.
 * @throws `foreign-hooks` where another hooks manager owns core.hooksPath; nothing is written then
 */
export function installHooks(repository: Repository, policy: Policy): Installation {
  assertGitVersion(repository.git)
  const foreign = foreignHooksPath(repository)
  if (foreign !== null) throw foreignHooks(foreign)
  cloneId(repository)
  const hash = buildId()
  const code = copyCode(repository, hash)
  const changed = writeHooks(repository, {
    base: policy.base,
    everywhere: policy.settings.gate === 'everywhere',
    code,
    baseHooks: baseHooksOf(repository, policy),
  })
  writeBaseConfig(repository)
  if (pin(repository, policy.base)) changed.push(join(repository.commonDir, 'config'))
  writeTaskBranches(repository)
  writeAtomically(join(repository.stateDir, 'runtime.json'), `${JSON.stringify(runtime())}\n`)
  noteInstalled(repository, whatIsInstalled(repository, policy, hash))
  if (policy.baseTip !== null && verifiedTip(repository, policy.base) === null)
    markVerified(repository.git, policy.base, policy.baseTip)
  makeCodeCache(code)
  return { changed, hooksPath: hooksDir(repository) }
}

/**
 * Refreshes an installation that is out of date (a newer package, changed hooks or settings on the base, a pin that
 * something removed, the whole copy that somebody deleted). Does nothing where Lanekeeper was never installed, and where
 * other code would come by it: from the hooks' copy, since only the package knows which is newer, and from a branch's own
 * worktree, whose code nobody has let through.
 * @returns the hooks that another program had put in place of ours, now ours again
 */
export function refreshHooks(repository: Repository, policy: Policy): readonly string[] {
  const installed = readInstalled(repository)
  if (installed === null) {
    if (hooksAreLost(repository) && !isBranchsOwnBuild(repository)) installHooks(repository, policy)
    return []
  }
  const now = whatIsInstalled(repository, policy, buildId())
  if (isSame(installed, now)) return []
  // every `git branch -d` and `push -u` writes the file anew
  if (isSame({ ...installed, config: now.config }, now) && holdsPins(repository, policy.base)) {
    noteInstalled(repository, now)
    return []
  }
  const isOther = installed.code !== now.code || !hasCode(repository, installed.code)
  if (isOther && (buildDir().startsWith(repository.stateDir) || isBranchsOwnBuild(repository))) return []
  if (foreignHooksPath(repository) !== null) return []
  installHooks(repository, policy)
  return now.strangers
}

/** Whether the hooks' copy is gone while git is still told to run it: git says nothing then, and runs no hook at all. */
export function hooksAreLost(repository: Repository): boolean {
  return !isInstalled(repository) && hooksPathOf(repository).local === hooksDir(repository)
}

/** Whether the base was adopted (`init` commits this hook), but nobody installed the hooks in this clone. */
export function hooksAreMissing(repository: Repository, { base }: Policy): boolean {
  if (isInstalled(repository)) return false
  const hook = `refs/heads/${base}:.husky/reference-transaction`
  return repository.git.attempt(['rev-parse', '--verify', '--quiet', hook]).status === 0
}

/** What an installation would be made from now. @param code the id of the build */
function whatIsInstalled(repository: Repository, policy: Policy, code: string): Installed {
  const { base, hooksTree, settings } = policy
  const { mtimeMs, size } = statSync(join(repository.commonDir, 'config'))
  const config = `${size} ${mtimeMs}`
  return {
    version: VERSION,
    code,
    node: process.execPath,
    base,
    gate: settings.gate,
    husky: hooksTree ?? '',
    config,
    strangers: strangeHooks(repository),
  }
}

/** Where the hooks' copy finds packages that are not bundled: native code lives in node_modules. */
function runtime(): Record<string, string> {
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
  try {
    return { libsql: require.resolve('libsql') }
  } catch {
    return {}
  }
}

function foreignHooks(path: string): LanekeeperError {
  return new LanekeeperError('foreign-hooks', `core.hooksPath is ${path}: another hooks manager is in charge here.`, {
    hint: 'If it is a leftover: git config --unset core.hooksPath, then: npx lanekeeper install',
  })
}

export const command: Command = {
  summary: 'Write and pin the trusted hooks. Runs in "prepare"; a linked worktree only verifies.',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: ['npx lanekeeper install', 'npm run prepare'],
  run: async (_input, session) => install(session),
}

async function install(session: Session): Promise<Result> {
  if (session.env.LANEKEEPER === '0') return nothing('LANEKEEPER=0: hooks are left alone')
  try {
    return installIn(openRepository(session.cwd, session.env), session)
  } catch (error) {
    // `npm install` of a tarball or in a container without git must not fail for our sake
    if (error instanceof LanekeeperError && (error.code === 'not-a-repository' || error.code === 'git-missing'))
      return nothing('no git repository: no hooks to install')
    throw error
  }
}

function installIn(repository: Repository, session: Session): Result {
  const policy = readPolicy(repository)
  if (repository.isLinked) return verifyOnly(repository, session)
  const { changed, hooksPath } = installHooks(repository, policy)
  if (changed.length > 0) session.out.done(`Hooks installed (${hooksPath})`)
  return { json: { ok: true, changed, hooksPath }, text: '' }
}

/** In a linked worktree `prepare` is a branch's own script: it may look, not write. */
function verifyOnly(repository: Repository, session: Session): Result {
  const ok = isInstalled(repository) && isPinned(repository)
  if (!ok)
    session.out.warn(
      `Hooks are not live here. In the main worktree (${repository.mainWorktree}): npx lanekeeper install`,
    )
  return { json: { ok: true, changed: [], hooksPath: hooksDir(repository), live: ok }, text: '' }
}

function nothing(why: string): Result {
  return { json: { ok: true, changed: [], why }, text: '' }
}
