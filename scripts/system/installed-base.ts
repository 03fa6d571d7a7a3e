import { join } from 'node:path'
import { readJsonIfExists } from './files.ts'
import type { Repository } from './repository.ts'

/** The base that the hooks were installed for; asking git costs two processes. Every command of ours refreshes it. */
export function installedBase({ stateDir }: Pick<Repository, 'stateDir'>): string | undefined {
  return readJsonIfExists<{ base?: string }>(join(stateDir, 'installed.json'))?.base
}
