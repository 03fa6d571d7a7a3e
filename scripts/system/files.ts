/** Small file operations that never leave a half-written file behind. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { randomHex } from './random.ts'

/** Text of a file, or null where there is none. Throws `file-system` when it exists but cannot be read. */
export function readIfExists(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return null
    throw fileSystemError('read', path, cause)
  }
}

/** Where a worktree is, and where git keeps what it knows of it. */
interface WorktreePlace {
  readonly root: string
  readonly gitDir: string
}

/**
 * Replaces a file in one step: temporary file in the same directory, fsync, rename. After a crash at any point the old
 * text or the new one is there.
 * @param mode permission bits of the new file; 0o600 unless it holds nothing private
 * @param durable false for what can be generated again: no fsync, so a power cut may take it
 * @param worktree the one the file lies in. The temporary file is then made in its git dir, since a kill must not leave one
 *   in a work tree, where `git add -A` would commit it; beside the file after all where that is another file system. And
 *   nothing is written once the worktree is gone: it would come back as a directory of nobody's
 * @throws `file-system` (disk full, no permission); the old file is untouched then
 */
export function writeAtomically(
  path: string,
  text: string | Uint8Array,
  { mode = 0o600, durable = true, worktree }: { mode?: number; durable?: boolean; worktree?: WorktreePlace } = {},
): void {
  const temporary = `${worktree ? join(worktree.gitDir, basename(path)) : path}.${process.pid}.${randomHex(4)}.tmp`
  try {
    if (!worktree || existsSync(worktree.root)) mkdirSync(dirname(path), { recursive: true })
    const file = openSync(temporary, 'wx', mode)
    try {
      writeFileSync(file, text)
      if (durable) fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    discard(temporary)
    if (worktree && isErrno(cause, 'EXDEV')) writeAtomically(path, text, { mode, durable })
    else throw fileSystemError('write', path, cause)
  }
}

/**
 * Writes JSON that can be found out again; failing to is no failure of the command, since a read-only repository has a
 * status and a policy all the same. Nothing of ours is made in a repository that was never adopted.
 * @param path below our own directory: `<common>/lanekeeper/cache/<name>.json`
 */
export function writeCache(path: string, data: unknown): void {
  if (!existsSync(dirname(dirname(path)))) return
  try {
    writeAtomically(path, JSON.stringify(data), { durable: false })
  } catch {
    // found out again next time
  }
}

/**
 * Makes a file unless one is there: complete from its first moment, since it is linked into place.
 * @returns false where something of that name exists
 * @throws `file-system`
 */
export function createExclusively(path: string, text: string, { mode = 0o600 }: { mode?: number } = {}): boolean {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomHex(4)}.tmp`)
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx' })
    linkSync(temporary, path)
    return true
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return false
    throw fileSystemError('write', path, cause)
  } finally {
    discard(temporary)
  }
}

/** Removes a temporary file of ours; what stands in the way was told already, by the error that led here. */
export function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // ENOTDIR, EACCES, EROFS: nothing was written there either
  }
}

/** JSON of a file, or null where there is none or it is not JSON (a torn file from another tool). */
export function readJsonIfExists<T>(path: string): T | null {
  const text = readIfExists(path)
  if (text === null) return null
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** The error a person sees when the disk or its permissions are in the way. */
export function fileSystemError(verb: string, path: string, cause: unknown): LanekeeperError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  const hints: Record<string, string> = {
    ENOSPC:
      'The disk is full. Free some space (npx lanekeeper gc --dry-run shows what vanished worktrees left), then repeat.',
    EACCES: 'Give yourself permission to it, then repeat.',
    EPERM: 'Give yourself permission to it, then repeat.',
    EROFS: 'The file system is read-only.',
  }
  const hint = hints[code]
  const reason = cause instanceof Error ? cause.message.replace(/^E[A-Z]+: /, '') : String(cause)
  return new LanekeeperError(
    'file-system',
    `Cannot ${verb} ${path}: ${reason} (${code}).`,
    hint ? { hint, cause } : { cause },
  )
}
