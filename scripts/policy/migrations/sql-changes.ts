/** Statements that change rows, wherever they stand: by themselves, in a WITH, in COPY ( … ), behind EXPLAIN. */
import { type Findings, Reader } from './sql-findings.ts'
import type { Statement } from './sql-statements.ts'

/** What may stand before a statement that is part of another one. */
const MAY_PRECEDE = new Set(['as', 'analyze', 'verbose', 'explain'])
const MODIFIERS = ['low_priority', 'delayed', 'high_priority', 'quick', 'ignore', 'overwrite']
const ON_CONFLICT = ['abort', 'fail', 'ignore', 'replace', 'rollback']
const INTO_OF_OTHERS = new Set(['insert', 'merge', 'replace', ...MODIFIERS, ...ON_CONFLICT])
const SELECTS = new Set(['select', 'with', 'explain', 'prepare', '('])
/** `a.b.c as d set`: how far from its name the SET of an UPDATE stands at most. */
const MAX_WORDS_BEFORE_SET = 4

const CHANGES: Readonly<Record<string, (reader: Reader, isHead: boolean) => void>> = {
  insert: readInsert,
  replace: readInsert,
  merge: readInsert,
  update: readUpdate,
  delete: readDelete,
}

/** Reads every such statement in this one. */
export function readChanges(tokens: Statement, found: Findings): void {
  const selects = SELECTS.has(tokens[0]?.text ?? '')
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== 'word') return
    const change = CHANGES[text]
    if (text === 'into' && selects) readSelectInto(tokens, found, index)
    else if (change !== undefined && mayStart(tokens, index))
      change(new Reader(tokens, found, text.toUpperCase(), index + 1, index), index === 0)
  })
}

function mayStart(tokens: Statement, index: number): boolean {
  const before = tokens[index - 1]
  if (before === undefined) return true
  return before.kind === 'sign' ? '()'.includes(before.text) : before.kind === 'word' && MAY_PRECEDE.has(before.text)
}

/** INSERT, REPLACE and MERGE; only MySQL leaves INTO out, and only at the head can that be told from a column's name. */
function readInsert(reader: Reader, isHead: boolean): void {
  skipModifiers(reader)
  if (reader.take('into') || isHead) reader.touchName()
}

/** MySQL may change several joined tables: all that stand before SET are taken for changed. */
function readUpdate(reader: Reader, isHead: boolean): void {
  skipModifiers(reader)
  if (isHead) touchUntil(reader, 'set')
  else if (isUpdateOfTable(reader)) reader.touchName()
}

/** Within a statement `update` may be a column's name: here only what SET follows soon is no column. */
function isUpdateOfTable(reader: Reader): boolean {
  const { at } = reader
  reader.skip('only')
  const isNamed = reader.name() !== null
  const follows = Array.from({ length: MAX_WORDS_BEFORE_SET }, (_, ahead) => reader.word(ahead))
  reader.at = at
  return isNamed && follows.includes('set')
}

/** MySQL's `DELETE a, b FROM a JOIN b` names what is deleted by aliases: all that stand before WHERE are taken. */
function readDelete(reader: Reader, isHead: boolean): void {
  skipModifiers(reader)
  if (reader.take('from')) reader.touchNames()
  else if (isHead && reader.skipPast('from')) touchUntil(reader, 'where')
  else if (isHead) reader.isOpaque()
}

/** The first name, and each that a comma or a JOIN puts beside it before the word. */
function touchUntil(reader: Reader, word: string): void {
  if (reader.touchName() === null) return
  while (reader.token !== undefined && reader.word() !== word) {
    const isBeside = reader.isSign(',') || reader.word() === 'join'
    if (reader.isSign('(')) reader.skipParentheses()
    else reader.at += 1
    if (isBeside && !reader.isSign('(')) reader.touchName()
  }
}

function skipModifiers(reader: Reader): void {
  reader.skip(...MODIFIERS)
  if (reader.take('or')) reader.skip(...ON_CONFLICT)
}

/** `SELECT … INTO t`; MySQL's `INTO @a` and `INTO OUTFILE` make no table. */
function readSelectInto(tokens: Statement, found: Findings, index: number): void {
  if (INTO_OF_OTHERS.has(tokens[index - 1]?.text ?? '')) return
  const reader = new Reader(tokens, found, 'SELECT INTO', index + 1, index)
  reader.skip('temp', 'temporary', 'unlogged', 'local', 'global', 'table')
  if (!reader.isSign('@') && !['outfile', 'dumpfile'].includes(reader.word())) reader.touchName()
}
