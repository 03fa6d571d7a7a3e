/** What has been found in a file so far, and how a table is written down: `schema.table`. */
import { Cursor } from './sql-cursor.ts'
import type { Owners } from './sql-owners.ts'
import type { Statement } from './sql-statements.ts'
import type { SqlToken } from './sql-token.ts'

export interface TouchedTable {
  readonly table: string
  /** Where the statement starts, counted from 1. */
  readonly line: number
  /** What is done to it: `ALTER TABLE`, `INSERT`, `CREATE POLICY` … */
  readonly statement: string
}

export interface OpaquePart {
  readonly line: number
  /** How it begins in the file, on one line. */
  readonly what: string
}

/** In Postgres what has no schema lies here, unless the search path says otherwise. MySQL's and SQLite's tables have none. */
const DEFAULT_SCHEMA = 'public'
const MAX_EXCERPT = 60
/** Nobody reads on from here; a generated file may hold half a million. */
const MAX_OPAQUE = 1000

/** `schema.table`; of a name with three parts the first, the database, is left out. */
export function tableOf(name: readonly string[]): string {
  const [table = '', schema = DEFAULT_SCHEMA] = name.toReversed()
  return `${schema}.${table}`
}

export class Findings {
  readonly touched: TouchedTable[] = []
  readonly opaque: OpaquePart[] = []

  constructor(
    readonly source: string,
    readonly owners: Owners,
  ) {}

  add(table: string, line: number, statement: string): void {
    const last = this.touched.at(-1)
    if (last?.table !== table || last.line !== line || last.statement !== statement)
      this.touched.push({ table, line, statement })
  }

  /** Notes what these tokens are the first and the last of. */
  addOpaque({ line, start }: SqlToken, last: SqlToken | undefined): void {
    const beginning = this.source.slice(start, Math.min(last?.end ?? start, start + MAX_EXCERPT * 2))
    const what = beginning.trimStart().replace(/\s+/g, ' ').slice(0, MAX_EXCERPT).trimEnd()
    const before = this.opaque.at(-1)
    const isNoted = before?.line === line && before.what === what
    if (!isNoted && this.opaque.length < MAX_OPAQUE) this.opaque.push({ line, what })
  }
}

/** A statement being read: where in it we are, what it does, and where that is written down. */
export class Reader extends Cursor {
  private readonly head: SqlToken | undefined

  constructor(
    tokens: Statement,
    readonly found: Findings,
    readonly verb: string,
    at: number,
    head = 0,
  ) {
    super(tokens, found.source, at)
    this.head = tokens[head]
  }

  /** The table cannot be told. */
  isOpaque(): void {
    if (this.head !== undefined) this.found.addOpaque(this.head, this.tokens.at(-1))
  }

  touch(table: string): void {
    this.found.add(table, this.head?.line ?? 1, this.verb)
  }

  /** Takes a name here as a table that is changed; opaque where there is none to read. */
  touchName(): readonly string[] | null {
    this.take('only')
    const name = this.name()
    if (name === null) this.isOpaque()
    else this.touch(tableOf(name))
    this.takeSign('*')
    return name
  }

  /** `a, only b *, c` */
  touchNames(): void {
    do if (this.touchName() === null) return
    while (this.takeSign(','))
  }
}
