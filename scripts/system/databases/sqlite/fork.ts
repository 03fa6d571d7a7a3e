/**
 * Making one fork. Proof of ownership is the file itself: the copy is made under a temporary name, its device and inode
 * go to the ledger, and only then it gets its name, by a link that never replaces anything. So a crash at any point
 * leaves nothing, a temporary file that carries our nonce, or a file whose inode the ledger knows.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, relative } from 'node:path'
import { LanekeeperError } from '../../../policy/errors.ts'
import { isErrno } from '../../files.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Repository } from '../../repository.ts'
import type { DatabaseRequest } from '../provider.ts'
import { damaged, explained, noEngine, wasThereFirst } from './answers.ts'
import type { SqliteEngine } from './driver.ts'
import { findEngine } from './engine.ts'
import { isInside, realpathOf } from './source.ts'

/** What SQLite keeps beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const
const AGAIN = 'npx lanekeeper setup'

/**
 * Makes the fork that was planned; a temporary file that a crash left is ours by its name and goes first.
 * @param save writes the ledger; called before each effect
 * @throws `database`; nothing half-made is left then
 */
export function makeFork(
  record: DatabaseRecord,
  repository: Repository,
  save: (record: DatabaseRecord) => void,
): DatabaseRecord {
  const { mark, ...unmarked } = record
  const { source, resource: target } = record
  refuseWayOut(record, repository)
  const temporary = temporaryOf(record)
  if (lstatIfExists(target) && mark === markOf(target)) {
    removeWithCompanions(temporary)
    return { ...record, state: 'ready' }
  }
  const engine = engineFor(record, repository)
  if (lstatIfExists(target)) return adopt(unmarked, engine)
  try {
    // a worktree that went meanwhile would come back with nothing but a database in it
    if (existsSync(repository.root)) mkdirSync(dirname(target), { recursive: true })
    removeWithCompanions(temporary)
    const said = engine.copy(realpathOf(source), temporary, { wal: isInWalMode(realpathOf(source)) })
    if (said !== 'ok') throw damaged(source, said)
    settle(temporary, source)
    const created: DatabaseRecord = { ...unmarked, state: 'created', mark: markOf(temporary) }
    save(created)
    nameWithoutReplacing(temporary, target)
    return { ...created, state: 'ready' }
  } catch (cause) {
    save({ ...unmarked, state: 'failed' })
    throw explained(source, cause)
  } finally {
    removeWithCompanions(temporary)
  }
}

/** The target is there already and is not ours: it is kept, and used if it is a sound database. */
function adopt(record: DatabaseRecord, engine: SqliteEngine): DatabaseRecord {
  const { resource: target } = record
  removeWithCompanions(temporaryOf(record))
  const message = wasThereFirst(record)
  const said = checked(engine, target)
  if (said === 'ok') return { ...record, state: 'ready', message }
  throw new LanekeeperError('database', `${message} It is not a sound database (${said}).`, {
    hint: `Delete it, then: ${AGAIN}`,
  })
}

function checked(engine: SqliteEngine, file: string): string {
  try {
    return engine.check(file)
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/**
 * No symlink may lead the fork out of its worktree, and no name may mean the source itself.
 * @throws `database`
 */
export function refuseWayOut(record: DatabaseRecord, { root }: Repository): void {
  const { resource: target, source } = record
  const status = lstatIfExists(target)
  const inside = isInside(root, target)
  if (status?.isSymbolicLink() || (inside && !isInside(realpathOf(root), `${realpathOf(dirname(target))}/`)))
    throw new LanekeeperError('database', `${target} is reached through a symbolic link; a fork there may be shared.`, {
      hint: `Make it a plain ${status ? 'file' : 'directory'} in this worktree, then: ${AGAIN}`,
    })
  const isSource = status !== undefined && existsSync(source) && markOf(target) === markOf(realpathOf(source))
  if (status && (!status.isFile() || isSource))
    throw new LanekeeperError(
      'database',
      `${target} is ${status.isFile() ? `the same file as ${source}` : 'no file'}.`,
      {
        hint: `Delete it in this worktree, then: ${AGAIN}`,
      },
    )
}

/** Bytes 18 and 19 of a database say how it may be written and read: 2 is WAL (SQLite file format, section 1.3). */
function isInWalMode(file: string): boolean {
  const header = Buffer.alloc(20)
  const handle = openSync(file, 'r')
  try {
    return readSync(handle, header, 0, header.length, 0) === header.length && header[18] === 2
  } finally {
    closeSync(handle)
  }
}

function engineFor({ source }: DatabaseRecord, repository: Repository): SqliteEngine {
  const engine = findEngine(repository)
  if (engine) return engine
  throw noEngine(source)
}

/** The source's permissions, and on the disk before it gets its name. */
function settle(temporary: string, source: string): void {
  chmodSync(temporary, statSync(source).mode & 0o777)
  for (const companion of COMPANIONS) rmSync(temporary + companion, { force: true })
  const file = openSync(temporary, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A link, unlike a rename, fails where somebody else was faster. */
function nameWithoutReplacing(temporary: string, target: string): void {
  const stray = COMPANIONS.map((companion) => target + companion).find((path) => lstatIfExists(path))
  // SQLite would replay a foreign log into the fresh file
  if (stray) throw new Error(`${stray} is there without its database; delete it`)
  try {
    linkSync(temporary, target)
  } catch (cause) {
    if (!isErrno(cause, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw cause
    // a file system without hard links
    if (lstatIfExists(target)) throw cause
    renameSync(temporary, target)
  }
}

/** Where the fork is made before it gets its name. */
export function temporaryOf({ resource, nonce }: DatabaseRecord): string {
  return `${resource}.tmp-${nonce}`
}

/** A database file with its log and journal. */
export function removeWithCompanions(file: string): void {
  for (const path of [file, ...COMPANIONS.map((companion) => file + companion)]) rmSync(path, { force: true })
}

/** Device, inode and birth time, as the ledger writes them: a file made anew often gets the inode of the one before it. */
export function markOf(file: string): string {
  const { dev, ino, birthtimeNs } = lstatSync(file, { bigint: true })
  return `${dev}:${ino}:${birthtimeNs}`
}

/** Status of the path itself, not of what a link points at; undefined where there is nothing. */
export function lstatIfExists(path: string) {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Whether the branch brought the file along. */
export function trackedByGit({ resource }: DatabaseRecord, { repository, states }: DatabaseRequest): boolean {
  const path = relative(repository.root, resource)
  return isInside(repository.root, resource) && states([path]).get(path) === 'tracked'
}
