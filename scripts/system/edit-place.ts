/** Where a write would really land: through links, and for what is not there yet through what is. */
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

/** As deep as the kernel follows links. */
const MOST_LINKS = 40

/** The absolute path a write to `path` ends at: the deepest existing parent's real path, and links to what is not there followed. */
export function realPlace(path: string, links = 0): string {
  if (existsSync(path)) return realpathSync(path)
  const target = links < MOST_LINKS ? danglingTarget(path) : null
  if (target !== null) return realPlace(resolve(dirname(path), target), links + 1)
  const parent = dirname(path)
  return parent === path ? path : join(realPlace(parent, links), basename(path))
}

function danglingTarget(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null
  } catch {
    // nothing there, or a file where a directory should be
    return null
  }
}

/** `path` below `root` with `/`, or null where it is not inside. Both are real. */
export function placeInside(root: string, path: string): string | null {
  const way = relative(root, path)
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way
    ? null
    : way.split(sep).join('/')
}

/** The root of the worktree (of any repository) that a directory, there or not, lies in; null for none. */
export function worktreeRootAbove(dir: string): string | null {
  for (let at = resolve(dir); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return null
  }
}

/** Of these paths below a root, those where something is. */
export function existingPaths(root: string, paths: readonly string[]): Set<string> {
  return new Set(paths.filter((path) => existsSync(join(root, path))))
}
