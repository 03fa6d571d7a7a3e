/**
 * Kept templates: copies of a role's source that nobody connects to, so that forks never wait for its users. That there is
 * one is written down before it is made and until it is dropped, so that nobody leaves it behind unknowingly.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSettings } from '../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../policy/errors.ts'
import type { Policy } from '../../policy/policy.ts'
import { readJsonIfExists, writeAtomically } from '../files.ts'
import { cloneId } from '../identity.ts'
import { withLock } from '../lock.ts'
import type { Repository } from '../repository.ts'
import { accessTo, accessToRecord } from './access.ts'
import { providerOf } from './providers.ts'

/** Another refresh of the same template, as long as it takes. */
const LOCK_WAIT_MS = 600_000

/** What has to be known to drop it when the settings are gone. */
export interface KeptTemplate {
  readonly role: string
  readonly provider: string
  readonly vars: readonly string[]
}

/**
 * Makes the role's template anew from its source; gives its name.
 * @throws `database`: this kind keeps none, or the source cannot be copied now
 */
export async function refreshTemplate(
  repository: Repository,
  { settings }: Policy,
  role: string,
  roleSettings: DatabaseSettings,
): Promise<string> {
  const { keepTemplate } = await providerOf(roleSettings.provider)
  if (!keepTemplate)
    throw new LanekeeperError('database', `Of a ${roleSettings.provider} database no template is kept.`, {
      hint: 'It is forked from its source, whoever is connected: npx lanekeeper setup',
    })
  return alone(repository, role, () => {
    const { provider, vars } = roleSettings
    const kept: KeptTemplate = { role, provider, vars }
    writeAtomically(fileOf(repository, role), `${JSON.stringify(kept)}\n`)
    return keepTemplate(accessTo(repository, settings, role, roleSettings, owner(repository)))
  })
}

/** Drops what was kept; gives the names of what went, none where nothing was there. Repeatable. */
export async function dropTemplate(repository: Repository, kept: KeptTemplate): Promise<string[]> {
  const provider = await providerOf(kept.provider)
  return alone(repository, kept.role, async () => {
    const names = (await provider.dropTemplate?.(accessOf(repository, kept))) ?? []
    rmSync(fileOf(repository, kept.role), { force: true })
    return names
  })
}

/** The templates that were asked for and not dropped, by role. */
export function keptTemplates(repository: Repository): KeptTemplate[] {
  const dir = folderOf(repository)
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => (readJsonIfExists(join(dir, name)) as KeptTemplate | null) ?? [])
}

function accessOf(repository: Repository, { role, provider, vars }: KeptTemplate) {
  const record = { role, provider, vars, state: 'ready', nonce: '', resource: '', source: '', url: '' } as const
  return accessToRecord(repository, record, owner(repository))
}

/** A template is no worktree's. */
function owner(repository: Repository) {
  return { id: '', clone: cloneId(repository) }
}

function alone<T>(repository: Repository, role: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folderOf(repository), { recursive: true })
  return withLock(join(repository.stateDir, 'locks', `template-${role}`), LOCK_WAIT_MS, work)
}

function folderOf({ stateDir }: Repository): string {
  return join(stateDir, 'templates')
}

function fileOf(repository: Repository, role: string): string {
  return join(folderOf(repository), `${encodeURIComponent(role)}.json`)
}
