/** Runs one of the user's commands for a database: its environment, its log, and what is said when it fails. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AGAIN } from '../../../policy/databases/cloud-errors.ts'
import { redacted } from '../../../policy/databases/command-values.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { lastWords } from '../../../policy/last-words.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Repository } from '../../repository.ts'
import { type ProgramResult, runShellLine } from '../../shell.ts'
import type { Access } from '../provider.ts'

export type CommandName = 'create' | 'url' | 'destroy' | 'list'

/** What the commands of one database said, until it is gone. */
export function logOf({ details, nonce }: DatabaseRecord, { stateDir }: Pick<Repository, 'stateDir'>): string {
  return join(stateDir, 'logs', `database-${details?.name ?? nonce}.log`)
}

/** Runs a line in the main worktree's root. Throws `database` where it does not exit with 0. */
export async function runCommand(
  name: CommandName,
  line: string,
  record: DatabaseRecord,
  access: Access,
): Promise<ProgramResult> {
  const { repository } = access
  // what `url` prints is secret, and a list is asked for at every set-up
  const log = name === 'create' || name === 'destroy' ? { log: openLog(record, repository) } : {}
  const options = { cwd: repository.mainWorktree, env: environmentOf(record, access), ...log }
  const result = await runShellLine(line, options)
  if (result.status === 0) return result
  const words = lastWords(name === 'url' ? result.stderr : result.output, 3)
  throw failure(name, line, `exited with ${result.status}${words === '' ? '' : `: ${words}`}`, record, access)
}

function openLog(record: DatabaseRecord, repository: Repository): string {
  const log = logOf(record, repository)
  mkdirSync(dirname(log), { recursive: true })
  writeFileSync(log, '', { flag: 'a', mode: 0o600 })
  return log
}

/** What a person reads; never a value that the variables of the role hold. */
export function failure(
  name: CommandName,
  line: string,
  what: string,
  record: DatabaseRecord,
  { found, repository, role }: Access,
): LanekeeperError {
  const said = redacted(
    what,
    found.map(({ value }) => value),
  )
  return new LanekeeperError('database', `databases.${role}.command.${name} (${line}) ${said}`, {
    hint: `Output: ${logOf(record, repository)}\nOnce mended: ${AGAIN}`,
  })
}

function environmentOf({ nonce, details }: DatabaseRecord, { variables, found, role }: Access): NodeJS.ProcessEnv {
  return {
    ...variables,
    LANEKEEPER_DB_NAME: details?.name,
    LANEKEEPER_DB_SOURCE: details?.source,
    LANEKEEPER_DB_SOURCE_URL: found[0]?.value ?? '',
    LANEKEEPER_DB_WORKTREE: details?.worktree,
    LANEKEEPER_DB_ROLE: role,
    LANEKEEPER_DB_MODE: details?.mode,
    LANEKEEPER_DB_NONCE: nonce,
  }
}
