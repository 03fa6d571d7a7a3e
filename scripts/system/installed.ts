/** The note that an installation of the trusted copy leaves of what it was made from; what differs now is out of date. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { VERSION } from '../policy/version.ts'
import { readJsonIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'
import { strangeHooks } from './strange-hooks.ts'

export interface Installed {
  readonly version: string
  readonly code: string
  readonly node: string
  readonly base: string
  readonly gate: string
  readonly husky: string
  /** Size and time of `.git/config` when both pins were last seen to hold: unchanged, they still do. */
  readonly config: string
  /** None; there are some when another program replaced our hooks. */
  readonly strangers: readonly string[]
}

/** The note; null where hooks were never installed in this clone, or the note was deleted. */
export function readInstalled(repository: Repository): Installed | null {
  return readJsonIfExists<Installed>(installedFile(repository))
}

/** Whether hooks were ever installed in this clone. */
export function isInstalled(repository: Repository): boolean {
  return readInstalled(repository) !== null
}

export function noteInstalled(repository: Repository, installed: Installed): void {
  writeAtomically(installedFile(repository), `${JSON.stringify(installed)}\n`)
}

export function isSame(one: Installed, other: Installed): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What an installation would be made from now. @param code the id of the build */
export function whatIsInstalled(repository: Repository, policy: Policy, code: string): Installed {
  const { base, hooksTree, settings } = policy
  const { mtimeMs, size } = statSync(join(repository.commonDir, 'config'))
  const config = `${size} ${mtimeMs}`
  return {
    version: VERSION,
    code,
    node: process.execPath,
    base,
    gate: settings.gate,
    husky: hooksTree ?? '',
    config,
    strangers: strangeHooks(repository),
  }
}

function installedFile(repository: Repository): string {
  return join(repository.stateDir, 'installed.json')
}
