/** The migrations of one database as the settings name them, and which of a repository's files they are. */
import { matcherOf } from '../patterns.ts'
import type { Settings } from '../settings.ts'
import type { MigrationSettings } from './migration-settings.ts'
import type { Preset } from './preset.ts'
import { presetOf } from './presets.ts'

/** One entry of `"migrations"` in lanekeeper.json, with what its preset adds. */
export type MigrationSet = MigrationSettings & { readonly tool: Preset }

/** One migration's file. Files of the same `unit` and `name` are one migration. */
export interface MigrationFile {
  readonly path: string
  /** Directory whose migrations are one sequence. */
  readonly unit: string
  readonly version: string
  readonly name: string
}

/** The sets of the settings, each with its tool. */
export function migrationSets(settings: Settings): MigrationSet[] {
  return settings.migrations.map((set) => ({ ...set, tool: presetOf(set.preset) }))
}

/** What a path below the set's `paths` is: a migration's file, or null for a journal, a lock, a dump or a read-me. */
export function migrationFileOf(set: Pick<MigrationSet, 'tool'>, path: string): MigrationFile | null {
  const groups = set.tool.file.exec(path)?.groups
  if (!groups) return null
  const { unit = '', version = '', name = '' } = groups
  return { path, unit: unit.replace(/\/$/, ''), version, name }
}

/**
 * Which of two versions comes first: negative, zero or positive like a sort's.
 * @param order the tool's; `graph` and `journal` have an order of their own and are compared as names here
 */
export function compareVersions(a: string, b: string, order: Preset['order']): number {
  if (order !== 'number') return a < b ? -1 : Number(a > b)
  const [first, second] = [partsOf(a), partsOf(b)]
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const [left, right] = [first[index] ?? 0n, second[index] ?? 0n]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** `1.2` → 1, 2; `2024_01_31_120000` → each; leading zeros do not count. */
function partsOf(version: string): bigint[] {
  return version
    .split(/\D+/)
    .filter((part) => part !== '')
    .map(BigInt)
}

/** Databases whose migrations the changes touch. */
export function touchedDatabases(settings: Settings, changes: readonly { readonly path: string }[]): string[] {
  const touched = settings.migrations.filter(({ paths }) => {
    const isOurs = matcherOf(paths)
    return changes.some(({ path }) => isOurs(path) !== null)
  })
  return [...new Set(touched.map(({ database }) => database))]
}

/** Whether any of the changes is below a set's `paths`. */
export function touchesMigrations(settings: Settings, changes: readonly { readonly path: string }[]): boolean {
  return touchedDatabases(settings, changes).length > 0
}
