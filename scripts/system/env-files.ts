/** The door to dotenv, which only parses. What the main worktree's env files say, and what our own blocks say. */
import { dirname, join, relative } from 'node:path'
import { parse } from 'dotenv'
import { blockOf, withoutBlock } from '../policy/env-file.ts'
import type { Settings } from '../policy/settings.ts'
import { readIfExists } from './files.ts'
import type { WorktreeRecord } from './ledger.ts'
import type { Repository } from './repository.ts'

export type Variables = Record<string, string>

/** Variables of a dotenv text; the later line wins. */
export function parseEnv(text: string): Variables {
  return { ...parse(text) }
}

/** Variables of an env file as dotenv reads them; none where there is no file. Throws `file-system` when it cannot be read. */
export function readEnvFile(path: string): Variables {
  return parseEnv(readIfExists(path) ?? '')
}

/** The user's variables in a dotenv file (not those of our block); empty where there is no file. */
export function userVariables(path: string): Variables {
  return parseEnv(withoutBlock(readIfExists(path) ?? ''))
}

export interface MainEnvFile {
  /** Path of the configured env file from the worktree's root. */
  readonly file: string
  /** What the main worktree has there: the directory's `.env`, then the file itself over it. */
  readonly values: Variables
}

/** The main worktree's variables, for each env file of the settings. Read from its disk: these files are in no commit. */
export function mainEnvFiles(repository: Repository, settings: Settings): MainEnvFile[] {
  return settings.env.map(({ file }) => {
    const path = join(repository.mainWorktree, file)
    return { file, values: { ...userVariables(join(dirname(path), '.env')), ...userVariables(path) } }
  })
}

/**
 * What our blocks in a worktree's env files say, for `run`, `launch` and set-up commands. The first file wins over the
 * later ones, but in a directory that has a file of its own, that file wins (monorepos).
 * @param cwd where the command runs; the worktree's root by default
 */
export function worktreeEnvironment(
  repository: Repository,
  record: Pick<WorktreeRecord, 'path' | 'envFiles'>,
  cwd: string = repository.root,
): Variables {
  const files = record.envFiles ?? []
  const near = files
    .filter((file) => dirname(file) !== '.' && isInside(join(repository.root, dirname(file)), cwd))
    .sort((a, b) => dirname(a).length - dirname(b).length)
  const order = [...files.filter((file) => !near.includes(file)).reverse(), ...near]
  return Object.assign({}, ...order.map((file) => parseEnv(blockOf(readIfExists(join(repository.root, file)) ?? ''))))
}

function isInside(dir: string, path: string): boolean {
  const way = relative(dir, path)
  return way === '' || !(way.startsWith('..') || way.startsWith('/'))
}
