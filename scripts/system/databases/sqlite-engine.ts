/**
 * The door to SQLite itself, whichever this machine has. A database is copied with `VACUUM INTO` from a read-only
 * connection, never as a file: `cp` of a live one was corrupt or lost commits in up to 12 of 12 trials, and a paged
 * backup never ends while somebody writes (databases.md sections 1.1 and 1.2).
 *
 * Order: Node's own, the project's own driver, the sqlite3 command, our optional libsql. Native modules are loaded at run
 * time from where they are installed, since the hooks run from a copy that has no node_modules beside it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJsonIfExists } from '../files.ts'

/** How long to wait for a writer's lock; a commit takes milliseconds. */
const BUSY_TIMEOUT_MS = 5000

export interface SqliteEngine {
  readonly name: string
  /**
   * Copies a database as one consistent snapshot to `target`, which must not exist; in WAL mode if asked.
   * @returns what quick_check says of the copy: `ok`, or what is wrong
   * @throws what SQLite says: locked, disk full, not a database
   */
  copy(source: string, target: string, options: { wal: boolean }): string
  /** What quick_check says of a file: `ok`, or what is wrong. Never makes a file. */
  quickCheck(file: string): string
}

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

const QUICK_CHECK = 'PRAGMA quick_check(1)'
/** VACUUM INTO writes rollback-journal databases whatever the source was (databases.md section 1.4). */
const TO_WAL = 'PRAGMA journal_mode=WAL'

function vacuumInto(target: string): string {
  return `VACUUM INTO '${target.replaceAll("'", "''")}'`
}

/** What better-sqlite3, libsql and (nearly) node:sqlite have in common. */
interface Connection {
  exec(sql: string): unknown
  prepare(sql: string): { all(): unknown[] }
  close(): void
}

function connectionEngine(name: string, open: (file: string, readOnly: boolean) => Connection): SqliteEngine {
  const on = <T>(file: string, readOnly: boolean, work: (connection: Connection) => T): T => {
    const connection = open(file, readOnly)
    try {
      connection.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
      return work(connection)
    } finally {
      connection.close()
    }
  }
  return {
    name,
    copy: (source, target, { wal }) => {
      on(source, true, (connection) => connection.exec(vacuumInto(target)))
      return on(target, false, (connection) => {
        if (wal) connection.exec(TO_WAL)
        return firstValue(connection, QUICK_CHECK)
      })
    },
    quickCheck: (file) => on(file, true, (connection) => firstValue(connection, QUICK_CHECK)),
  }
}

function firstValue(connection: Connection, pragma: string): string {
  const [row] = connection.prepare(pragma).all()
  return String(Object.values((row ?? {}) as object)[0] ?? 'no answer')
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readOnly: boolean }) => Connection
}

/** `node:sqlite`, from Node 22.5 on. */
function nodeEngine(): SqliteEngine | null {
  const sqlite = quietly(() => process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined)
  if (!sqlite) return null
  return connectionEngine('node:sqlite', (file, readOnly) => new sqlite.DatabaseSync(file, { readOnly }))
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

type Driver = new (file: string, options: object) => Connection

/** A driver with better-sqlite3's interface, loaded as `specifier` from the first of `bases` that has it. */
function moduleEngine(name: string, bases: readonly string[], specifier = name): SqliteEngine | null {
  for (const base of bases) {
    try {
      const Database = createRequire(base)(specifier) as Driver
      return connectionEngine(name, (file, readOnly) =>
        name === 'libsql'
          ? new Database(readOnly ? readOnlyUri(file) : file, {})
          : new Database(file, { readonly: readOnly, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
      )
    } catch {
      // not installed there, or built for another Node
    }
  }
  return null
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

/** The `sqlite3` command: one process a copy, since each costs as much as the copy of a small database. */
function commandEngine({ env }: EnginePlaces): SqliteEngine | null {
  if (!isOnPath('sqlite3', env)) return null
  const run = (file: string, commands: readonly string[]) => {
    const options = ['-batch', '-bail', '-init', '/dev/null', '-readonly', '-cmd', `.timeout ${BUSY_TIMEOUT_MS}`]
    const result = spawnSync('sqlite3', [...options, file, ...commands], { env })
    if (result.status !== 0)
      throw new Error(
        String(result.stderr ?? '')
          .trim()
          .split('\n')
          .at(-1) || `sqlite3 exited ${result.status}`,
      )
    return String(result.stdout).trimEnd().split('\n').at(-1) ?? ''
  }
  return {
    name: 'sqlite3',
    // `.open` makes a new connection, which may write: -readonly is for the source alone
    copy: (source, target, { wal }) =>
      run(source, [vacuumInto(target), `.open ${JSON.stringify(target)}`, ...(wal ? [TO_WAL] : []), QUICK_CHECK]),
    quickCheck: (file) => run(file, [QUICK_CHECK]),
  }
}

function isOnPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, name)))
}
