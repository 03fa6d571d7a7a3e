/**
 * Work that other people's scripts do in a worktree finds no hooks to replace. lefthook's package, for one, installs its
 * hooks whenever it is installed, wherever core.hooksPath points: that would be the trusted copy, in place of the gate.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from './repository.ts'

/** Gives the work a directory for hooks that is of no use to anybody, and takes it away again. */
export async function withoutHooks<T>({ gitDir }: Repository, work: (hooksPath: string) => Promise<T>): Promise<T> {
  const nowhere = join(gitDir, 'lanekeeper', 'no-hooks')
  mkdirSync(nowhere, { recursive: true })
  try {
    return await work(nowhere)
  } finally {
    rmSync(nowhere, { recursive: true, force: true })
  }
}
