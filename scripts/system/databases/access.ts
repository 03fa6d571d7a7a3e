/** How a role's database is reached: its settings, and what the main worktree's env files say. */
import { dirname, join, relative } from 'node:path'
import { Database, type DatabaseSettings } from '../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../policy/errors.ts'
import * as z from '../../policy/schema.ts'
import { defaultSettings, type Settings } from '../../policy/settings.ts'
import { readEnvFile } from '../env-files.ts'
import type { DatabaseRecord } from '../ledger.ts'
import { readPolicy } from '../policy-source.ts'
import type { Repository } from '../repository.ts'
import type { Access, FoundVariable, Owner } from './provider.ts'

/** Env files of a folder, the later ones winning, as Next and Vite read them in development. */
const ENV_FILES = ['.env', '.env.development', '.env.local', '.env.development.local'] as const

/** Access to a role of the settings. Reads the main worktree's env files. */
export function accessTo(
  repository: Repository,
  settings: Pick<Settings, 'env'>,
  role: string,
  roleSettings: DatabaseSettings,
  owner: Owner,
): Access {
  const all = variablesOf(repository, settings)
  return {
    role,
    settings: roleSettings,
    found: all.filter(({ name }) => roleSettings.vars.includes(name)),
    variables: { ...Object.fromEntries(all.map(({ name, value }) => [name, value])), ...repository.env },
    repository,
    owner,
  }
}

/** Access to a database of the ledger, whose role may be gone from the settings, or the settings be broken, by now. */
export function accessToRecord(repository: Repository, { role, provider, vars }: DatabaseRecord, owner: Owner): Access {
  const settings = settingsIfSound(repository)
  const now = settings?.databases[role]
  if (settings && now?.provider === provider) return accessTo(repository, settings, role, now, owner)
  const asRecorded = z.parse(Database(), { provider, vars: vars.length > 0 ? [...vars] : [role] })
  return accessTo(repository, settings ?? defaultSettings(), role, asRecorded, owner)
}

function settingsIfSound(repository: Repository): Settings | null {
  try {
    return readPolicy(repository).settings
  } catch (error) {
    if (error instanceof LanekeeperError) return null
    throw error
  }
}

/** The main worktree's variables: at its root, and beside each env file of the settings; the later file of a folder wins. */
function variablesOf({ mainWorktree }: Repository, { env }: Pick<Settings, 'env'>): FoundVariable[] {
  const found = new Map<string, FoundVariable>()
  for (const folder of new Set(['.', ...env.map(({ file }) => dirname(file))]))
    for (const name of ENV_FILES) {
      const path = join(mainWorktree, folder, name)
      for (const [variable, value] of Object.entries(readEnvFile(path)))
        if (value !== '')
          found.set(`${folder} ${variable}`, { name: variable, value, file: relative(mainWorktree, path) })
    }
  return [...found.values()]
}
