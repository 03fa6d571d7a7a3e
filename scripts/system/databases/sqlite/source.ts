/** Which file a role's variables name, and where its fork belongs (databases.md section 1.6). Looks; changes nothing. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import {
  asAbsolute,
  type DatabaseFile,
  forkNameOf,
  isAbsolutePath,
  parseDatabaseUrl,
  withPath,
} from '../../../policy/databases/database-url.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { SETTINGS_FILE } from '../../../policy/settings.ts'
import type { Access, DatabaseRequest, FoundVariable } from '../provider.ts'
import { severalCandidates } from './answers.ts'
import { placesFor } from './places.ts'

export interface Located {
  /** The file in the main worktree (or outside) that the fork is taken from; it need not exist. */
  readonly source: string
  /** Where the fork belongs. */
  readonly target: string
  /** Values for the worktree, by variable. */
  readonly urls: Readonly<Record<string, string>>
}

/** What tells where a role's file is and where its fork goes. */
type Asked = Access & Pick<DatabaseRequest, 'slug' | 'nonce'>

/**
 * Where the role's database is and where its fork goes. Null where every variable is an in-memory database or unset.
 * @throws `database`: no SQLite file, several candidates (S3), or variables of one role that name different files
 */
export function locate(request: Asked): Located | null {
  const files = request.found.flatMap((variable) => {
    const url = fileOf(variable, request.role)
    return url ? [named(variable, url, request)] : []
  })
  const [first] = files
  if (!first) return null
  const other = files.find(({ path }) => realpathOf(path) !== realpathOf(first.path))
  if (other)
    throw new LanekeeperError(
      'database',
      `${first.variable.name} and ${other.variable.name} name two files: ${first.path} and ${other.path}.`,
      { hint: `Give each a role of its own under "databases" in ${SETTINGS_FILE}.` },
    )
  const target = targetOf(first.path, request)
  const urls = files.map(({ variable, url, path }) => [
    variable.name,
    // what is relative and stays inside the worktree names the fork already, whatever it is resolved against
    isAbsolutePath(url.path) || !isInside(mainOf(request), path) || request.settings.path !== undefined
      ? withPath(url, target)
      : variable.value,
  ])
  return { source: sourceSetting(request) ?? first.path, target, urls: Object.fromEntries(urls) }
}

function fileOf({ name, value, file }: FoundVariable, role: string): DatabaseFile | null {
  if (/\$\{|\$[A-Za-z_]/.test(value))
    throw new LanekeeperError('database', `${name} in ${file} is put together from other variables.`, {
      hint: `Write its value out in ${file}, or leave ${role} out: "provider": "none" in ${SETTINGS_FILE}.`,
    })
  const url = parseDatabaseUrl(value)
  if (url.kind === 'file') return url
  if (url.kind === 'memory') return null
  throw new LanekeeperError('database', `${name} in ${file} is a ${url.scheme}: URL, not an SQLite file.`, {
    hint: `Set databases.${role}.provider in ${SETTINGS_FILE} to what it is ("postgres", …), or to "none" if worktrees may share it.`,
  })
}

/** The file that a variable names in the main worktree. */
function named(variable: FoundVariable, url: DatabaseFile, request: Asked) {
  if (isAbsolutePath(url.path)) return { variable, url, path: url.path }
  const places = placesFor(variable.file, request.repository).map((folder) => resolve(folder, url.path))
  const existing = [...new Map(places.filter(existsSync).map((path) => [realpathOf(path), path])).values()]
  const chosen = sourceSetting(request)
  if (chosen !== null && places.includes(chosen)) return { variable, url, path: chosen }
  const [one, two] = existing
  if (one && two && chosen === null) throw several(variable, request, one, two)
  const absolute = one ? null : asAbsolute(url)
  if (absolute && (existsSync(absolute.path) || isInside(mainOf(request), absolute.path)))
    return { variable, url: absolute, path: absolute.path }
  return { variable, url, path: one ?? places[0] ?? url.path }
}

function several({ name, value }: FoundVariable, { role, repository }: Asked, one: string, two: string) {
  const [a = one, b = two] = [one, two].map((path) => relative(repository.mainWorktree, path))
  return severalCandidates(name, value, role, a, b)
}

/** The same path inside the worktree; beside its source under a name of our own where it is not in the main worktree. */
function targetOf(path: string, request: Asked): string {
  if (request.settings.path !== undefined) return resolve(request.repository.root, request.settings.path)
  const real = realpathOf(path)
  const main = mainOf(request)
  if (isInside(main, path)) return join(request.repository.root, relative(main, path))
  if (isInside(main, real)) return join(request.repository.root, relative(main, real))
  return join(dirname(real), forkNameOf(basename(real), request.slug, request.nonce))
}

function sourceSetting({ settings, repository }: Asked): string | null {
  return settings.source === undefined ? null : resolve(repository.mainWorktree, settings.source)
}

function mainOf({ repository }: Asked): string {
  return realpathOf(repository.mainWorktree)
}

/** Whether a path lies below a directory, by its words alone. */
export function isInside(directory: string, path: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** The real path of what exists of it; the missing rest as it is written. */
export function realpathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realpathOf(parent), basename(path))
  }
}
