/**
 * SQL text cut into tokens, by hand and in one pass: what stands in a comment, a string or a `$tag$` body is no SQL, whatever
 * it looks like. Two ways of reading: `standard` (Postgres, SQLite) and `mysql` (backslashes escape, `#` starts a comment,
 * `DELIMITER`, no dollar quotes). Everything that is opened and never closed runs to the end of the text and is reported.
 */
import { cutDollarBody, cutQuoted, endOfBlockComment } from './sql-quotes.ts'
import { Scanner } from './sql-scanner.ts'
import { asciiLower, type SqlReading, type SqlText, type SqlToken } from './sql-token.ts'

const SPACE = /\s+/y
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /\d[\w$]*/y
const REST_OF_LINE = /[^\r\n]*/y
const EXECUTABLE_COMMENT = /\/\*M?!\d*/y
/** Where runners cut a file, with or without a semicolon: Drizzle, dbmate, goose, sql-migrate, node-pg-migrate. */
const CUTTING_COMMENT = /^(?:> statement-breakpoint|\s*(?:migrate:(?:up|down)|\+\w+ \w+|(?:up|down) migration)\b)/i
const NEXT_LINE_GOES_ON = /[ \t]*\r?\n\s*(?=')/y

/** Cuts the text as one of the two readings has it. Never throws; linear in the text's length. */
export function tokensOf(text: string, reading: SqlReading): SqlText {
  const lexer = new Lexer(new Scanner(text), reading)
  while (!lexer.isDone) lexer.step()
  return lexer
}

class Lexer implements SqlText {
  readonly tokens: SqlToken[] = []
  readonly comments: string[] = []
  unclosed: SqlText['unclosed'] = null
  looksLikeMysql = false
  private delimiter = ';'
  private statementStart = 0
  private inExecutableComment = false

  constructor(
    private readonly scan: Scanner,
    private readonly reading: SqlReading,
  ) {}

  get isDone(): boolean {
    return this.scan.isAtEnd
  }

  step(): void {
    if (this.scan.match(SPACE) !== null) return
    const { char, at } = this.scan
    if (this.scan.sees(this.delimiter)) this.endStatement(this.delimiter)
    else if (this.comment(char) || this.quoted(char) || this.word()) return
    else if (char === '\\') this.push('meta', this.scan.match(REST_OF_LINE) ?? '', at)
    else this.numberOrSign(at)
  }

  private numberOrSign(start: number): void {
    const number = this.scan.match(NUMBER)
    if (number === null) this.scan.at += 1
    this.push(number === null ? 'sign' : 'number', number ?? this.scan.text.charAt(start), start)
  }

  private comment(char: string): boolean {
    if (char === '#') return this.hashComment()
    if (char === '-') return this.dashComment()
    if (this.inExecutableComment && this.scan.sees('*/')) {
      this.inExecutableComment = false
      this.scan.at += 2
      return true
    }
    return this.scan.sees('/*') && (this.executableComment() || this.blockComment())
  }

  private lineComment(opening: number): boolean {
    this.scan.at += opening
    const comment = this.scan.match(REST_OF_LINE) ?? ''
    this.comments.push(comment)
    if (CUTTING_COMMENT.test(comment)) this.endStatement('')
    return true
  }

  /** For Postgres `#` is an operator: no line begins with it there but with `#>` and `#-`. */
  private hashComment(): boolean {
    if (this.reading === 'mysql') return this.lineComment(1)
    const isOperator = this.tokens.length > 0 && /^#[>-]/.test(this.scan.text.slice(this.scan.at, this.scan.at + 2))
    if (this.scan.isFirstOnLine && !isOperator) this.looksLikeMysql = true
    return false
  }

  /** MySQL wants a space after the dashes, since `5--3` is eight there; but Drizzle's `-->` is not MySQL's. */
  private dashComment(): boolean {
    if (!this.scan.sees('--')) return false
    return (this.reading === 'standard' || this.scan.match(/(?=--(?:\s|>|$))/y) !== null) && this.lineComment(2)
  }

  /** What MySQL runs though it looks like a comment: `/*!40101 SET a`. */
  private executableComment(): boolean {
    const { at } = this.scan
    if (this.scan.match(EXECUTABLE_COMMENT) === null) return false
    this.looksLikeMysql = true
    this.inExecutableComment = this.reading === 'mysql'
    if (this.reading === 'standard') this.scan.at = at
    return this.reading === 'mysql'
  }

  private blockComment(): boolean {
    const { text, at } = this.scan
    const end = endOfBlockComment(text, at, this.reading === 'standard')
    this.comments.push(text.slice(at + 2, end === null ? undefined : end - 2))
    this.close(end, 'a comment')
    return true
  }

  private quoted(char: string): boolean {
    if (char === '`') this.looksLikeMysql = true
    if (char === '`') return this.cut('quoted', char, false)
    if (char === "'") return this.cut('string', char, this.reading === 'mysql')
    if (char === '"') return this.cut('quoted', char, this.reading === 'mysql')
    return char === '$' && this.reading === 'standard' && this.dollarBody()
  }

  private dollarBody(): boolean {
    const { text, at } = this.scan
    const end = cutDollarBody(text, at)
    if (end === undefined) return false
    this.close(end, 'a dollar-quoted text')
    this.push('string', '', at)
    return true
  }

  private cut(kind: SqlToken['kind'], quote: string, backslashes: boolean, start = this.scan.at): boolean {
    const { end, value } = cutQuoted(this.scan.text, this.scan.at, quote, backslashes)
    this.close(end, quote === "'" ? 'a text' : 'a quoted name')
    this.push(kind, kind === 'string' ? '' : value, start)
    return true
  }

  private word(): boolean {
    const start = this.scan.at
    const written = this.scan.match(WORD)
    if (written === null) return false
    const word = asciiLower(written)
    if (word === 'e' && this.scan.char === "'") return this.escapeString(start)
    if (word === 'u' && this.scan.match(/&(?=["'])/y) !== null)
      return this.cut(this.scan.char === '"' ? 'unreadable' : 'string', this.scan.char, false, start)
    if (word === 'delimiter' && this.tokens.length === this.statementStart) return this.changeDelimiter()
    if (word === 'auto_increment' || (word === 'engine' && this.tokens.at(-1)?.text === ')')) this.looksLikeMysql = true
    this.push('word', word, start)
    return true
  }

  /** An escape string, which a string on the next line carries on, escapes and all. */
  private escapeString(start: number): boolean {
    do this.cut('string', "'", true, start)
    while (this.scan.match(NEXT_LINE_GOES_ON) !== null)
    return true
  }

  private changeDelimiter(): boolean {
    this.looksLikeMysql = true
    const written = this.scan.match(REST_OF_LINE)?.trim() || ';'
    if (this.reading === 'mysql') this.delimiter = written
    return true
  }

  private endStatement(by: string): void {
    const start = this.scan.at
    const isCopy = this.tokens[this.statementStart]?.text === 'copy'
    const readsData = isCopy && this.tokens.slice(this.statementStart).some(({ text }) => text === 'stdin')
    this.scan.at += by.length
    this.push('end', ';', start)
    this.statementStart = this.tokens.length
    if (readsData) this.skipCopyData()
  }

  /** The rows that follow `COPY FROM stdin;` up to a line with `\.` alone. */
  private skipCopyData(): void {
    const marks = /^\\\.\r?$/gm
    marks.lastIndex = this.scan.at
    this.close(marks.exec(this.scan.text) === null ? null : marks.lastIndex, 'the rows of COPY')
  }

  private close(end: number | null, what: string): void {
    if (end === null) this.unclosed ??= { what, line: this.scan.lineOf(this.scan.at) }
    this.scan.at = end ?? this.scan.text.length
  }

  private push(kind: SqlToken['kind'], text: string, start: number): void {
    this.tokens.push({ kind, text, line: this.scan.lineOf(start), start, end: this.scan.at })
  }
}
