/** A place among a statement's tokens: takes words and names, and tells where they are not. */
import type { SqlToken } from './sql-token.ts'

/** Words that no table is called unless it is quoted: where one stands instead of a name, there is no name. */
const NEVER_A_NAME = new Set(
  'all as cascade default from group in into limit not null on only order select set table to union using values where with'.split(
    ' ',
  ),
)

export class Cursor {
  constructor(
    readonly tokens: readonly SqlToken[],
    readonly source: string,
    public at = 0,
  ) {}

  get token(): SqlToken | undefined {
    return this.tokens[this.at]
  }

  /** The unquoted word here, `ahead` tokens on; empty for anything else. */
  word(ahead = 0): string {
    const token = this.tokens[this.at + ahead]
    return token?.kind === 'word' ? token.text : ''
  }

  isSign(sign: string): boolean {
    return isSign(this.token, sign)
  }

  /** Takes these words where they follow in this order. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.word(ahead) === word)) return false
    this.at += words.length
    return true
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false
    this.at += 1
    return true
  }

  /** Takes any number of these words. */
  skip(...words: readonly string[]): void {
    while (words.includes(this.word())) this.at += 1
  }

  skipIfExists(): void {
    if (!this.take('if', 'not', 'exists')) this.take('if', 'exists')
  }

  /** Moves past the next of these words that stands in no parentheses; false where there is none. */
  skipPast(...words: readonly string[]): boolean {
    for (let depth = 0; this.token !== undefined; this.at += 1) {
      depth += depthChange(this.token)
      if (depth > 0 || !words.includes(this.word())) continue
      this.at += 1
      return true
    }
    return false
  }

  /** Takes a pair of parentheses with what is in it, if one opens here. */
  skipParentheses(): void {
    if (!this.isSign('(')) return
    for (let depth = 0; this.token !== undefined; ) {
      depth += depthChange(this.token)
      this.at += 1
      if (depth === 0) return
    }
  }

  /** Takes a name with its qualifiers (`a`, `"a"."b"`, `[a]`); null where what stands here cannot be read as one. */
  name(): readonly string[] | null {
    const parts: string[] = []
    do {
      const part = this.namePart()
      if (part === null) return null
      parts.push(part)
    } while (this.takeSign('.'))
    return this.isGluedToMore() ? null : parts
  }

  private namePart(): string | null {
    if (this.isSign('[')) return this.bracketed()
    const token = this.token
    if (token === undefined || !isNamePart(token)) return null
    this.at += 1
    return token.text
  }

  private bracketed(): string | null {
    const start = this.token?.end ?? 0
    while (this.token !== undefined && !this.isSign(']')) this.at += 1
    const end = this.token?.start
    this.at += 1
    return end === undefined ? null : this.source.slice(start, end)
  }

  /** A template's or a psql variable's place in a name: `users_${suffix}`, `users_:suffix`. */
  private isGluedToMore(): boolean {
    const [before, after] = [this.tokens[this.at - 1], this.token]
    return before?.end === after?.start && after?.kind === 'sign' && '{$:%@?<#'.includes(after.text)
  }
}

export function isSign(token: SqlToken | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign
}

export function depthChange(token: SqlToken): number {
  if (isSign(token, '(')) return 1
  return isSign(token, ')') ? -1 : 0
}

function isNamePart({ kind, text }: SqlToken): boolean {
  if (kind === 'word') return !NEVER_A_NAME.has(text)
  // MySQL's names may start with a digit
  return kind === 'quoted' || (kind === 'number' && /[a-z_]/i.test(text))
}
