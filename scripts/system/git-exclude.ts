/** `<common>/info/exclude`: what we write into worktrees and nobody commits. Ours are the lines of one marked block. */
import { join } from 'node:path'
import { blockOf, withBlock } from '../policy/env-file.ts'
import { readIfExists, writeAtomically } from './files.ts'
import { withLock } from './lock.ts'
import type { Repository } from './repository.ts'

const LOCK_WAIT_MS = 10_000

/**
 * Makes git ignore these paths in every worktree of the repository.
 * @param paths from the worktree's root; a directory ends with a slash
 * @returns whether the file changed
 */
export async function excludeFromGit(repository: Repository, paths: readonly string[]): Promise<boolean> {
  const file = join(repository.commonDir, 'info', 'exclude')
  const wanted = paths.map(excludeLine)
  const missing = () => {
    const text = readIfExists(file) ?? ''
    const have = blockOf(text).split('\n')
    return { text, have, lines: wanted.filter((line) => !have.includes(line)) }
  }
  if (missing().lines.length === 0) return false
  return withLock(join(repository.stateDir, 'locks', 'exclude'), LOCK_WAIT_MS, () => {
    const { text, have, lines } = missing()
    if (lines.length === 0) return false
    const block = [...have.filter((line) => line !== ''), ...lines]
    writeAtomically(file, withBlock(text, block), { mode: 0o644, durable: false })
    return true
  })
}

/** Takes our lines out again, for `uninstall`. */
export function removeExcludes(repository: Repository): boolean {
  const file = join(repository.commonDir, 'info', 'exclude')
  const text = readIfExists(file)
  if (text === null || blockOf(text) === '') return false
  writeAtomically(file, withBlock(text, []), { mode: 0o644 })
  return true
}

/** One path, anchored at the root, with nothing in it that is special to gitignore. */
function excludeLine(path: string): string {
  return `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`
}
