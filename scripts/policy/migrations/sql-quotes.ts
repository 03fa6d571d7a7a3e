/** Where quoted things end. Each walks from one candidate to the next, so that a long text costs no stack and no second look. */

/**
 * The quoted text that opens at `start`: its end (null where it is never closed) and what it says, doubled quotes undone.
 * @param backslashes whether a backslash takes the next character along, as in `E'…'` and in MySQL
 */
export function cutQuoted(
  text: string,
  start: number,
  quote: string,
  backslashes: boolean,
): { readonly end: number | null; readonly value: string } {
  const stops = backslashes ? new RegExp(`[\\\\${quote}]`, 'g') : new RegExp(quote, 'g')
  stops.lastIndex = start + 1
  for (let stop = stops.exec(text); stop !== null; stop = stops.exec(text)) {
    const isDoubled = text.charAt(stop.index + 1) === quote
    if (stop[0] === quote && !isDoubled)
      return { end: stop.index + 1, value: text.slice(start + 1, stop.index).replaceAll(quote + quote, quote) }
    stops.lastIndex = stop.index + 2
  }
  return { end: null, value: '' }
}

/** Where `$tag$ … $tag$` ends: null where it is never closed, undefined where `start` opens none. */
export function cutDollarBody(text: string, start: number): number | null | undefined {
  const opening = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
  opening.lastIndex = start
  const tag = opening.exec(text)?.[0]
  if (tag === undefined) return undefined
  const close = text.indexOf(tag, start + tag.length)
  return close === -1 ? null : close + tag.length
}

/** @param nests whether a comment may hold comments: in Postgres it may, in MySQL and SQLite the first end ends it */
export function endOfBlockComment(text: string, start: number, nests: boolean): number | null {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start + 2
  let depth = 1
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '*/') depth -= 1
    else if (nests) depth += 1
    if (depth === 0) return marks.lastIndex
  }
  return null
}
