/** Which tools a project's migrations belong to, for the settings that `init` writes. Values in, values out. */
import { dependenciesOf, type Manifest } from '../adoption/package-scripts.ts'
import type { ProjectFacts } from '../adoption/project-facts.ts'
import { matcherOf } from '../patterns.ts'
import { type Candidate, NOT_THE_PROJECTS, SIGNS, type Sign, TOLD_BY_HEAD, WORTH_A_LOOK } from './migration-signs.ts'
import { presetOf } from './presets.ts'

export interface DetectedMigrations {
  readonly preset: string
  /** Only where the preset's own would miss a file. */
  readonly paths?: readonly string[]
  /** Directories that were found, outermost only. */
  readonly dirs: readonly string[]
}

type Facts = Pick<ProjectFacts, 'files' | 'packages' | 'heads'>

/** Heads are only read of so many directories: `init` should not crawl a large repository. */
const MOST_HEADS = 20
/** From so many directories of one form on, a pattern stands for them and for those to come. */
const ENOUGH_FOR_A_PATTERN = 3

/** The project's migrations, one entry a tool, in the order of the catalogue of signs. */
export function detectMigrations(facts: Facts): DetectedMigrations[] {
  const files = facts.files.filter((file) => WORTH_A_LOOK.test(file) && !NOT_THE_PROJECTS.test(file))
  const candidateOf = candidates(facts)
  const taken = new Map<string, Sign>()
  for (const sign of SIGNS)
    for (const [dir, first] of directoriesOf(sign, files)) {
      const isFree = ![...taken.keys()].some((other) => isWithin(dir, other) || isWithin(other, dir))
      if (isFree && (sign.fits?.(candidateOf(dir, first)) ?? true)) taken.set(dir, sign)
    }
  const presets = [...new Set([...taken.values()].map(({ preset }) => preset))]
  return presets.map((preset) => {
    const units = [...taken].filter(([, sign]) => sign.preset === preset)
    return entryOf(
      preset,
      units.map(([dir]) => dir),
      units.flatMap(([dir, sign]) => patternsOf(sign, dir, facts.files)),
      facts.files,
    )
  })
}

/** One file of each directory whose tool only its text tells. */
export function filesToPeekAt(files: readonly string[]): string[] {
  const found = new Map<string, string>()
  for (const file of files) {
    const unit = WORTH_A_LOOK.test(file) && !NOT_THE_PROJECTS.test(file) && TOLD_BY_HEAD.exec(file)?.groups?.unit
    if (unit && file < (found.get(unit) ?? '\uffff')) found.set(unit, file)
  }
  return [...found.values()].sort().slice(0, MOST_HEADS)
}

/** Directory → its first file of the sign's shape. */
function directoriesOf({ shape }: Sign, files: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const file of files) {
    const unit = shape.exec(file)?.groups?.unit
    if (unit && file < (found.get(unit) ?? '\uffff')) found.set(unit, file)
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What a sign may ask of a directory. */
function candidates({ files, packages, heads }: Facts): (dir: string, first: string) => Candidate {
  const all = new Set(files)
  const configs = files.filter((file) => /(^|\/)(go\.mod|Cargo\.toml|knexfile\.\w+|\.sequelizerc)$/.test(file))
  const headOf = (dir: string) => [...heads].find(([path]) => directoryOf(path) === dir)?.[1] ?? ''
  return (dir, first) => ({
    dir,
    first,
    head: headOf(dir),
    hasFile: (path) => all.has(path),
    hasAbove: (name) =>
      configs.some((file) => name.test(file.slice(file.lastIndexOf('/') + 1)) && isWithin(dir, directoryOf(file))),
    dependsOn: (name) =>
      packages.some(
        ({ dir: where, manifest }) => isWithin(dir, where) && wordsOf(manifest).some((one) => name.test(one)),
      ),
  })
}

/** What a package depends on, and what its scripts call: a runner may come with another package. */
function wordsOf(manifest: Manifest): string[] {
  const scripts = Object.values(manifest.scripts ?? {}).flatMap((script) => script.split(/\s+/))
  return [...Object.keys(dependenciesOf(manifest)), ...scripts]
}

/** Empty for what lies at the root. */
function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

function isWithin(path: string, dir: string): boolean {
  return dir === '' || path === dir || path.startsWith(`${dir}/`)
}

/** A sign's patterns for a directory; what lies beside it only where it is there. */
function patternsOf({ paths = ['{unit}'] }: Sign, dir: string, files: readonly string[]): string[] {
  const above = directoryOf(dir)
  const patterns = paths.map((path) => path.replace('{unit}', dir).replace('{above}/', above === '' ? '' : `${above}/`))
  return patterns.filter((pattern, index) => {
    const isThere = matcherOf([pattern])
    return index === 0 || files.some((file) => isThere(file) !== null)
  })
}

function entryOf(
  preset: string,
  dirs: readonly string[],
  found: readonly string[],
  files: readonly string[],
): DetectedMigrations {
  const isFound = matcherOf(found)
  const isDefault = matcherOf(presetOf(preset).paths)
  const isCovered = files.every((file) => isFound(file) === null || isDefault(file) !== null)
  return { preset, dirs, ...(isCovered ? {} : { paths: collapsed([...new Set(found)].sort()) }) }
}

/** `modules/a/migrations`, `modules/b/migrations`, `modules/c/migrations` → `modules/*\/migrations`. */
function collapsed(patterns: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const pattern of patterns)
    for (const form of formsOf(pattern)) groups.set(form, [...(groups.get(form) ?? []), pattern])
  const [form, members] = [...groups].sort(([, a], [, b]) => b.length - a.length)[0] ?? []
  if (form === undefined || !members || members.length < ENOUGH_FOR_A_PATTERN) return [...patterns]
  return collapsed([...patterns.filter((pattern) => !members.includes(pattern)), form].sort())
}

/** A path with one of its directories left open; never the last one, which says that these are migrations. */
function formsOf(pattern: string): string[] {
  const parts = pattern.split('/')
  return parts
    .slice(0, -1)
    .flatMap((part, open) =>
      part.includes('*') ? [] : [parts.map((one, index) => (index === open ? '*' : one)).join('/')],
    )
}
