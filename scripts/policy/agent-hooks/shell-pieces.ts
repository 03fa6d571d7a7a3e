/** The pieces a shell word is made of: quoted parts, substitutions and plain characters. */

export interface ShellCommand {
  /** As the program would get them, assignments first; a substitution is `$()`. */
  readonly words: readonly string[]
  /** Which subshell it is in: that of `(cd x; a) ; b` begins with the one around it. */
  readonly scope: string
}

/** Deeper nesting is not read: it is nobody's accident. */
export const MOST_NESTED = 30

/** A text that is being read. */
export interface Scan {
  readonly text: string
  at: number
  readonly commands: ShellCommand[]
  readonly depth: number
  /** Reads the commands from `at` on: to the end, or for a substitution up to its `)`. */
  readonly readList: (scan: Scan, scope: string, isNested: boolean) => void
}

/** A text inside this one, whose commands count with this one's; null where it lies too deep. */
export function nested(scan: Scan, text: string): Scan | null {
  return scan.depth < MOST_NESTED ? { ...scan, text, at: 0, depth: scan.depth + 1 } : null
}

/** One piece of a word: a quoted part, a substitution, or a character. */
export function pieceAt(scan: Scan, scope: string): string {
  const { text } = scan
  const char = text[scan.at] ?? ''
  if (char === "'") return singleQuoted(scan, 1)
  if (char === '$' && text[scan.at + 1] === "'") return singleQuoted(scan, 2)
  if (char === '"') return doubleQuoted(scan, scope)
  if (char !== '\\') return quotedPiece(scan, scope)
  scan.at += 2
  return text[scan.at - 1] ?? ''
}

function singleQuoted(scan: Scan, opening: number): string {
  const from = scan.at + opening
  const to = endOf(scan.text, "'", from)
  scan.at = to + 1
  return scan.text.slice(from, to)
}

function doubleQuoted(scan: Scan, scope: string): string {
  let text = ''
  scan.at += 1
  while (scan.at < scan.text.length && scan.text[scan.at] !== '"') text += quotedPiece(scan, scope)
  scan.at += 1
  return text
}

/** What has a meaning between double quotes too: `\`, `$(…)` and backticks. */
export function quotedPiece(scan: Scan, scope: string): string {
  const { text, at } = scan
  const char = text[at] ?? ''
  if (char === '\\' && /[$`"\\\n]/.test(text[at + 1] ?? '')) {
    scan.at += 2
    return text[at + 1] === '\n' ? '' : (text[at + 1] ?? '')
  }
  if (char === '$' && text[at + 1] === '(') return substitution(scan, scope)
  if (char === '`') return backticks(scan, scope)
  scan.at += 1
  return char
}

function substitution(scan: Scan, scope: string): string {
  const inner = nested(scan, scan.text)
  if (inner === null) {
    scan.at += 2
    return '$('
  }
  inner.at = scan.at + 2
  scan.readList(inner, `${scope}.${scan.at}`, true)
  scan.at = inner.at + 1
  return '$()'
}

function backticks(scan: Scan, scope: string): string {
  const from = scan.at + 1
  let to = from
  while (to < scan.text.length && scan.text[to] !== '`') to += scan.text[to] === '\\' ? 2 : 1
  const inner = nested(scan, scan.text.slice(from, to).replace(/\\([`\\$])/g, '$1'))
  if (inner) scan.readList(inner, `${scope}.${scan.at}b`, false)
  scan.at = to + 1
  return '$()'
}

/** Where a text next has this, or its end. */
export function endOf(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from)
  return at === -1 ? text.length : at
}
