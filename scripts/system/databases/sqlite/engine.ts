/**
 * The door to SQLite itself, whichever this machine has. A database is copied with `VACUUM INTO` from a read-only
 * connection, never as a file: `cp` of a live one was corrupt or lost commits in up to 12 of 12 trials, and a paged
 * backup never ends while somebody writes (databases.md sections 1.1 and 1.2).
 *
 * Order: Node's own, the project's own driver, the sqlite3 command, our optional libsql. Native modules are loaded at run
 * time from where they are installed, since the hooks run from a copy that has no node_modules beside it.
 */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJsonIfExists } from '../../files.ts'
import { commandEngine } from './command.ts'
import { connectionEngine } from './connection.ts'
import { BUSY_TIMEOUT_MS, type Connection, type SqliteEngine } from './driver.ts'

/** Where native modules may be installed. */
export interface EnginePlaces {
  readonly mainWorktree: string
  /** Our directory in the common git dir; `runtime.json` in it may name libsql's entry. */
  readonly stateDir: string
  readonly env: NodeJS.ProcessEnv
}

/** The engines of this machine in order of preference; the first is used. */
const ENGINES: readonly ((places: EnginePlaces) => SqliteEngine | null)[] = [
  nodeEngine,
  ({ mainWorktree }) => moduleEngine('better-sqlite3', [join(mainWorktree, 'package.json')]),
  ({ mainWorktree }) => moduleEngine('libsql', [join(mainWorktree, 'package.json')]),
  commandEngine,
  ourLibsql,
]

/** The first engine there is, or null. */
export function findEngine(places: EnginePlaces): SqliteEngine | null {
  for (const find of ENGINES) {
    const engine = find(places)
    if (engine) return engine
  }
  return null
}

/** All engines of this machine, for tests and `doctor`. */
export function allEngines(places: EnginePlaces): SqliteEngine[] {
  return ENGINES.map((find) => find(places)).filter((engine) => engine !== null)
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readOnly: boolean; defensive: boolean }) => Connection
}

/** `node:sqlite`, from Node 22.5 on. */
function nodeEngine(): SqliteEngine | null {
  const sqlite = quietly(() => process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined)
  if (!sqlite) return null
  // Node 24 is `defensive` by itself: no virtual table could be copied
  const open = (file: string, readOnly: boolean) => new sqlite.DatabaseSync(file, { readOnly, defensive: false })
  return connectionEngine('node:sqlite', open)
}

/** Node 22 warns once that the module is experimental; a person who adds a worktree cannot do anything about it. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

interface Driver {
  new (file: string, options: object): Connection & { unsafeMode?(isOn: boolean): unknown }
}

/** A driver with better-sqlite3's interface, loaded as `specifier` from the first of `bases` that has it. */
function moduleEngine(name: string, bases: readonly string[], specifier = name): SqliteEngine | null {
  for (const base of bases) {
    try {
      const open = opening(name, createRequire(base)(specifier) as Driver)
      // one that was built for another Node loads, and fails only here
      open(':memory:', false).close()
      return connectionEngine(name, open)
    } catch {
      // not installed there, or built for another Node
    }
  }
  return null
}

function opening(name: string, Database: Driver): (file: string, readOnly: boolean) => Connection {
  if (name === 'libsql') return (file, readOnly) => new Database(readOnly ? readOnlyUri(file) : file, {})
  return (file, readOnly) => {
    const options = { readonly: readOnly, fileMustExist: file !== ':memory:', timeout: BUSY_TIMEOUT_MS }
    const connection = new Database(file, options)
    // else SQLite is defensive: no virtual table could be copied
    if (!readOnly) connection.unsafeMode?.(true)
    return connection
  }
}

/** libsql has no read-only option, and would make a missing file; it understands SQLite's own URIs. */
function readOnlyUri(file: string): string {
  return `${pathToFileURL(file).href.replace('file://', 'file:')}?mode=ro`
}

/** libsql as our own optional dependency: named by the runtime file, beside the running program, or beside the package. */
function ourLibsql({ mainWorktree, stateDir }: EnginePlaces): SqliteEngine | null {
  const runtime = join(stateDir, 'runtime.json')
  const hint = readJsonIfExists<{ libsql?: string }>(runtime)?.libsql
  const hinted = hint === undefined ? null : moduleEngine('libsql', [runtime], hint)
  const bases = [process.argv[1], join(mainWorktree, 'node_modules', 'lanekeeper', 'package.json')]
  return (
    hinted ??
    moduleEngine(
      'libsql',
      bases.map(realpathIfExists).filter((path) => path !== null),
    )
  )
}

function realpathIfExists(path: string | undefined): string | null {
  try {
    return path === undefined ? null : realpathSync(path)
  } catch {
    return null
  }
}
