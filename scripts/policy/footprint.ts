/**
 * Which paths a side of a merge changes, and whether git would have to decide anything if two sides were merged. Exact in
 * one direction: sides that are told apart here merge without a conflict; the others git itself is asked about.
 */
import type { Change } from './changes.ts'
import { changeOf } from './uncommitted-lines.ts'

export interface Footprint {
  readonly paths: ReadonlySet<string>
  /** Every directory that one of them lies in, however deep. */
  readonly above: ReadonlySet<string>
  /** Directories that got something new, which another side's renamed directory would take along. */
  readonly gaining: ReadonlySet<string>
  /** Directories that may have been renamed: they lost something, and something new is somewhere. */
  readonly moving: ReadonlySet<string>
}

/**
 * The footprint of commits together with what is uncommitted on top of them.
 * @param committed both ends of a rename as two changes
 * @param uncommitted lines of `git status --porcelain=v2`
 */
export function footprintOf(
  committed: readonly Pick<Change, 'path' | 'status'>[],
  uncommitted: readonly string[],
): Footprint {
  const lines = uncommitted.map(changeOf)
  const pathsOf = (some: readonly { readonly path: string }[]) => some.map(({ path }) => path)
  const paths = pathsOf([...committed, ...lines])
  const added = pathsOf([...committed.filter(({ status }) => status === 'A'), ...lines.filter((line) => line.isAdded)])
  const gone = pathsOf([...committed.filter(({ status }) => status === 'D'), ...lines.filter((line) => line.isGone)])
  return {
    paths: new Set(paths),
    above: directoriesOf(paths),
    gaining: directoriesOf(added),
    moving: added.length > 0 ? directoriesOf(gone) : new Set(),
  }
}

/**
 * Whether merging two sides with one merge base could conflict: they change the same path, one has a file where the other
 * has a directory, or one renamed a directory that the other put something into.
 */
export function mayConflict(a: Footprint, b: Footprint): boolean {
  return (
    meet(a.paths, b.paths) ||
    meet(a.paths, b.above) ||
    meet(a.above, b.paths) ||
    meet(a.moving, b.gaining) ||
    meet(a.gaining, b.moving)
  )
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const [fewer, more] = some.size < others.size ? [some, others] : [others, some]
  for (const one of fewer) if (more.has(one)) return true
  return false
}

/** Directories above the paths, but not the root, which cannot be renamed. */
function directoriesOf(paths: readonly string[]): Set<string> {
  const found = new Set<string>()
  for (const path of paths)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const directory = path.slice(0, at)
      if (found.has(directory)) break
      found.add(directory)
    }
  return found
}
