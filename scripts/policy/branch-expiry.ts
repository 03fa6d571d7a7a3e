/** When Neon deletes a branch: so many days after the last set-up, to the second. */

const DAY_MS = 86_400_000
/** A set-up a minute after the last one has nothing to push. */
const SLACK_MS = 3_600_000

/** RFC 3339 in UTC, as the API takes it. */
export function expiryAfter(days: number, nowMs: number): string {
  return new Date(nowMs + days * DAY_MS).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Whether the date is worth a call; one that never expired stays so. */
export function isDueForRenewal(expires: string | undefined, days: number, nowMs: number): boolean {
  return expires !== undefined && Date.parse(expires) < nowMs + days * DAY_MS - SLACK_MS
}
