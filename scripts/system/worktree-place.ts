/** Whether a new worktree may be put somewhere: asked before anything is made, so that a refusal leaves nothing behind. */
import { accessSync, constants, existsSync, readdirSync, realpathSync, rmdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { shellQuote } from '../policy/shell-quote.ts'
import { fileSystemError } from './files.ts'
import type { Repository } from './repository.ts'
import { listWorktrees, type Worktree } from './worktrees.ts'

export interface Place {
  /** The real path. */
  readonly path: string
  /** The nearest directory above it that was there before. */
  readonly existing: string
}

/**
 * The place for a new worktree.
 * @param path absolute
 * @throws `file-system` where nothing can be made; `usage` where something is, or where it would litter another worktree
 */
export function checkedPlace(repository: Repository, path: string): Place {
  const wanted = realPathOf(path)
  const existing = nearestDirectory(wanted)
  assertFree(wanted)
  assertWritable(existing, wanted)
  assertOutsideWorktrees(repository, wanted)
  return { path: wanted, existing }
}

/** Takes away the empty directories that a worktree which did not come about left above its place. */
export function tidyPlace({ path, existing }: Place): void {
  try {
    for (let at = dirname(path); at.length > existing.length; at = dirname(at)) rmdirSync(at)
  } catch {
    // not empty, or never made: somebody else's
  }
}

/** git notes the real path of a worktree; a symbolic link on the way would make ours another one. */
function realPathOf(path: string): string {
  const missing: string[] = []
  let at = resolve(path)
  while (!existsSync(at) && dirname(at) !== at) {
    missing.unshift(basename(at))
    at = dirname(at)
  }
  return join(realpathSync(at), ...missing)
}

function nearestDirectory(path: string): string {
  let at = dirname(path)
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  return at
}

function assertFree(path: string): void {
  if (!existsSync(path) || (statSync(path).isDirectory() && readdirSync(path).length === 0)) return
  throw new LanekeeperError('usage', `${path} exists already and is not empty.`, {
    hint: 'Choose another place: --path ../somewhere-else',
  })
}

function assertWritable(directory: string, path: string): void {
  if (!statSync(directory).isDirectory())
    throw new LanekeeperError('file-system', `Cannot make ${path}: ${directory} is not a directory.`, {
      hint: 'Choose another place: --path ../somewhere-else',
    })
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw fileSystemError('make a worktree in', directory, cause)
  }
}

/** Inside another worktree it would show up there as untracked files; a directory that is ignored there is fine. */
function assertOutsideWorktrees(repository: Repository, path: string): void {
  const holders = listWorktrees(repository.git)
    .filter((worktree) => !worktree.isBare && path.startsWith(worktree.path + sep))
    .sort((a, b) => b.path.length - a.path.length)
  const [innermost] = holders
  if (innermost) {
    assertIgnored(repository, innermost, path)
    return
  }
  // a submodule's git dir is its superproject's; asking git costs two processes
  if (basename(repository.commonDir) === '.git') return
  const outer = repository.git
    .at(repository.mainWorktree)
    .attempt(['rev-parse', '--show-superproject-working-tree'])
    .stdout.trim()
  if (outer !== '' && path.startsWith(outer + sep)) throw inside(path, outer, `the superproject ${outer}`)
}

function assertIgnored(repository: Repository, holder: Worktree, path: string): void {
  if (!holder.isMain) throw inside(path, holder.path, `the worktree ${holder.path}`)
  const { status } = repository.git.at(holder.path).attempt(['check-ignore', '--quiet', '--', `${path}/`])
  if (status !== 0) throw inside(path, holder.path, 'the main worktree, and git does not ignore it there')
}

function inside(path: string, holder: string, what: string): LanekeeperError {
  return new LanekeeperError('usage', `${path} would lie inside ${what}.`, {
    hint: `Choose a place outside: ${shellQuote(`--path=${join(dirname(holder), `${basename(holder)}.worktrees`, basename(path))}`)}`,
  })
}
