/**
 * Values of a worktree's database variables that hold a password. The ledger is shown, logged and copied into reports,
 * so they have a file of their own beside it, one a role, readable by its owner alone, until the database is gone.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonIfExists, writeAtomically } from '../files.ts'
import type { Repository } from '../repository.ts'

type Values = Readonly<Record<string, string>>
type Place = Pick<Repository, 'stateDir'>

function fileOf({ stateDir }: Place, worktree: string, role: string): string {
  return join(stateDir, 'values', `${worktree}-${encodeURIComponent(role)}.json`)
}

/**
 * Variable → value of a role's database, as its provider wrote them down; empty where none of them is secret.
 * @param worktree the worktree's id
 */
export function readValues(place: Place, worktree: string, role: string): Values {
  return readJsonIfExists<Values>(fileOf(place, worktree, role)) ?? {}
}

/** Writes them down, before the ledger calls the database ready. Throws `file-system`. */
export function writeValues(place: Place, worktree: string, role: string, values: Values): void {
  writeAtomically(fileOf(place, worktree, role), `${JSON.stringify(values)}\n`)
}

/** Forgets them, once the database is gone. */
export function forgetValues(place: Place, worktree: string, role: string): void {
  rmSync(fileOf(place, worktree, role), { force: true })
}
