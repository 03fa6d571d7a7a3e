/**
 * Two machines changed tasks: which file stands. By file, three ways (what both had, ours, the remote's):
 *
 * - What one side changed is taken. Different tasks never get in each other's way.
 * - The same task on both sides: landed beats closed, closed beats open (an end is never undone). In the same state the
 *   remote's text stands, since others have read it; ours stays in the history of the tasks ref, and a person is told.
 * - A task is gone only where one side took it out and the other left it as it was.
 */

/** A file of the tasks' tree. */
export interface TaskFile {
  /** Id of its blob: the same id, the same text. */
  readonly oid: string
  readonly text: string
}

export type TaskFiles = ReadonlyMap<string, TaskFile>

export interface MergedFiles {
  readonly files: TaskFiles
  /** Names of files that both sides changed and of which ours does not stand: what we wrote is only in the history. */
  readonly overruled: readonly string[]
}

const RANK: Readonly<Record<string, number>> = { open: 0, closed: 1, landed: 2 }

/** Merges the files of two sides. Ids and states come out the same whichever side is called ours. */
export function mergedTasks(base: TaskFiles, ours: TaskFiles, theirs: TaskFiles): MergedFiles {
  const files = new Map<string, TaskFile>()
  const overruled: string[] = []
  for (const name of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [before, mine, other] = [base.get(name), ours.get(name), theirs.get(name)]
    const stands = standing(before, mine, other)
    if (stands) files.set(name, stands)
    if (mine && stands !== mine && isChanged(before, mine) && stands?.oid !== mine.oid) overruled.push(name)
  }
  return { files, overruled }
}

function standing(before: TaskFile | undefined, mine: TaskFile | undefined, other: TaskFile | undefined) {
  if (!isChanged(before, other)) return mine
  if (!isChanged(before, mine)) return other
  if (!mine || !other) return mine ?? other
  return rankOf(mine) > rankOf(other) ? mine : other
}

function isChanged(before: TaskFile | undefined, now: TaskFile | undefined): boolean {
  return before?.oid !== now?.oid
}

/** How far a task is, read without parsing it: a file that a hand broke must not stop the others. */
function rankOf({ text }: TaskFile): number {
  const [, front = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text) ?? []
  return RANK[/^state: *["']?(\w+)/m.exec(front)?.[1] ?? 'open'] ?? 0
}
