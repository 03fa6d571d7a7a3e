/** How a database is copied: the server's quickest way, and what to do while somebody is connected to the source. */

const MEGABYTE = 1024 ** 2
/** Below it the write-ahead log is quicker than two checkpoints (databases.md section 2.1). */
const FILE_COPY_BYTES = 64 * MEGABYTE
/** A dump of more takes half a minute and longer. */
const DUMP_BYTES = 512 * MEGABYTE

export interface CopyStrategy {
  /** After the name of the template; empty for the server's default. */
  readonly clause: string
  /** To be run before in the same session. */
  readonly setting: string | null
}

/** @param version as `server_version_num` has it, 150018 */
export function copyStrategy(version: number, bytes: number): CopyStrategy {
  if (version < 150000 || bytes < FILE_COPY_BYTES) return { clause: '', setting: null }
  return {
    clause: 'STRATEGY file_copy',
    // copies by reference where the file system can, and falls back by itself where it cannot
    setting: version >= 180000 ? "SET file_copy_method = 'clone'" : null,
  }
}

export type BusySetting = 'dump' | 'template' | 'wait' | 'empty' | 'terminate'

export interface BusyFacts {
  /** `onBusySource` of the settings; undefined where nobody chose. */
  readonly setting: BusySetting | undefined
  readonly bytes: number
  /** Major version of pg_dump, null where there is none; and whether psql is there to read the dump. */
  readonly dumper: { readonly major: number | null; readonly hasPsql: boolean }
  readonly serverMajor: number
  readonly hasTemplate: boolean
  /**
   * What the copy is for. `worktree`: a new worktree, better empty than not there; `reset`: a command that asked for the
   * source's content; `own`: a copy of something else (a snapshot), or the template itself.
   */
  readonly purpose: Purpose
  /** On another machine, and the settings do not allow more there. */
  readonly isOutOfReach: boolean
}

export type Purpose = 'worktree' | 'reset' | 'own'

export type BusyDecision = BusySetting | 'refuse' | 'no-dumper'

/** A choice of the user's is done or refused, never replaced by another; without one the best that goes is taken. */
export function onBusySource(facts: BusyFacts): BusyDecision {
  const { dumper, serverMajor, bytes, hasTemplate, isOutOfReach, purpose } = facts
  const isForSource = facts.setting === 'template' || facts.setting === 'empty'
  const setting = purpose === 'own' && isForSource ? undefined : facts.setting
  const canDump = dumper.hasPsql && dumper.major !== null && dumper.major >= serverMajor
  if (setting === 'dump') return canDump ? 'dump' : 'no-dumper'
  if (setting === 'template') return hasTemplate ? 'template' : 'refuse'
  if (setting === 'terminate') return isOutOfReach ? 'refuse' : 'terminate'
  if (setting === 'empty' && purpose !== 'worktree') return 'refuse'
  if (setting !== undefined) return setting
  if (canDump && bytes <= DUMP_BYTES) return 'dump'
  // a template that is made anew from the one before is no fresher
  if (hasTemplate && purpose !== 'own') return 'template'
  if (purpose === 'worktree') return 'empty'
  return canDump ? 'dump' : 'refuse'
}

/** Settings whose value is a list of names, each quoted by itself (GUC_LIST_QUOTE in Postgres). */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
])

/** The items of a `name=value` of pg_db_role_setting, to be written as literals with commas between them. */
export function settingItems(entry: string): { readonly name: string; readonly values: readonly string[] } {
  const equals = entry.indexOf('=')
  const [name, value] = [entry.slice(0, equals), entry.slice(equals + 1)]
  return { name, values: LISTS.has(name.toLowerCase()) ? listItems(value) : [value] }
}

function listItems(text: string): string[] {
  const items = text.match(/"(?:[^"]|"")*"|[^,\s"]+/g) ?? []
  return items.length === 0
    ? ['']
    : items.map((item) => (item.startsWith('"') ? item.slice(1, -1).replaceAll('""', '"') : item))
}
