/**
 * The commands in a line for a shell, as words: quotes, backslashes, `&&`, `;`, `|`, subshells, `$(…)`, here documents and
 * comments. Nothing is expanded. It never throws: what is not closed ends with the text. It reads what an agent writes,
 * not what somebody hides.
 */
import { endOf, MOST_NESTED, nested, pieceAt, quotedPiece, type Scan, type ShellCommand } from './shell-pieces.ts'

/** Programs that run what they are given to read. */
const SHELLS = /(^|\/)(ba|da|k|z)?sh$/

interface Heredoc {
  readonly delimiter: string
  /** `<<-`: tabs in front of a line do not count. */
  readonly strips: boolean
  readonly isLiteral: boolean
  /** The command it is given to. */
  readonly owner: readonly string[]
}

/** A command while it is read. */
interface Line {
  words: string[]
  /** null: between words. */
  word: string | null
  /** The next word is where a redirection goes. */
  isTarget: boolean
  heredocs: Heredoc[]
  readonly scopes: string[]
}

/** Whether a program is a shell, by its name or path. */
export function isShell(program: string): boolean {
  return SHELLS.test(program)
}

/** Every simple command of the text, in order, those in substitutions included. */
export function shellCommands(text: string): ShellCommand[] {
  const scan: Scan = { text, at: 0, commands: [], depth: 0, readList }
  readList(scan, '', false)
  return scan.commands
}

/** Reads commands up to the end, or for a substitution up to its `)`. */
function readList(scan: Scan, scope: string, isNested: boolean): void {
  const line: Line = { words: [], word: null, isTarget: false, heredocs: [], scopes: [scope] }
  while (scan.at < scan.text.length) {
    if (scan.text[scan.at] === ')' && isNested && line.scopes.length === 1) break
    readOne(scan, line)
  }
  endCommand(scan, line)
}

function readOne(scan: Scan, line: Line): void {
  const char = scan.text[scan.at] ?? ''
  if (char === '\n') endLine(scan, line)
  // a line that goes on in the next
  else if (char === '\\' && scan.text[scan.at + 1] === '\n') scan.at += 2
  else if (/\s/.test(char)) skip(scan, line, endWord)
  else if (char === '#' && line.word === null) scan.at = endOf(scan.text, '\n', scan.at)
  else if (char === '<' || char === '>' || (char === '&' && scan.text[scan.at + 1] === '>')) redirection(scan, line)
  else if (/[;&|]/.test(char)) skip(scan, line, () => endCommand(scan, line))
  else if (char === '(' || char === ')') parenthesis(scan, line, char)
  else line.word = (line.word ?? '') + pieceAt(scan, line.scopes.at(-1) ?? '')
}

function skip(scan: Scan, line: Line, end: (line: Line) => void): void {
  end(line)
  scan.at += 1
}

function parenthesis(scan: Scan, line: Line, char: string): void {
  endCommand(scan, line)
  const [outer = ''] = line.scopes.slice(-1)
  if (char === '(') line.scopes.push(line.scopes.length < MOST_NESTED ? `${outer}.${scan.at}` : outer)
  else if (line.scopes.length > 1) line.scopes.pop()
  scan.at += 1
}

function endWord(line: Line): void {
  if (line.word !== null && !line.isTarget) line.words.push(line.word)
  if (line.word !== null) line.isTarget = false
  line.word = null
}

function endCommand(scan: Scan, line: Line): void {
  endWord(line)
  line.isTarget = false
  if (line.words.length > 0) scan.commands.push({ words: line.words, scope: line.scopes.at(-1) ?? '' })
  line.words = []
}

/** After a newline come the here documents that the line asked for. */
function endLine(scan: Scan, line: Line): void {
  const scope = line.scopes.at(-1) ?? ''
  skip(scan, line, () => endCommand(scan, line))
  for (const heredoc of line.heredocs.splice(0)) readBody(scan, heredoc, scope)
}

function readBody(scan: Scan, { delimiter, strips, isLiteral, owner }: Heredoc, scope: string): void {
  const start = scan.at
  for (;;) {
    const from = scan.at
    if (from >= scan.text.length) break
    const to = endOf(scan.text, '\n', from)
    scan.at = Math.min(to + 1, scan.text.length)
    const text = scan.text.slice(from, to)
    if ((strips ? text.replace(/^\t+/, '') : text) === delimiter) {
      runInside(scan, scan.text.slice(start, from), owner, isLiteral, scope)
      return
    }
  }
  runInside(scan, scan.text.slice(start), owner, isLiteral, scope)
}

/** A body is text, unless a shell reads it or the shell fills it in. */
function runInside(scan: Scan, body: string, owner: readonly string[], isLiteral: boolean, scope: string): void {
  const inner = nested(scan, body)
  if (inner === null) return
  if (owner.some(isShell)) readList(inner, scope, false)
  else if (!isLiteral) while (inner.at < body.length) quotedPiece(inner, scope)
}

function redirection(scan: Scan, line: Line): void {
  // 2> and the like
  if (line.word !== null && /^\d+$/.test(line.word)) line.word = null
  endWord(line)
  const heredoc = /^<<-?(?!<)[ \t]*((?:'[^']*'|"[^"]*"|\\.|[^\s;&|<>()'"\\])*)/.exec(
    scan.text.slice(scan.at, scan.at + 400),
  )
  if (heredoc) {
    const [whole, raw = ''] = heredoc
    const delimiter = raw.replace(/['"\\]/g, '')
    line.heredocs.push({ delimiter, strips: whole.startsWith('<<-'), isLiteral: raw !== delimiter, owner: line.words })
    scan.at += whole.length
    return
  }
  const [operator = ''] = /^(&>>?|<<<|<>|<&|>>|>&|>\||[<>])/.exec(scan.text.slice(scan.at, scan.at + 3)) ?? []
  scan.at += Math.max(operator.length, 1)
  // <(…) and >(…) hold commands of their own
  line.isTarget = scan.text[scan.at] !== '('
}
