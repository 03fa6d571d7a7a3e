/** SQLite: a worktree gets a fork of the main worktree's file, at the same path inside itself where it has one. */
import { existsSync, statSync } from 'node:fs'
import { basename, relative } from 'node:path'
import type { DatabaseRecord } from '../ledger.ts'
import type { DatabaseProvider, DatabaseRequest, DestroyOptions, Destruction, Plan } from './provider.ts'
import { lstatIfExists, makeFork, markOf, refuseWayOut, removeWithCompanions, temporaryOf } from './sqlite-fork.ts'
import { isInside, locate, realpathOf } from './sqlite-source.ts'

export const sqlite: DatabaseProvider = {
  plan: async (request) => plan(request),
  make: async (planned, { repository }, { save }) => makeFork(planned, repository, save),
  inspect: async (record) => inspect(record),
  destroy: async (record, _access, options) => destroy(record, options),
}

function plan(request: DatabaseRequest): Plan {
  const { role, settings, repository, nonce } = request
  const located = locate(request)
  if (!located) return { kind: 'answer', record: null, note: nothingNamed(request) }
  const { source, target, urls } = located
  const record: DatabaseRecord = {
    role,
    provider: 'sqlite',
    state: 'planned',
    nonce,
    resource: target,
    source,
    url: Object.values(urls)[0] ?? '',
    vars: settings.vars,
    urls,
  }
  refuseWayOut(record, repository)
  const note = reasonToMakeNothing(record, request)
  if (note !== null) return { kind: 'answer', record: { ...record, state: 'ready', message: note }, note }
  return { kind: 'make', record, bytes: statSync(source).size }
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
  { settings: { mode }, repository, states }: DatabaseRequest,
): string | null {
  const path = relative(repository.root, record.resource)
  if (isInside(repository.root, record.resource) && states([path]).get(path) === 'tracked')
    return `${path} is tracked by git: this worktree has its own already.`
  if (mode === 'empty') return `${record.resource} starts empty. Run your migrations in this worktree.`
  if (existsSync(record.source)) return null
  return `No database at ${record.source} (from ${record.vars.join(', ')}). Created nothing. Run your migrations in this worktree.`
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
