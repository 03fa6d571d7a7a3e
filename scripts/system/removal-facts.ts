/** What stands against taking a worktree away, asked of git, the ledger and the ports. */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { RemovalFacts } from '../policy/removal.ts'
import type { Git } from './git.ts'
import { isHalfMade } from './half-made.ts'
import type { WorktreeRecord } from './ledger.ts'
import { listenersOn } from './listeners.ts'
import type { Repository } from './repository.ts'
import { openTmux } from './tmux.ts'
import { setUpProcess } from './worktree-lock.ts'
import type { Worktree } from './worktrees.ts'

/** Written by us into every worktree and kept out of git; left untracked only where info/exclude was rewritten. */
const OUR_FILES = new Set(['TASK.md', 'WORKTREE.md', 'TASKS.md', '.lanekeeper/'])

/**
 * Collects the facts; changes nothing.
 * @param base the branch the worktree's work lands on
 * @param cwd where the person stands
 */
export function removalFacts(
  { git, env }: Pick<Repository, 'git' | 'env'>,
  worktree: Worktree,
  record: WorktreeRecord | null,
  { base, cwd }: { base: string; cwd: string },
): RemovalFacts {
  const { path, branch, isMain, isLocked, lockReason } = worktree
  const isThere = existsSync(path)
  return {
    path,
    branch,
    base,
    isMain,
    isLocked,
    lockReason,
    isHere: isInside(cwd, path),
    // of a checkout that was cut short git would say that everything is deleted, or nothing at all
    dirty: isThere && !isHalfMade(worktree.gitDir) ? dirtyFiles(git.at(path)) : [],
    unmerged: unmergedCommits(git, worktree, base),
    unpushed: isThere ? unpushedSubmodules(git.at(path), worktree) : [],
    alive: whatRuns(worktree, record, env),
  }
}

/**
 * Changed and untracked files, ignored and generated ones left out, as `M src/a.ts`.
 * @param untracked `normal` names a new directory once, `all` every file in it
 */
export function dirtyFiles(git: Git, { untracked = 'normal' }: { untracked?: 'normal' | 'all' } = {}): string[] {
  const fields = git.nul(['status', '--porcelain', '-z', `--untracked-files=${untracked}`, '--ignore-submodules=none'])
  const files: string[] = []
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] ?? ''
    const [letters, path] = [field.slice(0, 2), field.slice(3)]
    // a rename or copy is followed by where it came from
    if (/[RC]/.test(letters)) index++
    if (letters !== '??' || !OUR_FILES.has(path)) files.push(`${letters.trim()} ${path}`)
  }
  return files
}

/** How many commits would be lost: 0 when the base contains the tip, or when merging the tip would change nothing (squash). */
export function unmergedCommits(git: Git, { head, branch }: Pick<Worktree, 'head' | 'branch'>, base: string): number {
  if (/^0*$/.test(head)) return 0
  const { status, stdout } = git.attempt(['rev-list', '--count', head, '--not', `refs/heads/${base}`])
  const ahead = status === 0 ? Number(stdout) : 1
  if (ahead === 0 || bringsNothing(git, head, base)) return 0
  return branch === null && isOnAnyRef(git, head) ? 0 : ahead
}

/** Whether merging the commit into the base would leave the base's tree as it is. */
export function bringsNothing(git: Git, commit: string, base: string): boolean {
  const merged = git.attempt(['merge-tree', '--write-tree', `refs/heads/${base}`, commit])
  const tree = git.attempt(['rev-parse', '--verify', '--quiet', `refs/heads/${base}^{tree}`]).stdout.trim()
  return merged.status === 0 && tree !== '' && merged.stdout.split('\n')[0] === tree
}

/** A linked worktree's submodules have git dirs of their own inside its git dir: they go with it, commits and all. */
function unpushedSubmodules(git: Git, { gitDir }: Worktree): string[] {
  if (gitDir === null || !existsSync(join(gitDir, 'modules'))) return []
  const count = 'git rev-list --count HEAD --branches --not --remotes'
  const script = `printf '%s %s\\0' "$(${count})" "$displaypath"`
  const lines = git.nul(['submodule', 'foreach', '--quiet', '--recursive', script])
  return lines
    .filter((line) => !line.startsWith('0 '))
    .map(
      (line) =>
        `${line.slice(line.indexOf(' ') + 1)} has ${line.slice(0, line.indexOf(' '))} commits that no remote of it has`,
    )
}

/** A detached HEAD loses nothing while a branch or tag holds its commit. */
function isOnAnyRef(git: Git, commit: string): boolean {
  return git.text(['for-each-ref', '--count=1', '--contains', commit, 'refs/heads', 'refs/tags', 'refs/remotes']) !== ''
}

function whatRuns({ gitDir, path }: Worktree, record: WorktreeRecord | null, env: NodeJS.ProcessEnv): string[] {
  if (record === null) return []
  const ports = Object.entries(record.ports?.ports ?? {})
  const listeners = listenersOn(new Set(ports.map(([, port]) => port)), env)
  const busy = ports.flatMap(([name, port]) => {
    const listener = listeners.get(port)
    // a process that stands elsewhere only borrows the port: it loses nothing when this worktree goes
    if (!listener || (listener.cwd !== null && !isInside(listener.cwd, path))) return []
    const by = listener.pid ? ` by ${listener.program ?? 'process'} ${listener.pid}` : ''
    return [`port ${port} (${name}) is in use${by}`]
  })
  // a worker that found everything done is about to end: nobody has to wait for it
  const worker = Object.values(record.steps).some(({ state }) => state === 'pending') ? record.worker : null
  const busyWithIt = setUpProcess(gitDir, worker)
  const windows = openTmux(env).windows()
  const agents = windows.filter(({ worktree, isAlive }) => worktree === record.id && isAlive)
  return [
    ...busy,
    ...(busyWithIt ? [`its set-up (process ${busyWithIt.split(' ')[0]})`] : []),
    ...agents.map(({ id, session }) => `an agent (tmux window ${session}:${id})`),
  ]
}

/** Whether a directory is the other or lies below it. */
export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way === '' || (way !== '..' && !way.startsWith('../') && !way.startsWith('/'))
}
