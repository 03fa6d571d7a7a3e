/** What there is of Docker Compose in the main worktree and in a linked one. Reads; Compose itself is never run. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  COMPOSE_ENV_FILE,
  COMPOSE_VARIABLE,
  composeFilesOf,
  composeMode,
  plainProjectName,
  worktreeProjectName,
} from '../policy/databases/compose.ts'
import type { Settings } from '../policy/settings.ts'
import { readEnvFile, userVariables, type Variables } from './env-files.ts'
import { readIfExists } from './files.ts'
import type { WorktreeRecord } from './ledger.ts'
import type { Repository } from './repository.ts'
import { worktreeSlug } from './worktree-facts.ts'

export interface ComposeProject {
  /** The project that the worktree's containers belong to. */
  readonly name: string
  /** It is the main worktree's. */
  readonly isShared: boolean
  /** A plain `docker compose` there would take another one, were it not for our block in `.env`. */
  readonly needsEnvFile: boolean
}

/** The project of a linked worktree; null where there is nothing to do, and where the env files say it themselves. */
export function composeProjectOf(
  { root, mainWorktree, commonDir }: Pick<Repository, 'root' | 'mainWorktree' | 'commonDir'>,
  settings: Settings,
  record: Pick<WorktreeRecord, 'id' | 'task' | 'branch' | 'path'>,
): ComposeProject | null {
  if (mainWorktree === commonDir || settings.env.some(({ set }) => COMPOSE_VARIABLE in set)) return null
  const mode = modeFor(settings, mainWorktree)
  if (mode === 'none') return null
  const own = { slug: worktreeSlug(record), id: record.id }
  const name = worktreeProjectName(mode, projectIn(mainWorktree, ownVariables(mainWorktree)), own)
  if (name === null) return null
  return { name, isShared: mode === 'shared', needsEnvFile: projectIn(root, ownVariables(root)) !== name }
}

/** The project that a plain `docker compose` takes in a directory, our block in its `.env` and all. */
export function plainProjectIn(root: string): string | null {
  return projectIn(root, readEnvFile(join(root, COMPOSE_ENV_FILE)))
}

/** `.env` where a set-up may have to write to it: git is asked about it together with the other files. */
export function composeEnvFiles(repository: Pick<Repository, 'mainWorktree'>, settings: Settings): string[] {
  return modeFor(settings, repository.mainWorktree) === 'none' ? [] : [COMPOSE_ENV_FILE]
}

function modeFor(settings: Settings, mainWorktree: string) {
  return composeMode(settings, () => filesIn(mainWorktree, ownVariables(mainWorktree)).length > 0)
}

function ownVariables(root: string): Variables {
  return userVariables(join(root, COMPOSE_ENV_FILE))
}

function filesIn(root: string, env: Variables): string[] {
  return composeFilesOf(env, (file) => existsSync(join(root, file)))
}

/** The project's directory is the one of its first file, which is the last of ours. */
function projectIn(root: string, env: Variables): string | null {
  const files = filesIn(root, env)
  const texts = files.map((file) => readIfExists(join(root, file)) ?? '')
  const directory = basename(dirname(join(root, files.at(-1) ?? '.env')))
  return plainProjectName({ directory, env, files: texts })
}
