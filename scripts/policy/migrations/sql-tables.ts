/**
 * Which tables a migration in SQL touches, told without a parser: tokens, then the few words around each name.
 *
 * Touched is what a statement changes: the table, its rows, what belongs to it (indexes, policies, triggers, rules, rights,
 * comments), a partition's parent, both names of a rename. Read, and so not listed: REFERENCES, FROM, LIKE, LOCK, OWNED BY,
 * VACUUM, ANALYZE, REINDEX. Opaque is what may change tables that it does not name: `DO`, `EXECUTE`, `CALL`, the bodies of
 * routines, psql's commands, `DROP INDEX i` of an index nobody saw made, ALL TABLES, CASCADE from what is no table, a
 * search path, a name that a template fills in, a statement nobody here knows, and whatever follows an unclosed quote.
 * Not seen: what a function does that a SELECT calls, what a trigger or a foreign key sets off, what DROP TABLE … CASCADE takes
 * from other tables. Of a joined UPDATE or DELETE, which only MySQL has, every table joined counts as touched.
 *
 * Held against Postgres' own grammar by `sql-tables-agree-with-postgres.test.ts`. MySQL and SQLite are read too; their tables
 * have no schema and are listed below `public` all the same.
 */

import { readChanges } from './sql-changes.ts'
import { Cursor } from './sql-cursor.ts'
import { readDefinition } from './sql-definitions.ts'
import { Findings, type OpaquePart, Reader, type TouchedTable, tableOf } from './sql-findings.ts'
import { Owners } from './sql-owners.ts'
import { readComment, readCopy, readGrant, readLoad } from './sql-rights.ts'
import { HAS_BODY, objectKindOf, type Statement, statementsOf } from './sql-statements.ts'
import { tokensOf } from './sql-text.ts'
import type { SqlText, SqlToken } from './sql-token.ts'

export type { OpaquePart, TouchedTable } from './sql-findings.ts'
export { Owners } from './sql-owners.ts'

export interface SqlTables {
  /** In the order of the file; a table is listed once for each statement that changes it. */
  readonly touched: readonly TouchedTable[]
  readonly opaque: readonly OpaquePart[]
  /** The tables that a comment `-- lanekeeper: tables=a,b` says; null where none does. */
  readonly declared: readonly string[] | null
}

type Read = (tokens: Statement, found: Findings) => void

const READ_BY_HEAD: Readonly<Record<string, Read>> = {
  create: readDefinition,
  alter: readDefinition,
  drop: readDefinition,
  rename: readRenameTable,
  truncate: readTruncate,
  refresh: readRefresh,
  comment: readComment,
  security: readComment,
  grant: readGrant,
  revoke: readGrant,
  copy: readCopy,
  load: readLoad,
  set: readSearchPath,
  prepare: readPrepare,
}

/** Statements that change no table, or only by a change within them that is found by itself. */
const CHANGES_NOTHING = new Set(
  (
    'abort analyze begin check checkpoint close cluster commit deallocate declare delete describe desc discard end explain fetch flush ' +
    'insert listen lock merge move notify optimize pragma reindex release replace reset rollback savepoint select show start table ' +
    'unlisten unlock update vacuum values with ('
  ).split(' '),
)

/** psql commands that only talk or steer; what stands behind `\if` is read like the rest. */
const HARMLESS_META =
  /^\\(?:set|unset|echo|qecho|warn|pset|timing|encoding|restrict|unrestrict|errverbose|if|elif|else|endif|x|a|t|q)\b/

/**
 * Never throws; linear in the text's length.
 * @param owners what earlier files made, if they were read with the same one and in their order; this file's is added to it
 */
