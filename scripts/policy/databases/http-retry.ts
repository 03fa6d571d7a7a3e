/** When a web service's answer is worth another try, and how long to wait for it (databases.md, error C5). */

/** Seconds before the second, third, … try, where the service names none. */
const DELAYS_S = [1, 2, 4, 8] as const
/** A service may ask for an hour; nobody waits that long for a database. */
const MAX_DELAY_S = 30

/** How often a call is made at most. */
export const MAX_TRIES = DELAYS_S.length + 1

/** Locked, too many requests, or a failure of the service itself: the same call may do next time. */
export function isBusy(status: number): boolean {
  return status === 423 || status === 429 || status >= 500
}

/**
 * Milliseconds until the next try, or null where there is none.
 * @param tries how many there have been
 * @param retryAfter the header of that name: seconds or an HTTP date (RFC 9110, section 10.2.3); null where absent
 * @param nowMs the time, as milliseconds since 1970
 */
export function retryDelayMs(status: number, tries: number, retryAfter: string | null, nowMs: number): number | null {
  const delay = DELAYS_S[tries - 1]
  if (!isBusy(status) || delay === undefined) return null
  return Math.min(secondsOf(retryAfter, nowMs) ?? delay, MAX_DELAY_S) * 1000
}

function secondsOf(retryAfter: string | null, nowMs: number): number | null {
  if (retryAfter === null) return null
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter)
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? null : Math.max(0, (date - nowMs) / 1000)
}
