/** Merging a task's branch: foretold without a work tree, made in a throw-away one, and moved to the base in one step. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Git } from './git.ts'
import { appliedCommit } from './head.ts'
import { commitOf } from './history.ts'
import { dirtyFiles } from './removal-facts.ts'
import { takeBackMove } from './take-back-move.ts'
import { listWorktrees, type Worktree } from './worktrees.ts'

/** No hook of the project runs in the throw-away worktree, and nobody's taste in merges changes the outcome. */
const OWN_TERMS = ['-c', 'core.hooksPath=/dev/null', '-c', 'rerere.enabled=false', '-c', 'merge.log=false'] as const

export type Merged =
  | { readonly kind: 'merged'; readonly commit: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }

/**
 * Merges a commit into the detached HEAD of a throw-away worktree, always as a merge commit.
 * @throws `git` when git could not even try (no identity, unrelated histories)
 */
export function mergeInto(git: Git, tip: string, subject: string, trailer: string): Merged {
  const terms = ['--no-ff', '--no-edit', '--no-squash', '--commit', '--no-autostash', '--no-stat', '--quiet']
  const { status, stderr, stdout } = git.attempt([...OWN_TERMS, 'merge', ...terms, '-m', subject, '-m', trailer, tip])
  if (status === 0) return { kind: 'merged', commit: git.text(['rev-parse', 'HEAD']) }
  const files = git.nul(['diff', '--name-only', '--diff-filter=U', '-z'])
  if (files.length > 0) return { kind: 'conflict', files }
  throw new LanekeeperError('git', `git could not merge ${tip.slice(0, 10)}: ${(stderr || stdout).trim()}`)
}

/**
 * What merging would give: its tree, and the files that conflict. Nothing is touched.
 * git's status is 1 for a conflict and for an unknown revision alike: the first field being an object id decides.
 */
export function foretellMerge(git: Git, into: string, tip: string): { tree: string; conflicts: readonly string[] } {
  const { stdout, stderr } = git.attempt([
    'merge-tree',
    '--write-tree',
    '--name-only',
    '--no-messages',
    '-z',
    into,
    tip,
  ])
  const [tree = '', ...conflicts] = stdout.split('\0').filter((field) => field !== '')
  if (/^[0-9a-f]{40,}$/.test(tree)) return { tree, conflicts }
  throw new LanekeeperError('git', `git could not foretell the merge of ${tip}: ${stderr.trim()}`)
}

/** Where a branch is checked out, or null. */
export function checkoutOf(git: Git, branch: string): Worktree | null {
  return listWorktrees(git).find((worktree) => worktree.branch === branch && !worktree.isPrunable) ?? null
}

/**
 * Uncommitted changes at the base's checkout that the move would run into.
 * @throws `unsafe` naming them, or the merge that is unfinished there
 */
export function assertCheckoutReady(git: Git, checkout: Worktree, from: string, to: string): void {
  const at = commandLine(['git', '-C', checkout.path])
  const unfinished = checkout.gitDir === null ? null : unfinishedHead(git, checkout.gitDir)
  if (unfinished)
    throw new LanekeeperError('unsafe', `${checkout.path} is in the middle of a merge or pick (${unfinished}).`, {
      hint: `Finish it: ${at} commit\nOr give it up: ${at} reset --merge`,
    })
  const touched = new Set(git.nul(['diff-tree', '-r', '--name-only', '--no-renames', '-z', from, to]))
  const inTheWay = dirtyFiles(git.at(checkout.path), { untracked: 'all' }).filter((line) =>
    touched.has(line.slice(line.indexOf(' ') + 1)),
  )
  if (inTheWay.length > 0) throw dirtyCheckout(checkout.path, inTheWay, at)
}

function unfinishedHead(git: Git, gitDir: string): string | null {
  if (existsSync(join(gitDir, 'MERGE_HEAD'))) return 'MERGE_HEAD'
  const names = ['CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const
  return names.find((name) => appliedCommit(git, gitDir, name) !== null) ?? null
}

function dirtyCheckout(path: string, files: readonly string[], at: string): LanekeeperError {
  const named = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '')
  return new LanekeeperError('unsafe', `${path} has uncommitted changes to files that landing changes: ${named}.`, {
    hint: `Commit them, or put them aside: ${at} stash push --include-untracked\nThen repeat.`,
  })
}

/**
 * Moves the base to a tested merge, if it still stands where the merge was made.
 * @returns false when the base moved meanwhile; nothing is changed then
 * @throws `unsafe` when the base's checkout is in the way, `refused` with the gate's words when a hook refuses
 */
export function moveBase(git: Git, base: string, from: string, to: string): boolean {
  if (commitOf(git, `refs/heads/${base}`) !== from) return false
  const checkout = checkoutOf(git, base)
  if (checkout === null) return updateRef(git, base, from, to)
  const terms = ['--ff-only', '--no-squash', '--no-autostash', '--no-overwrite-ignore', '--no-stat', '--quiet']
  const { status, stderr, stdout } = git.at(checkout.path).attempt(['merge', ...terms, to])
  const now = commitOf(git, `refs/heads/${base}`)
  if (status === 0 && now === to) return true
  if (now !== from) return false
  takeBackMove(git, checkout.path, from, to)
  throw notMoved(base, `${stderr}${stdout}`, commandLine(['git', '-C', checkout.path, 'status']))
}

function updateRef(git: Git, base: string, from: string, to: string): boolean {
  const message = `lanekeeper land ${to.slice(0, 10)}`
  const { status, stderr } = git.attempt(['update-ref', '-m', message, `refs/heads/${base}`, to, from])
  if (status === 0) return true
  if (commitOf(git, `refs/heads/${base}`) !== from) return false
  throw notMoved(base, stderr, 'git worktree list')
}

function notMoved(base: string, said: string, look: string): LanekeeperError {
  const byGate = said.includes('lanekeeper:')
  return new LanekeeperError(byGate ? 'refused' : 'unsafe', `git did not move ${base}:\n${said.trim()}`, {
    hint: `See what is in the way: ${look}`,
  })
}
