/** Which agents do a step in which round. Everything else follows from the seed, so a part of a schedule can be run again. */
export interface Round {
  readonly number: number
  /** Agents that do a step, all at once. */
  readonly agents: readonly string[]
  /** Whether the round may have a fault of the machine. */
  readonly hasFault: boolean
}

export type Schedule = readonly Round[]

/** Round after round with everybody, without an end. */
export function* everybody(agents: readonly string[]): Generator<Round> {
  for (let number = 1; ; number++) yield { number, agents, hasFault: true }
}

/**
 * The fewest of the items that still break: halves, quarters and so on are left out as long as it breaks without them
 * (delta debugging, Zeller 2002).
 * @param breaks whether these alone still break; it may take minutes
 * @param hasTime asked before every try; when it says no, the best so far is given
 */
export async function minimise<T>(
  items: readonly T[],
  breaks: (items: readonly T[]) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<readonly T[]> {
  let rest = items
  let parts = 2
  while (rest.length > 1 && hasTime()) {
    const size = Math.ceil(rest.length / parts)
    const smaller = await firstThatBreaks(without(rest, size), breaks, hasTime)
    if (smaller !== null) {
      rest = smaller
      parts = Math.max(parts - 1, 2)
    } else if (size === 1) break
    else parts = Math.min(parts * 2, rest.length)
  }
  return rest
}

/** The items without the first `size`, without the next `size`, and so on. */
function without<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => [
    ...items.slice(0, index * size),
    ...items.slice((index + 1) * size),
  ])
}

async function firstThatBreaks<T>(
  candidates: readonly (readonly T[])[],
  breaks: (items: readonly T[]) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<readonly T[] | null> {
  for (const candidate of candidates)
    if (candidate.length > 0 && hasTime() && (await breaks(candidate))) return candidate
  return null
}
