/** What is said about a table without changing its columns: COMMENT, SECURITY LABEL, GRANT and REVOKE, LOAD DATA, COPY. */
import { type Findings, Reader, tableOf } from './sql-findings.ts'
import type { Statement } from './sql-statements.ts'

const BELONGS_TO_A_TABLE = ['constraint', 'trigger', 'rule', 'policy']
const RELATIONS = ['table', 'view']

/** What rights can be given on that is no table, as the word after ON. */
const NO_TABLES =
  'schema database sequence function procedure routine domain type language large foreign tablespace parameter package'.split(
    ' ',
  )

export function readComment(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, (tokens[0]?.text ?? '').toUpperCase(), 1)
  if (!reader.skipPast('on')) return
  reader.skip('materialized', 'foreign')
  if (RELATIONS.some((kind) => reader.take(kind))) reader.touchName()
  else if (reader.take('column')) touchTableOfColumn(reader)
  else if (BELONGS_TO_A_TABLE.some((kind) => reader.take(kind)) && reader.skipPast('on') && !reader.take('domain'))
    reader.touchName()
}

function touchTableOfColumn(reader: Reader): void {
  const column = reader.name()
  if (column === null || column.length < 2) reader.isOpaque()
  else reader.touch(tableOf(column.slice(0, -1)))
}

/** Rights on a role have no ON; ON without a kind is ON TABLE. */
export function readGrant(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, (tokens[0]?.text ?? '').toUpperCase(), 1)
  if (!reader.skipPast('on')) return
  // GRANT SELECT ON schema TO a: a table may have such a name
  const isName = ['to', 'from'].includes(reader.word(1))
  const isEvery = reader.take('all')
  if (isEvery && reader.word() === 'tables') reader.isOpaque()
  if (isEvery || (!isName && NO_TABLES.includes(reader.word()))) return
  if (!isName) reader.skip('table')
  reader.touchNames()
}

/** COPY changes the table it copies into; a query in parentheses is read as any other. */
export function readCopy(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'COPY', 1)
  reader.skip('binary')
  if (reader.isSign('(')) return
  const name = reader.name()
  if (!reader.skipPast('from')) return
  if (name === null) reader.isOpaque()
  else reader.touch(tableOf(name))
}

/** MySQL's `LOAD DATA … INTO TABLE t`; Postgres loads a library, and that may do anything. */
export function readLoad(tokens: Statement, found: Findings): void {
  const reader = new Reader(tokens, found, 'LOAD DATA', 1)
  if (['data', 'xml'].includes(reader.word()) && reader.skipPast('into') && reader.take('table')) reader.touchName()
  else reader.isOpaque()
}
