/** What a record says about a worktree, in the words of templates, env files and documents. */
import { basename } from 'node:path'
import { databaseVariables } from '../policy/databases/database-variables.ts'
import { disabledValue } from '../policy/env-file.ts'
import { slugOf } from '../policy/names.ts'
import { urlsOf } from '../policy/ports.ts'
import type { Settings } from '../policy/settings.ts'
import { type Dictionary, dictionaryOf } from '../policy/templates.ts'
import { readValues } from './databases/values.ts'
import type { WorktreeRecord } from './ledger.ts'
import type { Repository } from './repository.ts'

export interface WorktreeFacts {
  readonly slug: string
  /** Service → port as text, or the disabled value where the worktree has no ports. */
  readonly services: Readonly<Record<string, string>>
  readonly urls: Readonly<Record<string, string>>
  /** Role → URL, or the disabled value. */
  readonly databases: Readonly<Record<string, string>>
  /** Variable → its database's URL, or the disabled value. */
  readonly databaseVars: Readonly<Record<string, string>>
  readonly dictionary: Dictionary
}

/** The short name of a worktree, for hosts and file names: its task, else its branch, else its directory. */
export function worktreeSlug(record: Pick<WorktreeRecord, 'task' | 'branch' | 'path'>): string {
  return slugOf(record.task ?? record.branch ?? basename(record.path))
}

/** Gathers the facts. Every database of the settings is among them, whatever became of it. */
export function worktreeFacts(
  repository: Pick<Repository, 'name' | 'stateDir'>,
  settings: Settings,
  record: WorktreeRecord,
): WorktreeFacts {
  const slug = worktreeSlug(record)
  const names = Object.keys(settings.ports.services)
  const urls = record.ports ? urlsOf(slug, record.ports.ports) : {}
  const noPorts = disabledValue(`no ports: ${record.steps.ports?.message ?? 'set-up did not get that far'}`)
  const port = (name: string) => String(record.ports?.ports[name] ?? noPorts)
  const services = Object.fromEntries(names.map((name) => [name, port(name)]))
  const databases = databaseFacts(repository, settings, record)
  return {
    slug,
    services,
    urls,
    databases: databases.byRole,
    databaseVars: databases.byVariable,
    dictionary: dictionaryOf({
      repo: repository.name,
      slug,
      branch: record.branch ?? '',
      task: record.task ?? '',
      ports: services,
      urls: { ...Object.fromEntries(names.map((name) => [name, noPorts])), ...urls },
      databases: databases.byRole,
    }),
  }
}

/** A database that is not ready disables its variables: an inherited value would name the main worktree's database. */
function databaseFacts(repository: Pick<Repository, 'stateDir'>, settings: Settings, record: WorktreeRecord) {
  const byRole: Record<string, string> = {}
  const byVariable: Record<string, string> = {}
  for (const [role, { provider, vars }] of Object.entries(settings.databases)) {
    if (provider === 'none') continue
    const found = record.databases.find((database) => database.role === role)
    if (found?.state === 'ready') {
      const urls = { ...found.urls, ...readValues(repository, record.id, found) }
      byRole[role] = found.vars.map((name) => urls[name]).find((value) => value !== undefined) ?? found.url
      Object.assign(byVariable, databaseVariables([{ ...found, urls }]))
      continue
    }
    const step = record.steps.databases
    const why = found?.message ?? step?.message ?? (step?.state === 'done' ? 'nothing to fork' : 'not made yet')
    byRole[role] = disabledValue(`database ${role}: ${why}; then: npx lanekeeper setup`)
    for (const name of vars) byVariable[name] = byRole[role]
  }
  return { byRole, byVariable }
}
