/** SQLite databases in env files and directories of migrations among a project's files. */
import { parseDatabaseUrl } from './database-url.ts'
import type { EnvFileFact } from './project-facts.ts'

export interface DetectedDatabase {
  readonly role: string
  readonly vars: readonly string[]
  readonly mode: 'fork' | 'empty'
  /** The path in the URL, as it is written there. */
  readonly path: string
  /** Directory of the env file, '' for the root. */
  readonly dir: string
}

/** Variables that usually hold a server's URL; we say so when they do, since a worktree would share it. */
const URL_VARIABLE = /(DATABASE|POSTGRES|MYSQL|MONGO(DB)?|DB)_?(URL|URI)$|^DATABASE_URL/
const DATABASE_NAME = /(^|_)(DATABASE|DB|SQLITE|TURSO)(_|$)/
const SQLITE_FILE = /\.(db3?|sqlite3?)$/i
/** Prisma makes its shadow database itself when the variable is unset. */
const SHADOW = /SHADOW/

/**
 * The SQLite databases that variables name; variables with the same value share one.
 * @param envFiles weakest first: of two values for a variable in one directory the later counts. The same variable in
 * another package is that package's own business: its relative path lies in the worktree anyway.
 */
export function detectDatabases(envFiles: readonly EnvFileFact[]): DetectedDatabase[] {
  const values = new Map<string, { dir: string; path: string | null }>()
  for (const { path: file, variables } of envFiles) {
    const dir = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
    for (const [name, value] of Object.entries(variables))
      if (!SHADOW.test(name) && (values.get(name)?.dir ?? dir) === dir)
        values.set(name, { dir, path: sqlitePathOf(name, value) })
  }
  const groups = new Map<string, Omit<DetectedDatabase, 'role' | 'mode'>>()
  for (const [name, { dir, path }] of values) {
    if (path === null) continue
    const key = `${dir}\0${path}`
    groups.set(key, { vars: [...(groups.get(key)?.vars ?? []), name], path, dir })
  }
  return named([...groups.values()])
}

/** Variables whose database lives on a server: a worktree shares it until a provider is set. */
export function detectServers(envFiles: readonly EnvFileFact[]): string[] {
  const found = envFiles.flatMap(({ variables }) =>
    Object.entries(variables).flatMap(([name, value]) => {
      const url = parseDatabaseUrl(value)
      return URL_VARIABLE.test(name) && url.kind === 'server' && /\/\//.test(value) ? [`${name} (${url.scheme})`] : []
    }),
  )
  return [...new Set(found)]
}

function sqlitePathOf(name: string, value: string): string | null {
  const url = parseDatabaseUrl(value)
  if (url.kind !== 'file') return null
  const isSqlite =
    /sqlite/i.test(url.prefix) || SQLITE_FILE.test(url.path) || (url.prefix !== '' && DATABASE_NAME.test(name))
  return isSqlite ? url.path : null
}

/** Test databases start empty; the first other one is `dev`, the rest are called as their variables are. */
function named(groups: readonly Omit<DetectedDatabase, 'role' | 'mode'>[]): DetectedDatabase[] {
  const taken = new Set<string>()
  return groups.map(({ vars, path, dir }) => {
    const [first = ''] = vars
    const isTest = /(^|_)TEST(_|$)/.test(first)
    const own = first.toLowerCase().replace(/_?(database|db|sqlite|turso)?_?(url|uri|path|file|file_name)?$/, '')
    const wanted = [isTest ? 'test' : 'dev', own, first.toLowerCase()].find((role) => role !== '' && !taken.has(role))
    const role = wanted ?? `db${taken.size + 1}`
    taken.add(role)
    return { role, vars, mode: isTest ? 'empty' : 'fork', path, dir }
  })
}

const MIGRATION_DIRS = [
  'prisma/migrations',
  'drizzle',
  'db/migrate',
  'db/migrations',
  'database/migrations',
  'supabase/migrations',
  'src/db/migrations',
  'src/migrations',
  'server/migrations',
  'alembic/versions',
  'migrations/versions',
  'priv/repo/migrations',
  'migrations',
]
/** What a migration is written in; a `drizzle/` or `migrations/` folder of other things is none. */
const MIGRATION_FILE = /\.(sql|[cm]?[jt]s|py|rb|php|exs)$/
const SCRIPT = /\.[cm]?[jt]s$/
/** A migration in JavaScript carries its place in the order; codemods of that name (`migrations/svelte-5/`) do not. */
const NUMBERED = /(^|\/)V?\d|\d{4}/
const DJANGO = /^(.*\/)?migrations\/\d{4}_\w+\.py$/

/**
 * Directories that hold migrations, outermost only.
 * @param files paths of the project
 * @param packageDirs directories that may have them, '' for the root
 */
export function detectMigrations(files: readonly string[], packageDirs: readonly string[]): string[] {
  const candidates = packageDirs.flatMap((dir) => MIGRATION_DIRS.map((name) => (dir === '' ? name : `${dir}/${name}`)))
  const known = candidates.filter((dir) =>
    files.some((file) => file.startsWith(`${dir}/`) && isMigration(file, file.slice(dir.length + 1))),
  )
  const django = files.filter((file) => DJANGO.test(file)).map((file) => file.slice(0, file.lastIndexOf('/')))
  const all = [...new Set([...known, ...django])]
  return all.filter((dir) => !all.some((other) => other !== dir && dir.startsWith(`${other}/`))).sort()
}

function isMigration(file: string, below: string): boolean {
  return MIGRATION_FILE.test(file) && (!SCRIPT.test(file) || NUMBERED.test(below))
}
