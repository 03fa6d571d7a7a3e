/** Databases in env files. */

import { postgresParts } from '../adoption/detect-parts.ts'
import type { EnvFileFact } from '../adoption/project-facts.ts'
import { parseDatabaseUrl } from './database-url.ts'
import { isRemote, parsePostgresUrl } from './postgres-url.ts'

export interface DetectedDatabase {
  readonly role: string
  readonly vars: readonly string[]
  readonly provider: 'sqlite' | 'postgres'
  readonly mode: 'fork' | 'empty'
  /** The file in the URL, as it is written there; '' for a database on a server. */
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
/** Held for creating databases, not for using one. */
const ADMIN = /ADMIN|SUPERUSER/
const TEST = /(^|_)TEST(_|$)/

/** What a value names: a file, or a database of the Postgres on this machine. */
interface Named {
  readonly provider: 'sqlite' | 'postgres'
  /** The file's path, or the database's name. */
  readonly name: string
}

type Group = Omit<DetectedDatabase, 'role' | 'mode'>

/**
 * The databases that variables name; variables that name the same one share a role, a shadow database goes with the main
 * one. A Postgres on another machine is nobody's to copy before somebody says so.
 * @param envFiles weakest first: of two values for a variable in one directory the later counts. The same variable in
 * another package is that package's own business: its relative path lies in the worktree anyway.
 */
export function detectDatabases(envFiles: readonly EnvFileFact[]): DetectedDatabase[] {
  const values = new Map<string, { dir: string; named: Named | null }>()
  for (const { path: file, variables } of envFiles) {
    const dir = dirOf(file)
    for (const [name, value] of Object.entries(variables))
      if ((values.get(name)?.dir ?? dir) === dir) values.set(name, { dir, named: databaseIn(name, value) })
  }
  const groups = new Map<string, Group>()
  for (const [name, { dir, named: database }] of values) {
    if (database === null || SHADOW.test(name)) continue
    const { provider } = database
    const key = `${dir}\0${provider}\0${database.name}`
    const path = provider === 'sqlite' ? database.name : ''
    groups.set(key, { vars: [...(groups.get(key)?.vars ?? []), name], provider, path, dir })
  }
  const shadows = [...values].flatMap(([name, { dir, named: database }]) =>
    SHADOW.test(name) && database?.provider === 'postgres' ? [{ name, dir }] : [],
  )
  return named(withShadows([...groups.values(), ...inParts(envFiles, [...groups.values()])], shadows))
}

/** Databases that are named in parts, of directories where no URL names one: a URL's parts are its own again. */
function inParts(envFiles: readonly EnvFileFact[], found: readonly Group[]): Group[] {
  const byDir = new Map<string, Record<string, string>>()
  for (const { path, variables } of envFiles)
    byDir.set(dirOf(path), Object.assign(byDir.get(dirOf(path)) ?? {}, variables))
  return [...byDir].flatMap(([dir, variables]) => {
    if (found.some((group) => group.dir === dir && group.provider === 'postgres')) return []
    const parts = postgresParts(variables).filter(({ variable }) => !SHADOW.test(variable) && !ADMIN.test(variable))
    return [...new Set(parts.map(({ database }) => database))].map((database): Group => {
      const vars = parts.filter((part) => part.database === database).map(({ variable }) => variable)
      return { vars, provider: 'postgres', path: '', dir }
    })
  })
}

function dirOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
}

function withShadows(groups: readonly Group[], shadows: readonly { name: string; dir: string }[]): Group[] {
  const mains = groups.filter(({ provider, vars }) => provider === 'postgres' && !TEST.test(vars[0] ?? ''))
  return groups.map((group) => {
    const own = shadows.filter(({ dir }) => dir === group.dir && mains.find((main) => main.dir === dir) === group)
    return { ...group, vars: [...group.vars, ...own.map(({ name }) => name)] }
  })
}

function databaseIn(name: string, value: string): Named | null {
  const postgres = parsePostgresUrl(value)
  if (postgres.kind === 'url')
    return isRemote(postgres.hosts) || ADMIN.test(name) ? null : { provider: 'postgres', name: postgres.database }
  const path = SHADOW.test(name) ? null : sqlitePathOf(name, value)
  return path === null ? null : { provider: 'sqlite', name: path }
}

/** Variables whose database lives on a server: a worktree shares it until a provider is set. */
export function detectServers(envFiles: readonly EnvFileFact[]): string[] {
  const found = envFiles.flatMap(({ variables }) =>
    Object.entries(variables).flatMap(([name, value]) => {
      const url = parseDatabaseUrl(value)
      const isShared = URL_VARIABLE.test(name) && url.kind === 'server' && /\/\//.test(value)
      return isShared && databaseIn(name, value) === null ? [`${name} (${url.scheme})`] : []
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
function named(groups: readonly Group[]): DetectedDatabase[] {
  const taken = new Set<string>()
  return groups.map(({ vars, provider, path, dir }) => {
    const [first = ''] = vars
    const isTest = TEST.test(first)
    const own = first.toLowerCase().replace(/_?(database|db|sqlite|turso)?_?(url|uri|path|file|file_name|name)?$/, '')
    const wanted = [isTest ? 'test' : 'dev', own, first.toLowerCase()].find((role) => role !== '' && !taken.has(role))
    const role = wanted ?? `db${taken.size + 1}`
    taken.add(role)
    return { role, vars, provider, mode: isTest ? 'empty' : 'fork', path, dir }
  })
}
