/** What every two open tasks have in common and would conflict in, as `status` tells it; and that as a grid for a person. */
import { type Overlap, someOf } from './overlap.ts'
import { printable } from './printable.ts'

export interface TaskPair {
  readonly tasks: readonly [string, string]
  readonly overlap: Overlap['kind']
  /** One lands after the other: they are not worked on at once. */
  readonly isOrdered: boolean
  /** The first of the base's files that both may change; `fileCount` counts them all. */
  readonly files: readonly string[]
  readonly fileCount: number
  readonly witness: string | null
  readonly shared: readonly string[]
  /** Files that would conflict if both were merged now, uncommitted work included; null where that was not foretold. */
  readonly conflicts: readonly string[] | null
}

/** A task against the base's tip. */
export interface BaseConflicts {
  readonly task: string
  readonly conflicts: readonly string[] | null
}

/** How many files of an overlap are told by name. */
export const MOST_FILES = 20
const MOST_LINES = 20

/** Whether a person should see the grid without having asked for it. */
export function isWorthShowing(pairs: readonly TaskPair[], base: readonly BaseConflicts[]): boolean {
  return (
    pairs.some(({ overlap, isOrdered, conflicts }) => (overlap === 'files' && !isOrdered) || conflicts?.length) ||
    base.some(({ conflicts }) => conflicts?.length)
  )
}

/** Rows of the grid, the heading first: a task a row and a column, the base before them. */
export function gridRows(
  ids: readonly string[],
  pairs: readonly TaskPair[],
  base: readonly BaseConflicts[],
): string[][] {
  const cell = (a: string, b: string) => {
    const pair = pairs.find(({ tasks }) => tasks.includes(a) && tasks.includes(b))
    return a === b ? '' : pair ? cellOf(pair) : '?'
  }
  const onBase = (id: string) => conflictCell(base.find(({ task }) => task === id)?.conflicts ?? null) ?? '·'
  return [
    ['', 'TASK', 'BASE', ...ids.map((_, index) => String(index + 1))],
    ...ids.map((id, index) => [String(index + 1), id, onBase(id), ...ids.map((other) => cell(id, other))]),
  ]
}

function cellOf(pair: TaskPair): string {
  const conflict = conflictCell(pair.conflicts)
  if (conflict !== null) return conflict
  if (pair.overlap === 'files') return pair.isOrdered ? '→' : `~${pair.fileCount}`
  return pair.shared.length > 0 ? `s${pair.shared.length}` : '·'
}

function conflictCell(conflicts: readonly string[] | null): string | null {
  return conflicts !== null && conflicts.length > 0 ? `✗${conflicts.length}` : null
}

export const GRID_LEGEND =
  '✗n: n files conflict · ~n: n files in both lanes · →: so, but one lands after the other · sn: n shared files · dot: apart'

/** A line for each conflict and overlap, conflicts first, those in files of one's own before those in shared ones. */
export function pairLines(pairs: readonly TaskPair[], base: readonly BaseConflicts[], baseName: string): string[] {
  const ownConflicts = ({ conflicts, shared }: TaskPair) =>
    conflicts?.filter((path) => !shared.includes(path)).length ?? 0
  const conflicting = pairs
    .filter(({ conflicts }) => conflicts?.length)
    .sort((a, b) => ownConflicts(b) - ownConflicts(a))
  const lines = [
    ...base.flatMap(({ task, conflicts }) =>
      conflicts?.length ? [`✗ ${task} and ${baseName} conflict in ${someOf(conflicts)}`] : [],
    ),
    ...conflicting.map(({ tasks: [a, b], conflicts }) => `✗ ${a} and ${b} conflict in ${someOf(conflicts ?? [])}`),
    ...pairs
      .filter(({ overlap, isOrdered, conflicts }) => overlap === 'files' && !isOrdered && !conflicts?.length)
      .map(({ tasks: [a, b], files, fileCount }) => `~ ${a} and ${b} may both change ${named(files, fileCount)}`),
  ]
  const more = lines.length - MOST_LINES
  return more > 0 ? [...lines.slice(0, MOST_LINES), `…and ${more} more: npx lanekeeper status --json`] : lines
}

function named(files: readonly string[], count: number): string {
  const first = files.slice(0, 3).map(printable)
  return first.join(', ') + (count > first.length ? ` and ${count - first.length} more` : '')
}
