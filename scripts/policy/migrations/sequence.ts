/** Versions are unique, and what is added comes after all that the base has (policy.md section 7.3, evidence in 7.2). */
import type { Brought, Finding } from './brought.ts'
import { compareVersions, type MigrationFile, type MigrationSet, migrationFileOf } from './migration-set.ts'

const RENUMBER = 'npx lanekeeper migration renumber'

/** One version, two migrations: dbmate and golang-migrate never run the second and report success (measured). */
export function duplicate({ set, added, known, base }: Brought): Finding[] {
  if (set.tool.order === 'graph') return []
  const own = firstFiles(added)
  return own.flatMap((file, index): Finding[] => {
    const twin = [...known, ...own.slice(0, index)].find((other) => isSameVersion(set, file, other))
    if (!twin) return []
    const where = known.includes(twin) ? `on ${base}` : 'in this branch'
    const message = `version ${file.version} is taken by ${twin.path} ${where}: tools run one of the two, or both in an order of their own`
    return [{ path: file.path, message, ways: [RENUMBER] }]
  })
}

/** The same version in another open task's branch: whoever lands second has to renumber. */
export function duplicateElsewhere({ set, added, facts, task }: Brought): Finding[] {
  if (set.tool.order === 'graph') return []
  const others = facts.elsewhere
    .filter((one) => one.task !== task.id)
    .flatMap(({ task, path }) => {
      const file = migrationFileOf(set, path)
      return file ? [{ task, file }] : []
    })
  return firstFiles(added).flatMap((file): Finding[] => {
    const twin = others.find((other) => isSameVersion(set, file, other.file))
    if (!twin) return []
    const message = `task "${twin.task}" has version ${file.version} too (${twin.file.path}): whoever lands second renumbers`
    return [{ path: file.path, message, ways: [] }]
  })
}

/** An added version below the base's newest: some tools run it late, drizzle and golang-migrate skip it in silence. */
export function order({ set, added, known, base }: Brought): Finding[] {
  if (!hasVersions(set)) return []
  return firstFiles(added).flatMap((file): Finding[] => {
    const newest = newestOf(
      set,
      known.filter(({ unit }) => unit === file.unit),
    )
    if (newest === null || compareVersions(file.version, newest.version, set.tool.order) >= 0) return []
    const message = `version ${file.version} comes before ${newest.path}, which is on ${base} already: a database that has run that one would skip it or run it late`
    return [{ path: file.path, message, ways: [RENUMBER] }]
  })
}

/** TypeORM goes by the stamp in the class's name: a file that was renamed alone runs where it ran before. */
export function stampInside({ set, added, text }: Brought): Finding[] {
  const isInside = set.tool.mentions.some((mention) => mention.in === 'itself' && mention.as === 'version')
  if (!isInside) return []
  return added.flatMap((file): Finding[] => {
    const own = /\bclass\s+[A-Za-z_$][\w$]*?(\d{10,17})\b/.exec(text(file.path) ?? '')?.[1]
    if (own === undefined || own === file.version) return []
    const message = `its class says ${own}, and its file ${file.version}: ${set.tool.title} goes by the class`
    return [{ path: file.path, message, ways: [`give both the same stamp: ${file.version}`] }]
  })
}

/** The last of some files in the set's order, or null. */
export function newestOf(set: Pick<MigrationSet, 'tool'>, files: readonly MigrationFile[]): MigrationFile | null {
  return files.reduce<MigrationFile | null>(
    (last, file) => (last === null || compareVersions(file.version, last.version, set.tool.order) > 0 ? file : last),
    null,
  )
}

/** A graph's and a journal's order is in the files, not in their names. */
function hasVersions({ tool }: Pick<MigrationSet, 'tool'>): boolean {
  return tool.order === 'number' || tool.order === 'name'
}

function isSameVersion(set: MigrationSet, a: MigrationFile, b: MigrationFile): boolean {
  if (a.unit !== b.unit || a.name === b.name || a.version === '') return false
  return compareVersions(a.version, b.version, set.tool.order) === 0 || isPrefixPair(set, a.version, b.version)
}

/** Supabase looks remote versions up by prefix: `20240101` and `20240101120000` get in each other's way (cli issue 6036). */
function isPrefixPair({ tool }: MigrationSet, a: string, b: string): boolean {
  return tool.id === 'supabase' && a.length !== b.length && (a.startsWith(b) || b.startsWith(a))
}

/** `0007_a.up.sql` and `0007_a.down.sql` are one migration: one refusal. */
function firstFiles(files: readonly MigrationFile[]): MigrationFile[] {
  return files.filter(
    (file, index) => files.findIndex(({ unit, name }) => unit === file.unit && name === file.name) === index,
  )
}
