/**
 * `.worktreeinclude` (the convention of Claude Code, worktrunk and gtr): gitignore patterns of ignored files that a new
 * worktree gets a copy of. A file is copied when a pattern matches it *and* git ignores it; git decides both. A file that
 * is there already is never overwritten.
 */
import { constants, copyFileSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withoutBlock } from '../policy/env-file.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { fileSystemError, isErrno, readIfExists } from './files.ts'
import type { Repository } from './repository.ts'
import { locateInWorktree } from './worktree-file.ts'

const INCLUDE_FILE = '.worktreeinclude'

export interface IncludedFiles {
  /** Every listed file that the worktree has now, from its root. */
  readonly present: readonly string[]
  /** Those that were copied just now. */
  readonly copied: readonly string[]
  readonly problems: readonly LanekeeperError[]
}

/** Copies what the main worktree's `.worktreeinclude` lists. */
export function copyIncludedFiles(repository: Repository): IncludedFiles {
  const present: string[] = []
  const copied: string[] = []
  const problems: LanekeeperError[] = []
  for (const file of listedFiles(repository)) {
    try {
      if (copyFile(repository, file)) copied.push(file)
      present.push(file)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      problems.push(error)
    }
  }
  return { present, copied, problems }
}

/** Ignored files of the main worktree that the patterns name; dependencies are another step's. */
function listedFiles(repository: Repository): string[] {
  if (repository.mainWorktree === repository.commonDir) return []
  if (readIfExists(join(repository.mainWorktree, INCLUDE_FILE)) === null) return []
  const main = repository.git.at(repository.mainWorktree)
  const matching = main
    .nul(['ls-files', '-z', '--others', '--ignored', `--exclude-from=${INCLUDE_FILE}`])
    .filter((file) => !file.endsWith('/') && !`/${file}`.includes('/node_modules/'))
  if (matching.length === 0) return []
  return main
    .attempt(['check-ignore', '-z', '--stdin'], { input: `${matching.join('\0')}\0` })
    .stdout.split('\0')
    .slice(0, -1)
}

function copyFile(repository: Repository, file: string): boolean {
  const source = join(repository.mainWorktree, file)
  // a link to a directory, a socket: nothing to copy
  if (!statSync(source, { throwIfNoEntry: false })?.isFile()) return false
  makeParent(repository, file)
  const target = locateInWorktree(repository.root, file)
  if ('refused' in target) throw notCopied(file, target.refused)
  if ('missing' in target) throw notCopied(file, `${target.missing} is not a directory here`)
  try {
    copyFileSync(source, target.path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return true
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw fileSystemError('copy', source, cause)
    if (!isOursAlone(target.path)) return false
    copyFileSync(source, target.path, constants.COPYFILE_FICLONE)
    return true
  }
}

/** Holds our block and not a line more: we made it, before the list named it. */
function isOursAlone(path: string): boolean {
  const text = readIfExists(path) ?? ''
  return text !== '' && withoutBlock(text) === ''
}

/** Makes the directories on the way, none of them outside: each existing one is looked at before the next is made. */
function makeParent(repository: Repository, file: string): void {
  const parent = dirname(file)
  if (parent === '.') return
  makeParent(repository, parent)
  const path = join(repository.root, parent)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  const target = locateInWorktree(repository.root, parent)
  if (!('path' in target)) return
  try {
    mkdirSync(target.path)
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw fileSystemError('make', path, cause)
  }
}

function notCopied(file: string, why: string): LanekeeperError {
  return new LanekeeperError('env-file', `${file} (${INCLUDE_FILE}) was not copied: ${why}.`, {
    hint: 'Replace the link by a directory of the worktree, then repeat: npx lanekeeper setup',
  })
}
