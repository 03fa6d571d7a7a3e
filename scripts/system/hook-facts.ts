/** Looks at who runs git's hooks here, before we put ours in. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type HookFacts, LEFTHOOK_SETTINGS } from '../policy/adoption/hooks-owner.ts'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { namesIn, readManifest } from './project-facts.ts'
import type { Repository } from './repository.ts'

/** The facts `foreignHooks` judges. */
export function readHookFacts(repository: Repository): HookFacts {
  const { git, commonDir, mainWorktree, stateDir } = repository
  const { value, scope } = hooksPath(git)
  const hooksDir = join(commonDir, 'hooks')
  const gitHooks = namesIn(hooksDir).filter((name) => !name.endsWith('.sample') && isRunnable(join(hooksDir, name)))
  const topFiles = namesIn(mainWorktree)
  return {
    hooksPath: value,
    hooksPathScope: scope,
    isOurs: value?.startsWith(`${stateDir}/`) === true,
    gitHooks,
    gitHookTexts: new Map(gitHooks.map((name) => [name, readFileSync(join(hooksDir, name), 'latin1')])),
    mainWorktree,
    topFiles,
    manifest: readManifest(mainWorktree, ''),
    huskyText: huskyText(mainWorktree),
    lefthookText: topFiles
      .filter((name) => LEFTHOOK_SETTINGS.test(name))
      .map((name) => readIfExists(join(mainWorktree, name)) ?? '')
      .join('\n'),
  }
}

/** The value git would use, and where it comes from. */
function hooksPath(git: Git): { value: string | null; scope: string | null } {
  const { stdout } = git.attempt(['config', '--show-scope', '-z', '--get', 'core.hooksPath'])
  const [scope, value] = stdout.split('\0')
  return value ? { value, scope: scope ?? null } : { value: null, scope: null }
}

/** git ignores a hook without the x bit. */
function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function huskyText(mainWorktree: string): string {
  const dir = join(mainWorktree, '.husky')
  const files = namesIn(dir).filter((name) => statSync(join(dir, name)).isFile())
  return files.map((name) => readIfExists(join(dir, name)) ?? '').join('\n')
}
