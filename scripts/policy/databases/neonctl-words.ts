/** What neonctl's one line of English means, as the HTTP status it was made from (databases.md section 4.1). */

const MEANINGS: readonly (readonly [RegExp, number | null])[] = [
  [/could not reach|fetch failed|network|timed? ?out|ECONN/i, null],
  [/authentication failed|unauthori[sz]ed|invalid api key|\b401\b/i, 401],
  [/already exists/i, 409],
  [/locked|\b423\b/i, 423],
  [/too many requests|rate limit|\b429\b/i, 429],
  [/limit|quota/i, 422],
  [/not found/i, 404],
  [/internal|server error|unavailable|\b5\d\d\b/i, 500],
]

/** The status, or null where it is open whether anything was done. */
export function neonctlStatus(exit: number, said: string): number | null {
  // ended by a signal: our own deadline
  if (exit === 128) return null
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said))
  return meaning ? meaning[1] : 400
}
