/** The package this program runs from. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LanekeeperError } from '../policy/errors.ts'
import { readJsonIfExists } from './files.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/** The directory of our package.json, above `dist`. */
export function packageRoot(): string {
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'package.json')) && dirname(at) !== at) at = dirname(at)
  return at
}

/** Our package.json. Throws `usage` in the trusted copy of the hooks, which has none. */
export function manifest(): Manifest {
  const file = join(packageRoot(), 'package.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Manifest
  throw new LanekeeperError('usage', 'This copy of Lanekeeper is for hooks only.', { hint: 'npx lanekeeper …' })
}

/**
 * How another project asks npm for this very Lanekeeper: the directory or tarball it came from where it did not come
 * from a registry, else its version.
 */
export function ownSpecifier(): string {
  const root = packageRoot()
  const modules = dirname(root)
  if (basename(modules) !== 'node_modules') return `file:${root}`
  const lock = readJsonIfExists<{ packages?: Record<string, { resolved?: string }> }>(
    join(modules, '.package-lock.json'),
  )
  const resolved = lock?.packages?.[`node_modules/${manifest().name}`]?.resolved
  if (resolved?.startsWith('file:')) return `file:${join(dirname(modules), resolved.slice('file:'.length))}`
  return `^${manifest().version}`
}
