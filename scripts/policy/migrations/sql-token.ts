/** The tokens of an SQL text. */

export type SqlReading = 'standard' | 'mysql'

export interface SqlToken {
  /** `meta` is a psql command (`\i x.sql`); `unreadable` a name written as escapes (`U&"…"`); `end` ends a statement. */
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'sign' | 'end' | 'meta' | 'unreadable'
  /** Words in lower case, quoted names without their quotes, else as written; empty for strings. */
  readonly text: string
  readonly line: number
  readonly start: number
  readonly end: number
}

export interface SqlText {
  readonly tokens: readonly SqlToken[]
  readonly comments: readonly string[]
  /** What was opened and never closed, and where. */
  readonly unclosed: { readonly what: string; readonly line: number } | null
  /** Something in it that neither Postgres nor standard SQL has. */
  readonly looksLikeMysql: boolean
}

/** As Postgres folds an unquoted name: ASCII letters alone. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
