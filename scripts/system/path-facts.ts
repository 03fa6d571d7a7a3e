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
 * directory is found out once: a branch may add 50,000 files to a hundred of them.
 */
export function nameTwinsOf(
  repository: Repository,
  policy: Policy,
  changes: readonly Change[],
): ReadonlyMap<string, string> {
  const added = changes.filter(({ status, path }) => status === 'A' && !path.includes('\n')).map(({ path }) => path)
  if (added.length === 0 || policy.baseTip === null) return new Map()
  const directories = withAncestors(new Set(added.map(directoryOf)))
  const existing = namesAtBase(repository, policy.baseTip, directories)
  const deleted = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  const known = new Map(existing.filter((path) => !deleted.has(path)).map((path) => [folded(path), path]))
  const exact = new Set(existing)
  const twinOf = (path: string) => (exact.has(path) ? undefined : known.get(folded(path)))
  const directoryTwins = new Map(directories.map((directory) => [directory, twinOf(directory)]))
  const twins = new Map<string, string>()
  for (const path of added) {
    const twin = firstTwin(directoryOf(path), directoryTwins) ?? twinOf(path)
    if (twin !== undefined) twins.set(path, twin)
  }
  return twins
}

/** The outermost directory above that has a twin: below it everything has. */
function firstTwin(directory: string, twins: ReadonlyMap<string, string | undefined>): string | undefined {
  if (directory === '') return undefined
  return firstTwin(directoryOf(directory), twins) ?? twins.get(directory)
}

/** What the base holds in these directories: one tree object each, one process in all. */
function namesAtBase(repository: Repository, baseTip: string, directories: readonly string[]): string[] {
  const trees = readObjects(
    repository.git,
    directories.map((directory) => `${baseTip}:${directory}`),
  )
  return directories.flatMap((directory, index) => {
    const tree = trees[index]
    if (tree?.type !== 'tree') return []
    return parseTree(tree).map(({ name }) => (directory === '' ? name : `${directory}/${name}`))
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

function withAncestors(directories: ReadonlySet<string>): string[] {
  const all = new Set([''])
  const add = (directory: string): void => {
    if (all.has(directory)) return
    add(directoryOf(directory))
    all.add(directory)
  }
  for (const directory of directories) add(directory)
  return [...all]
}
