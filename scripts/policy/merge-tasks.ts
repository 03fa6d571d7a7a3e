/**
 * Two machines changed tasks: which file stands. By file, three ways (what both had, ours, the remote's):
 *
 * - What one side changed is taken. Different tasks never get in each other's way.
 * - The same task on both sides: landed beats closed, closed beats open (an end is never undone). In the same state the
 *   remote's text stands, since others have read it; ours stays in the history of the tasks ref, and a person is told.
 * - Notes that tasks left each other are no part of that: both sides' are kept (`mergedHandoffs`), and whoever only left one
 *   is not overruled.
 * - A task is gone only where one side took it out and the other left it as it was.
 */
import { mergedHandoffs } from './handoffs.ts'
import { formatTask, parseTask, type Task } from './task.ts'

/** A file of the tasks' tree. */
export interface TaskFile {
  /** Id of its blob: the same id, the same text. */
  readonly oid: string
  readonly text: string
}

export type TaskFiles = ReadonlyMap<string, TaskFile>

/** What stands; `oid` is null for a text that neither side has. */
export type MergedFile = Omit<TaskFile, 'oid'> & { readonly oid: string | null }

export interface MergedFiles {
  readonly files: ReadonlyMap<string, MergedFile>
  /** Names of files that both sides changed and of which ours does not stand: what we wrote is only in the history. */
  readonly overruled: readonly string[]
}

const RANK: Readonly<Record<string, number>> = { open: 0, closed: 1, landed: 2 }

/** Merges the files of two sides. Ids and states come out the same whichever side is called ours. */
export function mergedTasks(base: TaskFiles, ours: TaskFiles, theirs: TaskFiles): MergedFiles {
  const files = new Map<string, MergedFile>()
  const overruled: string[] = []
  for (const name of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [before, mine, other] = [base.get(name), ours.get(name), theirs.get(name)]
    const united = unitedNotes(name, before, mine, other)
    const stands = united ? united.file : standing(before, mine, other)
    if (stands) files.set(name, stands)
    const isLost = mine && stands !== mine && isChanged(before, mine) && stands?.oid !== mine.oid
    if (united ? united.isOverruled : isLost) overruled.push(name)
  }
  return { files, overruled }
}

/** Both sides changed the task, and all of it can be read: its notes are united, the rest of it stands as one side has it. */
function unitedNotes(
  name: string,
  before: TaskFile | undefined,
  mine: TaskFile | undefined,
  other: TaskFile | undefined,
): { file: MergedFile; isOverruled: boolean } | null {
  if (!mine || !other || mine.oid === other.oid || !isChanged(before, mine) || !isChanged(before, other)) return null
  const [was, ours, theirs] = [before, mine, other].map((file) => (file ? taskIn(file, name) : null))
  if (!ours || !theirs || (before && !was)) return null
  const [old, own, foreign] = [was, ours, theirs].map((task) => (task ? withoutNotes(task) : null))
  const isOurs = own !== old && (foreign === old || rankOf(mine) > rankOf(other))
  const handoffs = mergedHandoffs(was?.handoffs ?? [], ours.handoffs, theirs.handoffs)
  const text = formatTask({ ...(isOurs ? ours : theirs), handoffs })
  const file = [mine, other].find((one) => one.text === text) ?? { oid: null, text }
  return { file, isOverruled: !isOurs && own !== old && own !== foreign }
}

function taskIn({ text }: TaskFile, name: string): Task | null {
  try {
    return parseTask(text, name)
  } catch {
    // a hand broke it: its text goes through as a whole
    return null
  }
}

function withoutNotes(task: Task): string {
  return formatTask({ ...task, handoffs: [] })
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
