/**
 * What git makes of paths in a worktree: asked together, since a process costs as much as all the rest of a small step.
 * Usually one `check-ignore` answers for everything; only what is not ignored is looked up in the index too.
 */
import type { Settings } from '../policy/settings.ts'
import type { Repository } from './repository.ts'
import { locateInWorktree } from './worktree-file.ts'

/** `open`: neither tracked nor ignored, so the next `git add -A` would take it. */
export type PathState = 'ignored' | 'tracked' | 'open'

/** The state of each path (from the worktree's root, without links on the way). */
export type PathStates = (paths: readonly string[]) => ReadonlyMap<string, PathState>

/**
 * A memory of states for one set-up.
 * @param also paths that will be asked for, so that the first question is the only one
 */
export function openPathStates(repository: Repository, settings: Settings, also: readonly string[]): PathStates {
  const known = new Map<string, PathState>()
  let expected = [...also, ...settings.env.flatMap(({ file }) => located(repository, file))]
  return (paths) => {
    const wanted = [...new Set([...paths, ...expected])].filter((path) => !known.has(path))
    expected = []
    for (const [path, state] of askGit(repository, wanted)) known.set(path, state)
    return known
  }
}

function located(repository: Repository, file: string): string[] {
  const place = locateInWorktree(repository.root, file)
  return 'path' in place ? [place.relative] : []
}

function askGit({ git }: Repository, paths: readonly string[]): [string, PathState][] {
  if (paths.length === 0) return []
  const { stdout } = git.attempt(['check-ignore', '-z', '--stdin'], { input: `${paths.join('\0')}\0` })
  const ignored = new Set(stdout.split('\0'))
  const rest = paths.filter((path) => !ignored.has(path))
  const tracked = new Set(
    rest.length === 0 ? [] : git.nul(['ls-files', '-z', '--', ...rest.map((path) => `:(literal,top)${path}`)]),
  )
  return paths.map((path) => [path, ignored.has(path) ? 'ignored' : tracked.has(path) ? 'tracked' : 'open'])
}
