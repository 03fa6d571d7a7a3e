/**
 * Values of a worktree's database variables that hold a password. The ledger is shown, logged and copied into reports,
 * so they have a file of their own beside it, one a database, readable by its owner alone, until the database is gone.
 * It is named by the database's nonce: when another database takes the role, its values come with it in the same moment.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonIfExists, writeAtomically } from '../files.ts'
import type { DatabaseRecord } from '../ledger.ts'
import type { Repository } from '../repository.ts'

type Values = Readonly<Record<string, string>>
type Place = Pick<Repository, 'stateDir'>
type Named = Pick<DatabaseRecord, 'role' | 'nonce'>

function fileOf({ stateDir }: Place, worktree: string, { role, nonce }: Named): string {
  return join(stateDir, 'values', `${worktree}-${encodeURIComponent(role)}-${nonce}.json`)
}

/**
 * Variable → value of a database, as its provider wrote them down; empty where none of them is secret.
 * @param worktree the worktree's id
 */
export function readValues(place: Place, worktree: string, database: Named): Values {
  return readJsonIfExists<Values>(fileOf(place, worktree, database)) ?? {}
}

/** Writes them down, before the ledger calls the database ready. Throws `file-system`. */
export function writeValues(place: Place, worktree: string, database: Named, values: Values): void {
  writeAtomically(fileOf(place, worktree, database), `${JSON.stringify(values)}\n`)
}

/** Forgets them, once the database is gone. */
export function forgetValues(place: Place, worktree: string, database: Named): void {
  rmSync(fileOf(place, worktree, database), { force: true })
}
