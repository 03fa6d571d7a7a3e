/** What the rules need to know of changed paths beyond their names, asked of the object store. */
import { type Change, SYMLINK_MODE } from '../policy/changes.ts'
import { parseTree, readObjects } from './objects.ts'
import type { Policy } from './policy-source.ts'
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

/** Added paths that the base holds already but for case or Unicode form, directories included. */
export function nameTwinsOf(
  repository: Repository,
  policy: Policy,
  changes: readonly Change[],
): ReadonlyMap<string, string> {
  const added = changes.filter(({ status, path }) => status === 'A' && !path.includes('\n')).map(({ path }) => path)
  if (added.length === 0 || policy.baseTip === null) return new Map()
  const deleted = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  const existing = siblingsAtBase(repository, policy.baseTip, added)
  const known = new Map(existing.filter((path) => !deleted.has(path)).map((path) => [folded(path), path]))
  const exact = new Set(existing)
  return new Map(
    added.flatMap((path) => {
      const twin = [...ancestorsOf(path), path].find((part) => !exact.has(part) && known.has(folded(part)))
      return twin === undefined ? [] : [[path, known.get(folded(twin)) ?? ''] as const]
    }),
  )
}

/** Everything beside the paths and their directories at the base: one tree object a directory, one process in all. */
function siblingsAtBase(repository: Repository, baseTip: string, paths: readonly string[]): string[] {
  const directories = ['', ...new Set(paths.flatMap(ancestorsOf))]
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
  return path.normalize('NFC').toLowerCase()
}

/** `a/b/c.ts` → `a`, `a/b`. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
