/** Where a file of the worktree really is. Nothing that we write leaves the worktree by a link or by `..`. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { isErrno } from './files.ts'

export type Located =
  /** Absolute path without links, and the same from the worktree's root. */
  | { readonly path: string; readonly relative: string }
  | { readonly refused: string }
  /** Its directory is not in this branch. */
  | { readonly missing: string }

/** Finds where writing `file` (from the worktree's root) would land. */
export function locateInWorktree(root: string, file: string): Located {
  if (isAbsolute(file) || relative(root, resolve(root, file)).startsWith('..'))
    return { refused: `${file} is not inside the worktree` }
  const directory = realOf(dirname(join(root, file)))
  if (directory === null) return { missing: dirname(file) }
  const path = linkTarget(join(directory, basename(file)))
  const inside = relative(realpathSync(root), path)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    return { refused: `${file} leads out of the worktree, to ${path}` }
  if (inside === '.git' || inside.startsWith('.git/')) return { refused: `${file} leads into git's own directory` }
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile()) return { refused: `${file} is not a regular file` }
  return { path, relative: inside.replaceAll('\\', '/') }
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null
    throw cause
  }
}

/** The end of a chain of links, also where nothing is there yet. */
function linkTarget(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path
  const real = realOf(path)
  if (real !== null) return real
  const target = resolve(dirname(path), readlinkSync(path))
  return join(realOf(dirname(target)) ?? dirname(target), basename(target))
}
