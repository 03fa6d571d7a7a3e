/** `git worktree move` tells git's own notes of the new place, and nobody else: the ledger learns it at the next set-up. */
import { existsSync, realpathSync } from 'node:fs'
import type { WorktreeRecord } from './ledger.ts'

/** Where a worktree was set up, if that is not `path`, where it is now: what was written there still names the old place. */
export function movedFrom(record: WorktreeRecord | null | undefined, path: string): string | null {
  if (!record || record.path === path || !existsSync(path) || realpathSync(path) === record.path) return null
  return record.path
}

/** The record with the files that went along: in the old place another worktree may have its own by now. */
export function relocated(record: WorktreeRecord, path: string): WorktreeRecord {
  const from = movedFrom(record, path)
  if (from === null) return record
  const databases = record.databases.map((one) =>
    one.resource.startsWith(`${from}/`) ? { ...one, resource: path + one.resource.slice(from.length) } : one,
  )
  return { ...record, path, databases }
}
