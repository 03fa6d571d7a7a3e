/** What `status` says of notes that wait. */
import { type Handoff, openHandoffs } from './handoffs.ts'
import { printable } from './printable.ts'

/** A line for each task that other tasks wait for, with the command that shows the notes. */
export function handoffNotes(
  tasks: readonly { readonly id: string; readonly handoffs: readonly Handoff[] }[],
): string[] {
  return tasks.flatMap(({ id, handoffs }) => {
    const open = openHandoffs(handoffs)
    const [first] = open
    if (!first) return []
    const more = open.length > 1 ? ` and ${open.length - 1} more` : ''
    return [
      `▲ task ${id} has a note of ${first.from} about ${printable(first.files.join(', '))}${more}: npx lanekeeper task show ${id}`,
    ]
  })
}
