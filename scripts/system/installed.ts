/** The note that an installation of the trusted copy leaves of what it was made from; what differs now is out of date. */
import { join } from 'node:path'
import { readJsonIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'

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

function installedFile(repository: Repository): string {
  return join(repository.stateDir, 'installed.json')
}
