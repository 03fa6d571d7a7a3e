/** CREATE, ALTER and DROP: which tables they change. What belongs to a table (an index, a policy, a trigger) changes it. */
import { readAlterActions } from './sql-alter.ts'
import { type Findings, Reader, tableOf } from './sql-findings.ts'
import { objectKindOf, type Statement } from './sql-statements.ts'

type Read = (reader: Reader, kind: string) => void

/** What stands between the name and the table, of things that belong to a table. */
const OWNER_FOLLOWS: Readonly<Record<string, string>> = {
  index: 'on',
  trigger: 'on',
  policy: 'on',
  rule: 'to',
  statistics: 'from',
}
const nothing: Read = () => {}
const opaque: Read = (reader) => reader.isOpaque()

const CREATE: Readonly<Record<string, Read>> = {
  table: createTable,
  view: (reader) => {
    reader.skipIfExists()
    reader.touchName()
  },
  schema: (reader) => {
    // CREATE SCHEMA a CREATE TABLE b: whose b that is, only a grammar tells
    if (reader.skipPast('create', 'grant')) reader.isOpaque()
  },
  function: opaque,
  procedure: opaque,
  routine: opaque,
  package: opaque,
  event: opaque,
}

const ALTER: Readonly<Record<string, Read>> = {
  table: alterRelation,
  view: alterRelation,
  index: changeUnnamedOwner,
  statistics: changeUnnamedOwner,
  event: opaque,
  schema: (reader) => {
    if (reader.skipPast('rename')) reader.isOpaque()
  },
}

const DROP: Readonly<Record<string, Read>> = {
  table: dropRelations,
  view: dropRelations,
  index: changeUnnamedOwner,
  statistics: changeUnnamedOwner,
  database: opaque,
  owned: opaque,
}

export function readDefinition(tokens: Statement, found: Findings): void {
  const verb = tokens[0]?.text ?? ''
  const object = objectKindOf(tokens)
  const statement = `${verb} ${object?.kind ?? ''}`.toUpperCase()
  const read = object === null ? opaque : readerFor(verb, object.kind)
  read(new Reader(tokens, found, statement, object?.after ?? 0), object?.kind ?? '')
}

function readerFor(verb: string, kind: string): Read {
  const special = { create: CREATE, alter: ALTER, drop: DROP }[verb]?.[kind]
  if (special !== undefined) return special
  if (kind in OWNER_FOLLOWS) return verb === 'create' ? createOnTable : changeOnTable
  return verb === 'drop' ? dropOther : nothing
}

function createTable(reader: Reader): void {
  reader.skipIfExists()
  if (reader.touchName() === null) return
  // a partition changes what its parent holds, and so does an heir: the AST has both in `inhRelations`
  if (reader.take('partition', 'of')) reader.touchName()
  const { at } = reader
  if (reader.skipPast('inherits') && reader.takeSign('(')) reader.touchNames()
  reader.at = at
  if (reader.skipPast('as') && reader.word() === 'execute') reader.isOpaque()
}

function alterRelation(reader: Reader): void {
  reader.skipIfExists()
  const name = reader.touchName()
  if (name !== null) readAlterActions(reader, name)
}

function dropRelations(reader: Reader): void {
  reader.skipIfExists()
  reader.touchNames()
}

/** `CREATE INDEX i ON t`; an index may have no name. */
function createOnTable(reader: Reader, kind: string): void {
  const name = takeOwnName(reader)
  if (!reader.skipPast(OWNER_FOLLOWS[kind] ?? 'on')) reader.isOpaque()
  else {
    const table = reader.touchName()
    if (name !== null && table !== null) reader.found.owners.set(thingOf(kind, name, table), tableOf(table))
  }
}

/** `DROP POLICY p ON t`; MySQL and SQLite drop a trigger without a word of its table. */
function changeOnTable(reader: Reader, kind: string): void {
  const name = takeOwnName(reader)
  if (reader.skipPast('on')) reader.touchName()
  else touchKnownOwner(reader, kind, name)
}

function takeOwnName(reader: Reader): readonly string[] | null {
  reader.skip('concurrently')
  reader.skipIfExists()
  return reader.word() === 'on' ? null : reader.name()
}

/** `DROP INDEX a, b` and `ALTER INDEX a`: the table can be told by MySQL's ON, or where the index was seen being made. */
function changeUnnamedOwner(reader: Reader, kind: string): void {
  reader.skip('concurrently')
  reader.skipIfExists()
  const names: (readonly string[] | null)[] = []
  do names.push(reader.name())
  while (reader.takeSign(','))
  if (reader.take('on')) reader.touchName()
  else for (const name of names) touchKnownOwner(reader, kind, name)
  if (reader.take('rename', 'to')) renameThing(reader, kind, names[0] ?? null)
}

function renameThing(reader: Reader, kind: string, from: readonly string[] | null): void {
  const to = reader.name()
  const table = from === null ? undefined : reader.found.owners.get(thingOf(kind, from))
  if (from !== null && to !== null && table !== undefined) reader.found.owners.set(thingOf(kind, to, from), table)
}

function touchKnownOwner(reader: Reader, kind: string, name: readonly string[] | null): void {
  const table = name === null ? undefined : reader.found.owners.get(thingOf(kind, name))
  if (table === undefined) reader.isOpaque()
  else reader.touch(table)
}

/** A thing without a schema of its own lies in the one of its table. */
function thingOf(kind: string, name: readonly string[], table: readonly string[] = []): string {
  return `${kind} ${tableOf(name.length > 1 ? name : [...table.slice(0, -1), ...name])}`
}

/** A type or a function may be dropped, but with CASCADE columns, triggers and policies of any table go along. */
function dropOther(reader: Reader): void {
  if (reader.skipPast('cascade')) reader.isOpaque()
}
