/**
 * Who is who: a random id for this clone and one for each worktree. Paths, branches and admin ids are all reused;
 * these ids never are, so a resource is never taken for another worktree's.
 */

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createExclusively, fileSystemError, readJsonIfExists, writeAtomically } from './files.ts'
import { randomHex } from './random.ts'
import type { Repository } from './repository.ts'

interface CloneFile {
  readonly id: string
  /** Where the common dir was when the id was made: a clone copied with `cp -r` gets an id of its own. */
  readonly path: string
}

/** The id of this clone; made once. A copied clone mints a new one, and its resources count as foreign to the old. */
export function cloneId(repository: Repository): string {
  const file = join(repository.stateDir, 'clone.json')
  const known = readJsonIfExists<CloneFile>(file)
  if (known?.path === repository.commonDir) return known.id
  const mine: CloneFile = { id: randomHex(8), path: repository.commonDir }
  const text = `${JSON.stringify(mine)}\n`
  makeDirectory(repository.stateDir)
  if (known !== null) writeAtomically(file, text)
  else if (!createExclusively(file, text)) return readJsonIfExists<CloneFile>(file)?.id ?? mine.id
  return mine.id
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (cause) {
    throw fileSystemError('make', path, cause)
  }
}

/** Our corner of a worktree's own git dir. It vanishes with `git worktree remove` and survives `git worktree move`. */
export function worktreeStateDir(gitDir: string): string {
  return join(gitDir, 'lanekeeper')
}

/** The id of the worktree that owns this git dir, or null when it was never provisioned. */
export function knownWorktreeId(gitDir: string): string | null {
  const file = join(worktreeStateDir(gitDir), 'id')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

/** The id of the worktree that owns this git dir; made once. */
export function worktreeId(gitDir: string): string {
  const known = knownWorktreeId(gitDir)
  if (known) return known
  const id = randomHex(8)
  makeDirectory(worktreeStateDir(gitDir))
  // of two at once one makes it, and both use it
  return createExclusively(join(worktreeStateDir(gitDir), 'id'), `${id}\n`) ? id : (knownWorktreeId(gitDir) ?? id)
}
