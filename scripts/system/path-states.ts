/**
 * What git makes of paths in a worktree: asked together, since a process costs as much as all the rest of a small step.
 * Usually one `check-ignore` answers for everything; only what is not ignored is looked up in the index too.
 */
import type { Settings } from '../policy/settings.ts'
import type { Repository } from './repository.ts'
import { gitInEach } from './shells.ts'
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

/**
 * Of these worktrees, those where git ignores all of these files of the root, which is nearly every one: asked in one go.
 * @param names no spaces and nothing that a shell would read
 */
export async function worktreesIgnoring(
  names: readonly string[],
  worktrees: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlySet<string>> {
  const answers = await gitInEach(['check-ignore', '--', ...names], worktrees, env)
  return new Set(worktrees.filter((_, index) => answers[index]?.stdout === `${names.join('\n')}\n`))
}

/** For a worktree where all that will be asked for is known to be ignored. */
export const allIgnored: PathStates = (paths) => new Map(paths.map((path) => [path, 'ignored']))

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
