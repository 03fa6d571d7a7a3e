/** Migration files where they are: at the base's tip, and in a work tree, committed or not. */
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { type MigrationFile, type MigrationSet, migrationFileOf } from '../policy/migrations/migration-set.ts'
import { literalPrefix, matcherOf } from '../policy/patterns.ts'
import { fileSystemError, isErrno } from './files.ts'
import type { Git } from './git.ts'
import { treeFiles } from './history.ts'

/** The set's migrations at a commit, in the order of their paths. */
export function migrationsAt(git: Git, commit: string, set: MigrationSet): MigrationFile[] {
  return filesOf(set, pathsAt(git, commit, set))
}

/** Every path at a commit that is migration-class. */
export function pathsAt(git: Git, commit: string, { paths }: MigrationSet): string[] {
  return coveredFiles(git, commit, paths).map(({ path }) => path)
}

/** The files of a commit that some pattern covers, with their blobs; only the directories that may hold one are read. */
export function coveredFiles(git: Git, commit: string, patterns: readonly string[]): { path: string; oid: string }[] {
  const below = patterns.map(literalPrefix)
  const isOurs = matcherOf(patterns)
  const files = treeFiles(git, commit, below.includes('') ? [] : [...new Set(below)])
  return files.filter(({ path }) => isOurs(path) !== null)
}

/** The set's migrations in a work tree: tracked, or new and not ignored. */
export function migrationsIn(git: Git, set: MigrationSet): MigrationFile[] {
  return filesOf(set, pathsIn(git, set))
}

/** Every path in a work tree that is migration-class. */
export function pathsIn(git: Git, { paths }: MigrationSet): string[] {
  const isOurs = matcherOf(paths)
  const all = git.nul(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'])
  const deleted = new Set(git.nul(['ls-files', '-z', '--deleted']))
  return all.filter((path) => isOurs(path) !== null && !deleted.has(path)).sort()
}

function filesOf(set: MigrationSet, paths: readonly string[]): MigrationFile[] {
  return paths.map((path) => migrationFileOf(set, path)).filter((file) => file !== null)
}

/**
 * Writes a file that is not there yet.
 * @throws `unsafe` where it is
 */
export function writeNewFile(root: string, path: string, text: string): void {
  const file = join(root, path)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) throw new LanekeeperError('unsafe', `${path} is there already.`)
    throw fileSystemError('write', file, cause)
  }
}

/** Moves a file of a work tree, in the index too where git knows it. */
export function moveFile(git: Git, root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true })
  const isTracked = git.test(['ls-files', '--error-unmatch', '--', from])
  if (isTracked) git.text(['mv', '--', from, to])
  else renameSync(join(root, from), join(root, to))
  removeIfEmpty(dirname(join(root, from)))
}

/** A folder that held one migration. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch (cause) {
    if (!isErrno(cause, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw cause
  }
}

/** Gives a file another text where it is another; tells whether it was. */
export function rewriteFile(root: string, path: string, change: (text: string) => string): boolean {
  const file = join(root, path)
  const before = readFileSync(file, 'utf8')
  const after = change(before)
  if (after === before) return false
  writeFileSync(file, after)
  return true
}
