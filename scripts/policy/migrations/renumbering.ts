/**
 * New versions for migrations that another landing came before (policy.md section 7.3, MIG-ORDER). Pure: what to rename and
 * what to write elsewhere; nothing is guessed where a tool keeps more than a name.
 */
import { compareVersions, type MigrationFile, type MigrationSet } from './migration-set.ts'
import type { Mention } from './preset.ts'
import { newVersion, stampIn } from './stamps.ts'

export interface Renumbered {
  readonly from: MigrationFile
  readonly to: MigrationFile
}

/**
 * The task's own migrations of one sequence, renamed so that all of them come after the base's, in the order they have.
 * Those before the first that has to move keep their names.
 * @param own files of the task, not on the base
 * @param known files at the base, of the same unit
 */
export function renumbered(
  set: Pick<MigrationSet, 'tool'>,
  own: readonly MigrationFile[],
  known: readonly MigrationFile[],
  now: Date,
): Renumbered[] {
  const { order } = set.tool
  const groups = groupedByName(own).sort(([a], [b]) => compareVersions(sortKey(a), sortKey(b), order))
  const renames: Renumbered[] = []
  let before = [...known]
  let isMoving = false
  for (const files of groups) {
    const [first] = files
    if (first === undefined) continue
    isMoving ||= before.some((other) => isNotBefore(other, first, order))
    const moved = isMoving
      ? files.map((file) => ({ from: file, to: renamed(file, newVersion(set.tool, before, now), order) }))
      : []
    renames.push(...moved)
    before = [...before, ...(isMoving ? moved.map(({ to }) => to) : files)]
  }
  return renames
}

/** The files of one migration go together. */
function groupedByName(files: readonly MigrationFile[]): MigrationFile[][] {
  const groups = new Map<string, MigrationFile[]>()
  for (const file of files) groups.set(file.name, [...(groups.get(file.name) ?? []), file])
  return [...groups.values()]
}

function sortKey(file: MigrationFile | undefined): string {
  return file?.version ?? ''
}

function isNotBefore(other: MigrationFile, file: MigrationFile, order: MigrationSet['tool']['order']): boolean {
  const way = compareVersions(other.version, file.version, order)
  return way > 0 || (way === 0 && other.name !== file.name)
}

function renamed(file: MigrationFile, version: string, order: MigrationSet['tool']['order']): MigrationFile {
  // where the whole name is the version, what comes before the words is its stamp
  const old = order === 'name' && file.version === file.name ? stampIn(file.name) : file.version
  const name = file.name.replace(old, version)
  const at = file.path.lastIndexOf(file.name)
  const path = file.path.slice(0, at) + name + file.path.slice(at + file.name.length)
  return { path, unit: file.unit, name, version: file.version === file.name ? name : version }
}

/** A file's text with the new version or name in it, where the tool wants one there; the same text where not. */
export function mentioning(text: string, { from, to }: Renumbered, mentions: readonly Mention[]): string {
  return mentions
    .filter(({ remedy }) => remedy === 'replace')
    .reduce((now, { as }) => now.replaceAll(wordOf(from, as), wordOf(to, as)), text)
}

function wordOf({ path, name, version }: MigrationFile, as: Mention['as']): string {
  if (as === 'file') return path.slice(path.lastIndexOf('/') + 1)
  return as === 'name' ? name : version
}
