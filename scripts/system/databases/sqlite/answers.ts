/** What a person is told about SQLite files, word for word as databases.md section 7 has it. */
import type { DatabaseSettings } from '../../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { SETTINGS_FILE } from '../../../policy/settings.ts'
import type { DatabaseRecord } from '../../ledger.ts'

const AGAIN = 'npx lanekeeper setup'

/** S1. */
export function nothingAt({ source, vars }: DatabaseRecord, { migrate }: DatabaseSettings): string {
  const command = migrate.length > 0 ? migrate.join(' && ') : 'npx lanekeeper run -- <your migrate command>'
  return `No database at ${source} (from ${vars.join(', ')}). Created nothing. Run your migrations in this worktree: ${command}`
}

/** S2. */
export function wasThereFirst({ resource, role }: DatabaseRecord): string {
  return `${resource} already exists and was not made by lanekeeper; left untouched. Delete it or set databases.${role}.path.`
}

/** S3. */
export function severalCandidates(variable: string, value: string, role: string, one: string, two: string) {
  return new LanekeeperError(
    'database',
    `${variable}=${value} could mean ${one} or ${two}. Set databases.${role}.source in ${SETTINGS_FILE}.`,
    { hint: `Commit it on the base, then: ${AGAIN}` },
  )
}

/** S4. */
export function noEngine(path: string): LanekeeperError {
  return new LanekeeperError(
    'database',
    `Cannot copy ${path} safely: this Node (${process.version}) has no node:sqlite and neither libsql, better-sqlite3 nor the sqlite3 command was found. A plain file copy can corrupt a live database. Install one: npm i -D libsql`,
    { hint: `Then: ${AGAIN}` },
  )
}

/** S5, or whatever else SQLite said. @param again the command to repeat */
export function explained(path: string, cause: unknown, again = AGAIN): LanekeeperError {
  if (cause instanceof LanekeeperError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  if (/locked|busy/i.test(said))
    return new LanekeeperError('database', `${path} is locked by another process. Stop the writer or retry: ${again}`, {
      cause,
    })
  return new LanekeeperError('database', `Cannot copy ${path}: ${said}.`, { hint: `Then retry: ${again}`, cause })
}

/** S6. */
export function damaged(path: string, said: string): LanekeeperError {
  return new LanekeeperError(
    'database',
    `The copy of ${path} failed integrity_check (${said}). The source itself may be damaged; nothing was installed.`,
    { hint: `Mend the source, then: ${AGAIN}` },
  )
}

/** E3. */
export function notOurs(path: string): LanekeeperError {
  return new LanekeeperError(
    'database',
    `"${path}" exists but carries no mark of this repository; refusing to use or drop it.`,
    { hint: `Move it away, then: ${AGAIN}` },
  )
}
