/** A place in a text that only moves on, and the line it is on. */
export class Scanner {
  at = 0
  private line = 1
  private nextBreak: number

  constructor(readonly text: string) {
    this.nextBreak = text.indexOf('\n')
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  get char(): string {
    return this.text.charAt(this.at)
  }

  sees(what: string): boolean {
    return this.text.startsWith(what, this.at)
  }

  /** Moves past what the sticky pattern finds here, and gives it. */
  match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? null
    this.at += found?.length ?? 0
    return found
  }

  /** Whether nothing but blanks stands before this place on its line; looks back no further than an indent goes. */
  get isFirstOnLine(): boolean {
    return /(?:^|\n)[ \t]*$/.test(this.text.slice(Math.max(0, this.at - 80), this.at))
  }

  /** Counts on from the last place asked for, which must not lie behind this one. */
  lineOf(offset: number): number {
    while (this.nextBreak !== -1 && this.nextBreak < offset) {
      this.line += 1
      this.nextBreak = this.text.indexOf('\n', this.nextBreak + 1)
    }
    return this.line
  }
}
