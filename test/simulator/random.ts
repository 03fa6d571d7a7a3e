/** Chance from a seed: the same seed makes the same choices. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
  pick<T>(from: readonly T[]): T
  chance(probability: number): boolean
}

/** mulberry32: 32 bits of state are plenty for choosing steps. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    chance: (probability) => next() < probability,
  }
}

/**
 * Chance for one step of one agent: it depends on the seed and these names alone, so a run that leaves other steps out
 * makes the same choices in this one.
 */
export function randomOf(seed: number, ...names: readonly (string | number)[]): Random {
  const mixed = [...names.join('/')].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)
  return randomFrom(Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d))
}
