/** What somebody meant who mistyped a name. */

/**
 * The known word that is at most two slips away (a letter wrong, missing, too many, or two swapped), or null. In a short
 * word two slips are too many: everything is near it.
 */
export function nearestWord(typed: string, known: readonly string[]): string | null {
  const most = typed.length < 5 ? 1 : 2
  const ranked = known.map((word) => ({ word, slips: slipsBetween(typed, word) })).sort((a, b) => a.slips - b.slips)
  const [best] = ranked
  return best !== undefined && best.slips <= most ? best.word : null
}

/** Damerau-Levenshtein distance with adjacent swaps (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const steps = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1)]
      row.push(Math.min(...steps, ...(isSwap ? [at(i - 2, j - 2) + 1] : [])))
    }
  }
  return at(a.length, b.length)
}
