/** The time that services take: the clock, and how patient we are. A parameter, so that no test has to wait. */

export interface Pace {
  /** Milliseconds since 1970. */
  now(): number
  wait(ms: number): Promise<void>
  /** How long one call may take, in milliseconds. */
  readonly callMs: number
  /** How long something may take to become ready, in milliseconds. */
  readonly readyMs: number
}

/** PlanetScale's own tool gives up on a branch after ten minutes (databases.md section 4.2). */
export const REAL_PACE: Pace = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  callMs: 30_000,
  readyMs: 10 * 60_000,
}