export function tablesInSql(text: string, owners = new Owners()): SqlTables {
  const { tokens, comments, unclosed } = readingOf(text)
  const found = new Findings(text, owners)
  const { statements, isCutOff } = statementsOf(tokens)
  for (const statement of statements) readStatement(statement, found)
  for (const token of tokens) if (isDangerousMeta(token)) found.addOpaque(token, token)
  const last = statements.at(-1)
  if (isCutOff && last?.[0] !== undefined) found.addOpaque(last[0], last.at(-1))
  if (unclosed !== null) found.opaque.push({ line: unclosed.line, what: `${unclosed.what} that is never closed` })
  const opaque = found.opaque.toSorted((a, b) => a.line - b.line)
  return { touched: found.touched, opaque, declared: declaredIn(comments) }
}

/**
 * A table's name as somebody writes it (`users`, `app.users`, `"User"`), as `tablesInSql` gives it: `schema.table`.
 * What cannot be read as a name stays as it is, and so meets no table.
 */
export function writtenTable(written: string): string {
  const cursor = new Cursor(tokensOf(written, 'standard').tokens, written)
  const name = cursor.name()
  return name === null || cursor.token !== undefined ? written : tableOf(name)
}

/** As MySQL where the text shows it, else as Postgres; but the other way where only that closes what it opens. */
function readingOf(text: string): SqlText {
  const standard = tokensOf(text, 'standard')
  if (!standard.looksLikeMysql && standard.unclosed === null) return standard
  const mysql = tokensOf(text, 'mysql')
  const [likely, other] = standard.looksLikeMysql ? [mysql, standard] : [standard, mysql]
  return likely.unclosed !== null && other.unclosed === null ? other : likely
}

function readStatement(tokens: Statement, found: Findings): void {
  const head = tokens[0]
  if (head === undefined) return
  const word = head.kind === 'word' || head.kind === 'sign' ? head.text : ''
  const read = Object.hasOwn(READ_BY_HEAD, word) ? READ_BY_HEAD[word] : undefined
  if (read !== undefined) read(tokens, found)
  else if (!CHANGES_NOTHING.has(word)) found.addOpaque(head, tokens.at(-1))
  const isDefinitionOfBody = word === 'create' && HAS_BODY.has(objectKindOf(tokens)?.kind ?? '')
  if (!isDefinitionOfBody) readChanges(tokens, found)
}

function isDangerousMeta({ kind, text }: SqlToken): boolean {
  return kind === 'meta' && !HARMLESS_META.test(text)
}

function readTruncate(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'TRUNCATE', 1)
  reader.skip('table')
  reader.touchNames()
}

function readRefresh(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'REFRESH MATERIALIZED VIEW', 1)
  reader.skip('materialized', 'view', 'concurrently')
  reader.touchName()
}

/** MySQL's `RENAME TABLE a TO b, c TO d`. */
function readRenameTable(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'RENAME TABLE', 1)
  if (reader.take('user')) return
  reader.skip('table', 'tables')
  do {
    const from = reader.touchName()
    const to = reader.take('to') ? reader.touchName() : null
    if (from === null || to === null) return
    found.owners.rename(tableOf(from), tableOf(to))
  } while (reader.takeSign(','))
}

/** Names without a schema may then lie anywhere. */
function readSearchPath(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'SET', 1)
  reader.skip('local', 'session')
  if (!reader.take('search_path') && !reader.take('schema')) return
  const rest = tokens
    .slice(reader.at + 1)
    .map((token) => found.source.slice(token.start, token.end).replace(/^['"]|['"]$/g, ''))
  if (rest[0] !== '' && rest[0] !== 'public') reader.isOpaque()
}

/** `PREPARE p AS …` is read like any statement; MySQL's `PREPARE p FROM @text` cannot be. */
function readPrepare(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'PREPARE', 2)
  if (!reader.skipPast('as')) reader.isOpaque()
}

function declaredIn(comments: readonly string[]): string[] | null {
  const lists = comments.flatMap((comment) => /^\s*lanekeeper:\s*tables\s*=(.*)$/.exec(comment.trim())?.slice(1) ?? [])
  if (lists.length === 0) return null
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== '').map(writtenTable))]
}
