/**
 * Notes that tasks leave each other: "this file is yours, and I need this of it". Kept as a section of the owning task's
 * file, readable as it stands; this file turns that section into values and back.
 */

export interface Handoff {
  /** Counted from 1 for each task; it names the note in `task handoff --done`. */
  readonly number: number
  /** Id of the task that left it. */
  readonly from: string
  readonly files: readonly string[]
  readonly note: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** When the owning task said that it is done; null while it is open. */
  readonly doneAt: string | null
}

export const HANDOFFS_HEADING = '## Handed over'
const ENTRY = /^### (\d+) from (\S+), (\S+), (?:open|done (\S+))$/

/** The section's lines below its heading; empty where nothing was handed over. */
export function formatHandoffs(handoffs: readonly Handoff[]): string {
  return handoffs
    .map(({ number, from, files, note, createdAt, doneAt }) =>
      [
        `### ${number} from ${from}, ${createdAt}, ${doneAt === null ? 'open' : `done ${doneAt}`}`,
        files.map((file) => `- ${file}`).join('\n'),
        note
          .split('\n')
          .map((line) => (line === '' ? '>' : `> ${line}`))
          .join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n')
}

/**
 * The notes in the section's text.
 * @returns the notes, or the first line that is none of theirs
 */
export function parseHandoffs(text: string): { readonly handoffs: Handoff[] } | { readonly odd: string } {
  const found: { entry: Omit<Handoff, 'files' | 'note'>; files: string[]; note: string[] }[] = []
  for (const line of text.split(/\r?\n/)) {
    const last = found.at(-1)
    const [, number, from, createdAt, doneAt] = ENTRY.exec(line) ?? []
    if (number !== undefined && from !== undefined && createdAt !== undefined)
      found.push({
        entry: { number: Number(number), from, createdAt, doneAt: doneAt ?? null },
        files: [],
        note: [],
      })
    else if (last && line.startsWith('- ')) last.files.push(line.slice(2))
    else if (last && line.startsWith('>')) last.note.push(line.replace(/^> ?/, ''))
    else if (line.trim() !== '') return { odd: line }
  }
  return { handoffs: found.map(({ entry, files, note }) => ({ ...entry, files, note: note.join('\n') })) }
}

/** The open ones. */
export function openHandoffs(handoffs: readonly Handoff[]): Handoff[] {
  return handoffs.filter(({ doneAt }) => doneAt === null)
}

/** The notes with one more, under the next number. */
export function withHandoff(
  handoffs: readonly Handoff[],
  more: Pick<Handoff, 'from' | 'files' | 'note' | 'createdAt'>,
): Handoff[] {
  const number = Math.max(0, ...handoffs.map((one) => one.number)) + 1
  return [...handoffs, { number, ...more, note: more.note.replace(/\r\n?/g, '\n').trim(), doneAt: null }]
}

/**
 * The notes of two machines, none lost and none doubled, whichever side is called ours. A note is known by what it says, not
 * by its number: both sides may have counted on from the same one. Of two with one number the older keeps it; a number only
 * ever grows, so that a note that was moved once stays where it is. Done is never undone. A note is gone only where one
 * side took it out and the other left it as it was.
 */
export function mergedHandoffs(
  before: readonly Handoff[],
  ours: readonly Handoff[],
  theirs: readonly Handoff[],
): Handoff[] {
  const [was, mine, other] = [before, ours, theirs].map((list) => new Map(list.map((one) => [keyOf(one), one])))
  const kept = [...new Set([...(mine?.keys() ?? []), ...(other?.keys() ?? [])])].flatMap((key) => {
    const sides = [mine?.get(key), other?.get(key)].filter((one) => one !== undefined)
    const [only] = sides
    const isTakenOut = sides.length === 1 && was?.has(key) && was.get(key)?.doneAt === only?.doneAt
    return isTakenOut ? [] : [united(sides)].filter((one) => one !== null)
  })
  return numbered(kept)
}

function keyOf({ from, createdAt, files, note }: Handoff): string {
  return JSON.stringify([createdAt, from, files, note])
}

function united(sides: readonly Handoff[]): Handoff | null {
  const [first] = sides
  if (!first) return null
  const ends = sides.flatMap(({ doneAt }) => (doneAt === null ? [] : [doneAt])).sort()
  return { ...first, number: Math.max(...sides.map(({ number }) => number)), doneAt: ends[0] ?? null }
}

/** Each number once; the older first. */
function numbered(notes: readonly Handoff[]): Handoff[] {
  const order = (a: Handoff, b: Handoff) => a.number - b.number || (keyOf(a) < keyOf(b) ? -1 : 1)
  const used = new Set<number>()
  let next = Math.max(0, ...notes.map(({ number }) => number)) + 1
  const counted = [...notes].sort(order).map((one) => {
    const number = used.has(one.number) ? next++ : one.number
    used.add(number)
    return { ...one, number }
  })
  return counted.sort(order)
}
