/** What is done to a file that programs may have open: other content, and a look at its schema. */
import { existsSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { type SchemaObject, schemaText } from '../../../policy/databases/sqlite-statements.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Repository } from '../../repository.ts'
import type { Access, DatabaseRequest } from '../provider.ts'
import { explained, noEngine, notOurs } from './answers.ts'
import type { SqliteEngine } from './driver.ts'
import { findEngine } from './engine.ts'
import { markOf, refuseWayOut, trackedByGit } from './fork.ts'
import { isInside, locate } from './source.ts'

/**
 * Gives the worktree's file the content of another, or none. Only ever through SQLite: under a renamed file the open
 * connections would go on writing to the old one, and its log would be played into the new one.
 * @throws `database` where the file is not the worktree's own (any more) or SQLite cannot; it is as it was then
 */
export function refillFile(record: DatabaseRecord, from: DatabaseRecord | null, request: DatabaseRequest): void {
  const { repository, role } = request
  const { resource, mark, nonce } = record
  refuseWayOut(record, repository)
  if (trackedByGit(record, request)) throw isTracked(resource, repository)
  const isOurs = mark === undefined ? basename(resource).includes(`-${nonce}`) : mark === markOf(resource)
  // in the worktree it is the worktree's own, whoever made it last
  if (!isOurs && !isInside(repository.root, resource)) throw notOurs(resource)
  try {
    engineFor(resource, repository).refill(resource, from?.resource ?? null)
  } catch (cause) {
    throw explained(resource, cause, `npx lanekeeper db ${from?.source === resource ? 'restore' : 'reset'} ${role}`)
  }
}

function isTracked(file: string, { root }: Repository): LanekeeperError {
  const path = relative(root, file)
  return new LanekeeperError('database', `${path} is tracked by git: its content is the branch's.`, {
    hint: `As committed: git checkout -- ${path}`,
  })
}

/** The schema of the worktree's file, or of the main worktree's where `record` is null; nothing where there is no file. */
export function schemaOf(record: DatabaseRecord | null, access: Access): string {
  const file = record?.resource ?? locate({ ...access, slug: '', nonce: '' })?.source
  if (file === undefined || !existsSync(file)) return ''
  const query = 'SELECT json_group_array(json_array(type, name, sql)) FROM sqlite_master'
  try {
    const answer = JSON.parse(engineFor(file, access.repository).value(file, query)) as [
      string,
      string,
      string | null,
    ][]
    return schemaText(answer.map(([type, name, sql]) => ({ type: type as SchemaObject['type'], name, sql })))
  } catch (cause) {
    throw explained(file, cause, 'npx lanekeeper db diff')
  }
}

/** @throws `database` where no SQLite can be found */
export function engineFor(path: string, repository: Repository): SqliteEngine {
  const engine = findEngine(repository)
  if (engine) return engine
  throw noEngine(path)
}
