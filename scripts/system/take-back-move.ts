/**
 * A move of a checkout that broke off: git writes files, then the index, then the ref, and a full disk, a kill or a hook
 * that says no leaves the first of them done (found by the simulator).
 */
import { lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, SUBMODULE_MODE, SYMLINK_MODE } from '../policy/changes.ts'
import type { Git } from './git.ts'
import { changesBetween } from './history.ts'

const FROM_STDIN = ['--pathspec-from-file=-', '--pathspec-file-nul']

/**
 * Puts files and index back to where they were before a fast-forward that did not get as far as the ref. Only what lies
 * there exactly as the move wrote it: what somebody has changed since stays.
 * @param root of the checkout, which is at `from` still
 * @returns whether nothing of the move is left
 */
export function takeBackMove(git: Git, root: string, from: string, to: string): boolean {
  const at = git.at(root).with({ GIT_LITERAL_PATHSPECS: '1' })
  const changes = changesBetween(git, from, to)
  const written = asWritten(at, root, changes)
  const added = written.filter(({ status }) => status === 'A').map(({ path }) => path)
  const others = written.filter(({ status }) => status !== 'A').map(({ path }) => path)
  const input = (paths: readonly string[]) => ({ input: `${paths.join('\0')}\0` })
  if (others.length > 0)
    at.attempt(['restore', `--source=${from}`, '--staged', '--worktree', ...FROM_STDIN], input(others))
  // while something holds the index (or the disk is full) a file that went would be an unfinished deletion
  const terms = ['--cached', '--quiet', '--force', '--ignore-unmatch']
  if (added.length > 0 && at.attempt(['rm', ...terms, ...FROM_STDIN], input(added)).status === 0)
    for (const path of added) rmSync(join(root, path), { force: true })
  return written.length === 0 || asWritten(at, root, changes).length === 0
}

function asWritten(at: Git, root: string, changes: readonly Change[]): Change[] {
  const files = changes.filter((change) => kindOf(root, change) === 'file')
  // one id a line, so a name with a line break in it is not asked for, and its file stays
  const plain = files.filter(({ path }) => !path.includes('\n'))
  const { stdout } = at.attempt(['hash-object', '--stdin-paths'], {
    input: plain.map(({ path }) => `${path}\n`).join(''),
  })
  const ids = stdout.split('\n')
  const isSame = new Set(plain.filter(({ oid }, index) => ids[index] === oid))
  return changes.filter((change) => {
    if (change.status === 'D') return kindOf(root, change) === 'nothing'
    if (change.newMode === SYMLINK_MODE) return isSameLink(at, root, change)
    return isSame.has(change) || (plain.includes(change) && isBeginning(at, root, change))
  })
}

/** A full disk leaves as much of a file as there was room for. */
function isBeginning(at: Git, root: string, { path, oid, newMode }: Change): boolean {
  if (newMode === SUBMODULE_MODE) return false
  const there = readFileSync(join(root, path))
  const whole = at.bytes(['cat-file', 'blob', oid])
  return there.length < whole.length && there.equals(whole.subarray(0, there.length))
}

function kindOf(root: string, { path }: Change): 'file' | 'link' | 'nothing' | 'other' {
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
  if (stat === undefined) return 'nothing'
  return stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'link' : 'other'
}

function isSameLink(at: Git, root: string, change: Change): boolean {
  if (kindOf(root, change) !== 'link') return false
  return at.text(['hash-object', '--stdin'], { input: readlinkSync(join(root, change.path)) }) === change.oid
}
