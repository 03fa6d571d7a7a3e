/** SQLite: a worktree gets a fork of the main worktree's file, at the same path inside itself where it has one. */
import { existsSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { worktreeStateDir } from '../../identity.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { DatabaseProvider, DatabaseRequest, DestroyOptions, Destruction, Plan } from '../provider.ts'
import { nothingAt } from './answers.ts'
import {
  lstatIfExists,
  makeFork,
  markOf,
  refuseWayOut,
  removeWithCompanions,
  temporaryOf,
  trackedByGit,
} from './fork.ts'
import { refillFile, schemaOf } from './live.ts'
import { writtenByRunners } from './runners.ts'
import { isInside, locate, realpathOf } from './source.ts'

export const sqlite: DatabaseProvider = {
  plan: async (request) => plan(request),
  make: async (planned, { repository }, { save }) => makeFork(planned, repository, save),
  inspect: async (record) => inspect(record),
  destroy: async (record, _access, options) => destroy(record, options),
  refill: async (record, from, request) => refillFile(record, from, request),
  schema: async (record, access) => schemaOf(record, access),
  writtenByRunners: async (record, access) => writtenByRunners(record, access),
}

function plan(request: DatabaseRequest): Plan {
  const { role, settings, repository, nonce, from, isSnapshot } = request
  const located = locate(request)
  if (!located) return { kind: 'answer', record: null, note: nothingNamed(request) }
  const { urls } = located
  const record: DatabaseRecord = {
    role,
    provider: 'sqlite',
    state: 'planned',
    nonce,
    // a file in the worktree would be in every `git status`; here it vanishes with the worktree
    resource: isSnapshot
      ? join(worktreeStateDir(repository.gitDir), 'snapshots', `${encodeURIComponent(role)}-${nonce}.db`)
      : located.target,
    source: from?.resource ?? located.source,
    url: Object.values(urls)[0] ?? '',
    vars: settings.vars,
    urls,
  }
  refuseWayOut(record, repository)
  const answer = reasonToMakeNothing(record, request)
  if (answer === null) return { kind: 'make', record, bytes: statSync(record.source).size }
  const { note, isEmpty } = answer
  return {
    kind: 'answer',
    record: { ...record, state: 'ready', message: note, ...(isEmpty ? { isEmpty } : {}) },
    note,
  }
}

function inspect({ resource, mark }: DatabaseRecord): 'ours' | 'replaced' | 'missing' {
  if (!lstatIfExists(resource)) return 'missing'
  return mark === markOf(resource) ? 'ours' : 'replaced'
}

function nothingNamed({ settings, found }: DatabaseRequest): string {
  const names = settings.vars.join(', ')
  return found.length === 0 ? `${names}: in no env file of the main worktree; nothing to fork.` : `${names}: in memory.`
}

function reasonToMakeNothing(
  record: DatabaseRecord,
  request: DatabaseRequest,
): { readonly note: string; readonly isEmpty?: true } | null {
  const { settings, repository, from } = request
  if (trackedByGit(record, request))
    return {
      note: `${relative(repository.root, record.resource)} is tracked by git: this worktree has its own already.`,
    }
  if (settings.mode === 'empty' && !from)
    return { note: `${record.resource} starts empty. Run your migrations in this worktree.`, isEmpty: true }
  return existsSync(record.source) ? null : { note: nothingAt(record, settings), isEmpty: true }
}

/** What never got a mark was not made by us, unless its name carries our nonce (made by migrations at our URL). */
function destroy(record: DatabaseRecord, { worktree }: DestroyOptions): Destruction {
  const { resource: file, mark, nonce } = record
  if (file === '') return { result: 'already-gone' }
  removeWithCompanions(temporaryOf(record))
  const status = lstatIfExists(file)
  if (!status) return { result: 'already-gone' }
  const isOurs = mark === undefined ? basename(file).includes(`-${nonce}`) : mark === markOf(file)
  const isInWorktree = worktree !== undefined && isInside(realpathOf(worktree), realpathOf(file))
  if (mark === undefined && !isOurs) return { result: 'already-gone' }
  if (!status.isFile() || !(isOurs || isInWorktree))
    return {
      result: 'refused',
      why: `${file} is not the file that was made for the worktree; delete it yourself: rm ${file}`,
    }
  removeWithCompanions(file)
  return { result: 'destroyed' }
}
