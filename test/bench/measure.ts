/**
 * How a row is measured: all its arms in every round, in turn forwards and backwards, so that whatever else the machine
 * does falls on all of them; the value of a row is the median over the rounds of what one round says.
 */

export interface Arm {
  /** Untimed, before each run. */
  before?(): void | Promise<void>
  /** Timed. */
  run(): void | Promise<void>
}

/** Arm → milliseconds in one round. */
export type Round = Readonly<Record<string, number>>

export interface Row {
  readonly name: string
  /** The goal: the value must not be above it. Null where arms are set side by side and none is judged. */
  readonly limit: number | null
  /** What the value counts, after the number: `× git`, `× node -e 0`, `ms`. */
  readonly unit: string
  readonly arms: Readonly<Record<string, Arm>>
  value(round: Round): number
  /** For rows where one round takes long; never below the least that the goal asks for. */
  readonly rounds?: number
  /** Arm → what its runs came to besides time; asked once, after the last round. */
  outcomes?(): Readonly<Record<string, string>>
}

export interface Measured {
  readonly name: string
  readonly value: number
  readonly limit: number | null
  readonly unit: string
  readonly ok: boolean
  /** Median milliseconds of each arm. */
  readonly arms: Round
  readonly outcomes?: Readonly<Record<string, string>>
  readonly rounds: number
}

/** Measures a row after one uncounted round. */
export async function measure(row: Row, rounds: number): Promise<Measured> {
  const names = Object.keys(row.arms)
  const taken: Round[] = []
  for (let round = -1; round < rounds; round += 1) {
    const times: Record<string, number> = {}
    for (const name of round % 2 === 0 ? names : names.toReversed()) times[name] = await timed(row.arms[name])
    if (round >= 0) taken.push(times)
  }
  const value = median(taken.map((round) => row.value(round)))
  const arms = Object.fromEntries(names.map((name) => [name, median(taken.map((round) => round[name] ?? 0))]))
  const { name, limit, unit } = row
  const outcomes = row.outcomes ? { outcomes: row.outcomes() } : {}
  return { name, value, limit, unit, ok: limit === null || value <= limit, arms, ...outcomes, rounds }
}

async function timed(arm: Arm | undefined): Promise<number> {
  await arm?.before?.()
  const start = process.hrtime.bigint()
  await arm?.run()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** `ours` over `plain`. */
export function ratio(round: Round): number {
  return (round.ours ?? 0) / (round.plain ?? 1)
}

/** Arm `name` in starts of Node. */
export function inNodeStarts(name: string): (round: Round) => number {
  return (round) => (round[name] ?? 0) / (round.node ?? 1)
}
