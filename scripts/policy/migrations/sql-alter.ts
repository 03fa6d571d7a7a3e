/** The actions of ALTER TABLE (and VIEW) that reach a second table: its new name, its new schema, partitions and heirs. */

import { depthChange, isSign } from './sql-cursor.ts'
import type { Reader } from './sql-findings.ts'
import { tableOf } from './sql-findings.ts'

/** What RENAME may rename inside a table. */
const PARTS_OF_A_TABLE = ['column', 'constraint', 'index', 'key', 'attribute']

/** @param name the table's, which the reader has just taken */
export function readAlterActions(reader: Reader, name: readonly string[]): void {
  for (const start of actionStarts(reader)) {
    reader.at = start
    readAction(reader, name)
  }
}

/** Where each of the actions begins: here, and after every comma outside parentheses. */
function actionStarts(reader: Reader): number[] {
  const starts = [reader.at]
  let depth = 0
  for (let index = reader.at; index < reader.tokens.length; index += 1) {
    const token = reader.tokens[index]
    if (token === undefined) break
    depth += depthChange(token)
    if (depth === 0 && isSign(token, ',')) starts.push(index + 1)
  }
  return starts
}

function readAction(reader: Reader, name: readonly string[]): void {
  if (reader.take('rename')) readRename(reader, name)
  else if (reader.take('set', 'schema')) readSetSchema(reader, name)
  else if (takesSecondTable(reader)) reader.touchName()
}

function takesSecondTable(reader: Reader): boolean {
  return (
    reader.take('attach', 'partition') ||
    reader.take('detach', 'partition') ||
    reader.take('inherit') ||
    reader.take('no', 'inherit') ||
    (reader.take('exchange', 'partition') && reader.skipPast('table'))
  )
}

function readSetSchema(reader: Reader, name: readonly string[]): void {
  const schema = reader.name()
  if (schema === null) reader.isOpaque()
  else becomes(reader, name, [...schema, ...name.slice(-1)])
}

/** `RENAME TO b`, MySQL's `RENAME AS b` and `RENAME b`; but `RENAME [COLUMN] a TO b` is within the table. */
function readRename(reader: Reader, name: readonly string[]): void {
  if (PARTS_OF_A_TABLE.includes(reader.word())) return
  const saysTo = reader.take('to') || reader.take('as')
  const renamed = reader.name()
  if (!saysTo && reader.word() === 'to') return
  // the table stays in its schema unless MySQL says another
  if (renamed === null) reader.isOpaque()
  else becomes(reader, name, renamed.length > 1 ? renamed : [...name.slice(0, -1), ...renamed])
}

function becomes(reader: Reader, from: readonly string[], to: readonly string[]): void {
  reader.touch(tableOf(to))
  reader.found.owners.rename(tableOf(from), tableOf(to))
}
