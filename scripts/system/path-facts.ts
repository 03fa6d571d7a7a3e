/** What the rules need to know of changed paths beyond their names, asked of the object store. */
import { type Change, SYMLINK_MODE } from '../policy/changes.ts'
import type { Policy } from '../policy/policy.ts'
import { parseTree, readObjects } from './objects.ts'
import type { Repository } from './repository.ts'

/** Where each symbolic link points that the changes add or alter. */
export function linkTargetsOf(repository: Repository, changes: readonly Change[]): ReadonlyMap<string, string> {
  const links = changes.filter(({ newMode, oid }) => newMode === SYMLINK_MODE && !/^0+$/.test(oid))
  const targets = readObjects(
    repository.git,
    links.map(({ oid }) => oid),
  )
  return new Map(links.map(({ path }, index) => [path, targets[index]?.content.toString('utf8') ?? '']))
}

/**
 * Added paths that the base holds already but for case or Unicode form, directories included. What is known of a
 * directory is found out once, and in one that the base does not have no file can have a twin: a branch may add 50,000
 * files to a hundred of them.
 */
export function nameTwinsOf(
  repository: Repository,
  policy: Policy,
  changes: readonly Change[],
): ReadonlyMap<string, string> {
  const added = changes.filter(({ status, path }) => status === 'A' && !path.includes('\n'))
  if (added.length === 0 || policy.baseTip === null) return new Map()
  const deleted = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  const byDirectory = groupedByDirectory(added)
  const directories = withAncestors(byDirectory.keys())
  const atBase = namesAtBase(repository, policy.baseTip, directories, deleted)
  const twins = new Map<string, string>()
  for (const [directory, paths] of byDirectory) {
    const above = directoryTwin(directory, atBase)
    if (above === undefined && !atBase.has(directory)) continue
    for (const path of paths) {
      const twin = above ?? twinOf(path, atBase)
      if (twin !== undefined) twins.set(path, twin)
    }
  }
  return twins
}

/** Directory at the base → its entries by their folded paths, and which of them are there to the letter. */
type NamesAtBase = ReadonlyMap<
  string,
  { readonly folded: ReadonlyMap<string, string>; readonly exact: ReadonlySet<string> }
>

function twinOf(path: string, atBase: NamesAtBase): string | undefined {
  const names = atBase.get(directoryOf(path))
  return names === undefined || names.exact.has(path) ? undefined : names.folded.get(folded(path))
}

/** The outermost directory above that has a twin: below it everything has. */
function directoryTwin(directory: string, atBase: NamesAtBase): string | undefined {
  if (directory === '') return undefined
  return directoryTwin(directoryOf(directory), atBase) ?? twinOf(directory, atBase)
}

/** git lists a directory's paths one after the other. */
function groupedByDirectory(added: readonly Change[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  let [last, paths]: [string | null, string[]] = [null, []]
  for (const { path } of added) {
    const slash = Math.max(path.lastIndexOf('/'), 0)
    if (last === null || slash !== last.length || !path.startsWith(last)) {
      last = path.slice(0, slash)
      paths = groups.get(last) ?? []
      groups.set(last, paths)
    }
    paths.push(path)
  }
  return groups
}

/** Asking for a tree that is not there costs git a tenth of a millisecond: a branch may bring hundreds of directories. */
const FEW_DIRECTORIES = 32

/** What the base holds in these directories: one tree object each, all in one process, or in two where they are many. */
function namesAtBase(
  repository: Repository,
  baseTip: string,
  directories: readonly string[],
  deleted: ReadonlySet<string>,
): NamesAtBase {
  const read = (some: readonly string[]) => treesAtBase(repository, baseTip, some, deleted)
  if (directories.length <= FEW_DIRECTORIES) return new Map(read(directories))
  const parents = new Set(directories.map(directoryOf))
  const outer = new Map(read(directories.filter((directory) => parents.has(directory))))
  const isThere = (directory: string) => outer.get(directoryOf(directory))?.exact.has(directory) ?? false
  const inner = directories.filter((directory) => !parents.has(directory) && isThere(directory))
  return new Map([...outer, ...read(inner)])
}

type Names = NonNullable<ReturnType<NamesAtBase['get']>>

function treesAtBase(
  repository: Repository,
  baseTip: string,
  directories: readonly string[],
  deleted: ReadonlySet<string>,
): [string, Names][] {
  const trees = readObjects(
    repository.git,
    directories.map((directory) => `${baseTip}:${directory}`),
  )
  return directories.flatMap((directory, index): [string, Names][] => {
    const tree = trees[index]
    if (tree?.type !== 'tree') return []
    const paths = parseTree(tree).map(({ name }) => (directory === '' ? name : `${directory}/${name}`))
    const staying = paths.filter((path) => !deleted.has(path)).map((path): [string, string] => [folded(path), path])
    return [[directory, { folded: new Map(staying), exact: new Set(paths) }]]
  })
}

function folded(path: string): string {
  return (/[^\u0000-\u007f]/.test(path) ? path.normalize('NFC') : path).toLowerCase()
}

/** `a/b/c.ts` → `a/b`; the root is ``. */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

function withAncestors(directories: Iterable<string>): string[] {
  const all = new Set([''])
  const add = (directory: string): void => {
    if (all.has(directory)) return
    add(directoryOf(directory))
    all.add(directory)
  }
  for (const directory of directories) add(directory)
  return [...all]
}
