/**
 * The statements that give a live SQLite database another's content, for one transaction: what it has goes, what the
 * other has is made and filled, in the order in which nothing refers to what is not there yet.
 */

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger'
  readonly name: string
  /** Null for what SQLite makes itself (the index of a UNIQUE column). */
  readonly sql: string | null
}

/** A name as SQL writes it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL writes it. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Takes away all that a database has; a virtual table before the tables that it keeps its data in. */
export function emptyingStatements(objects: readonly SchemaObject[]): string[] {
  const drop = (chosen: readonly SchemaObject[]) =>
    chosen.map(({ type, name }) => `DROP ${type} IF EXISTS main.${quotedName(name)}`)
  const tables = objects.filter((object) => object.type === 'table' && !isOwn(object))
  return [
    ...drop(objects.filter(({ type }) => type === 'trigger')),
    ...drop(objects.filter(({ type }) => type === 'view')),
    ...drop(tables.filter(isVirtual)),
    ...drop(tables.filter((table) => !isVirtual(table))),
    // counters of AUTOINCREMENT, and what ANALYZE found: these tables are SQLite's and cannot be dropped
    ...objects.filter(isOwn).map(({ name }) => `DELETE FROM main.${quotedName(name)}`),
  ]
}

/** The tables that hold rows, in the order in which they were made. */
export function plainTables(objects: readonly SchemaObject[]): SchemaObject[] {
  return objects.filter((object) => object.type === 'table' && !isVirtual(object) && !isOwn(object))
}

/** Tables that SQLite keeps itself and that can be filled once it has made them. */
export function ownTables(objects: readonly SchemaObject[]): string[] {
  return objects.filter(isOwn).map(({ name }) => name)
}

/**
 * Copies a table's rows, from the database attached as `source`.
 * @param columns those that can be written: no generated ones
 * @param rowid its name, where the table has one that no column hides
 */
export function fillingStatement(table: string, columns: readonly string[], rowid: string | null): string {
  const list = [...(rowid === null ? [] : [rowid]), ...columns.map(quotedName)].join(', ')
  return `INSERT INTO main.${quotedName(table)} (${list}) SELECT ${list} FROM source.${quotedName(table)}`
}

/** The name by which a table's rowid can be read, unless every one is a column's. */
export function rowidName(columns: readonly string[]): string | null {
  const taken = new Set(columns.map((column) => column.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}

/** What comes after the rows: indexes, then views and triggers. */
export function finishingStatements(objects: readonly SchemaObject[]): string[] {
  const made = (type: SchemaObject['type']) =>
    objects.flatMap((object) => (object.type === type && object.sql !== null ? [object.sql] : []))
  return [...made('index'), ...made('view'), ...made('trigger')]
}

/**
 * Virtual tables as `.dump` writes them: only their line in the schema, since the tables with their data were copied.
 * Run with `writable_schema`.
 */
export function virtualStatements(objects: readonly SchemaObject[]): string[] {
  return objects.filter(isVirtual).map(({ name, sql }) => {
    const [text, statement] = [quotedText(name), quotedText(sql ?? '')]
    return `INSERT INTO main.sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', ${text}, ${text}, 0, ${statement})`
  })
}

/** `sqlite_…` is SQLite's own. */
function isOwn({ type, name }: SchemaObject): boolean {
  return type === 'table' && /^sqlite_/i.test(name)
}

function isVirtual({ type, sql }: SchemaObject): boolean {
  return type === 'table' && /^CREATE\s+VIRTUAL\s/i.test(sql ?? '')
}

const SCHEMA_ORDER = ['table', 'index', 'view', 'trigger'] as const

/** A schema as text that can be compared: by kind, then by name. As it was written, but without SQLite's own tables. */
export function schemaText(objects: readonly SchemaObject[]): string {
  const order = ({ type, name }: SchemaObject) => `${SCHEMA_ORDER.indexOf(type)} ${name}`
  return objects
    .filter(({ sql, name }) => sql !== null && !/^sqlite_/i.test(name))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ sql }) => `${sql};\n`)
    .join('\n')
}
