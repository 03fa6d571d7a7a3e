/** Doctor's checks of the hooks: installed, pinned, unchanged, and really run by git in this worktree. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installHooks } from '../install.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { isCodeCache } from '../system/code-cache.ts'
import { readJsonIfExists } from '../system/files.ts'
import { hooksThatRun } from '../system/hook-probe.ts'
import { hooksPathOf, isPinned } from '../system/hooks-pin.ts'
import { baseHooksOf } from '../system/husky-dir.ts'
import { isInstalled } from '../system/installed.ts'
import { isBranchsOwnBuild } from '../system/own-build.ts'
import { branchOf, type Repository } from '../system/repository.ts'
import { baseHooksDir, buildDir, buildId, codeDir, hooksDir, OUR_HOOKS, staleHooks } from '../system/trusted-hooks.ts'
import { type Check, type Finding, ok, orOk, problem, type Remedy, type Scene, warning } from './finding.ts'

const FIX = 'npx lanekeeper doctor --fix'

export const hookChecks: readonly Check[] = [
  { name: 'hooks-path', look: checkHooksPath },
  { name: 'trusted-copy', look: checkTrustedCopy },
  { name: 'base-hooks', look: checkBaseHooks },
  { name: 'hook-files', look: checkHookFiles },
  { name: 'hooks-live', look: checkProbe },
]

/** Puts hooks and pins in place anew; a copy of our code that somebody changed goes first. */
export function reinstall({ repository, policy }: Scene): Remedy | null {
  if (policy === null || isForeignBuild(repository)) return null
  return {
    name: 'install the hooks anew',
    run: () => {
      for (const name of changedCode(repository)) rmSync(join(ownCodeDir(repository), name), { force: true })
      if (changedCode(repository).length > 0) rmSync(ownCodeDir(repository), { recursive: true, force: true })
      installHooks(repository, policy)
    },
  }
}

/** A branch's own build that is not the installed code to the letter: it may look, not write. */
function isForeignBuild(repository: Repository): boolean {
  const isSame = () => readInstalled(repository)?.code === buildId() && changedCode(repository).length === 0
  return isBranchsOwnBuild(repository) && !isSame()
}

function checkHooksPath(scene: Scene): Finding[] {
  const { repository, policy } = scene
  if (!isInstalled(repository)) {
    if (policy?.settingsFrom === 'defaults')
      return [problem('Lanekeeper was never adopted here', 'npx lanekeeper init')]
    return [problem('hooks were never installed in this clone', 'npx lanekeeper install', reinstall(scene))]
  }
  const { local, effective } = hooksPathOf(repository)
  if (isPinned(repository) && local === hooksDir(repository))
    return [ok(`core.hooksPath is pinned twice (${effective})`)]
  // husky sets it back at each install, in any worktree; the second pin is there for that
  if (isPinned(repository) && local?.startsWith('.husky'))
    return [ok(`core.hooksPath is pinned (${effective}); husky’s ${local} in .git/config does not count`)]
  if (isPinned(repository))
    return [
      problem(`core.hooksPath is ${local ?? 'unset'} in .git/config: one of two pins is left`, FIX, reinstall(scene)),
    ]
  return [problem(`core.hooksPath is ${effective ?? 'unset'} here, not Lanekeeper’s`, FIX, reinstall(scene))]
}

function ownCodeDir(repository: Repository): string {
  return codeDir(repository, buildId())
}

/** Files of our build that the copy has not or has otherwise. */
function changedCode(repository: Repository): string[] {
  if (resolve(buildDir()) === resolve(ownCodeDir(repository))) return []
  const files = readdirSync(buildDir(), { recursive: true, encoding: 'utf8' })
    .filter((name) => !isCodeCache(name))
    .filter((name) => statSync(join(buildDir(), name)).isFile())
  return files.filter((name) => {
    const copy = join(ownCodeDir(repository), name)
    return !existsSync(copy) || !readFileSync(copy).equals(readFileSync(join(buildDir(), name)))
  })
}

function checkTrustedCopy(scene: Scene): Finding[] {
  const { repository } = scene
  const installed = readInstalled(repository)
  if (installed === null) return []
  const isForeign = isForeignBuild(repository)
  if (installed.code !== buildId() && isForeign) return [ok('this worktree’s build is its own branch’s')]
  if (installed.code !== buildId())
    return [warning('the trusted copy is of another version than this package', FIX, reinstall(scene))]
  const changed = changedCode(repository)
  if (changed.length === 0) return [ok('the trusted copy is this package’s code')]
  const files = changed.slice(0, 5).join(', ')
  if (!isForeign) return [problem(`the trusted copy was changed: ${files}`, FIX, reinstall(scene))]
  const inMain = `${commandLine(['cd', repository.mainWorktree])} && ${FIX}`
  return [
    problem(
      `the trusted copy and this worktree’s package differ: ${files}`,
      `The main worktree’s package tells: ${inMain}`,
    ),
  ]
}

/** Every command refreshes them and a hook does not: a commit on the base that changes `.husky` counts from the next one on. */
function checkBaseHooks(scene: Scene): Finding[] {
  const { repository, policy } = scene
  if (policy === null || !isInstalled(repository)) return []
  const stale = staleHooks(repository, baseHooksOf(repository, policy))
  if (stale.length === 0) return [ok(`the hooks of ${policy.base} are those that git runs`)]
  return [warning(`git runs older hooks than ${policy.base} has: ${stale.join(', ')}`, FIX, reinstall(scene))]
}

function readInstalled({ stateDir }: Repository): { readonly code: string; readonly node: string } | null {
  return readJsonIfExists(join(stateDir, 'installed.json'))
}

/** git ignores a hook without the x bit, with one line on stderr that nobody reads. */
function checkHookFiles(scene: Scene): readonly Finding[] {
  const { repository } = scene
  const installed = readInstalled(repository)
  if (installed === null) return []
  const always = OUR_HOOKS.filter((name) => name !== 'reference-transaction').map((name) =>
    join(hooksDir(repository), name),
  )
  const onBase = OUR_HOOKS.map((name) => join(baseHooksDir(repository), name))
  const broken = [...always, ...onBase].filter((path) => !isExecutable(path))
  const findings = [
    ...(broken.length > 0 ? [problem(`missing or not executable: ${broken.join(', ')}`, FIX, reinstall(scene))] : []),
    ...(isExecutable(installed.node)
      ? []
      : [problem(`the hooks start ${installed.node}, which is gone`, FIX, reinstall(scene))]),
  ]
  return orOk(findings, 'every hook is there and executable')
}

/** Whether a file is there and may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Only when git would run our hooks and nobody else's: a probe must not start a project's own pre-commit. */
function checkProbe(scene: Scene): readonly Finding[] {
  const { repository, policy } = scene
  if (!isInstalled(repository)) return []
  if (!isPinned(repository)) return [problem('hooks are not live in this worktree', FIX, reinstall(scene))]
  const isGateHere = policy?.settings.gate === 'everywhere' || branchOf(repository.gitDir) === policy?.base
  const expected = OUR_HOOKS.filter((name) => name !== 'reference-transaction' || isGateHere)
  const ran = hooksThatRun(repository.git, expected)
  const silent = expected.filter((name) => !ran.includes(name))
  if (silent.length === 0) return [ok(`git runs ${ran.join(', ')} in this worktree`)]
  return [problem(`git does not run ${silent.join(', ')} in this worktree`, FIX, reinstall(scene))]
}
