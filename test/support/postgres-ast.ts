/** Which tables Postgres' own grammar sees changed: what the extractor is held against. */
import { loadModule, parseSync } from 'libpg-query'

type Node = Readonly<Record<string, unknown>>
type Collect = (node: Node) => readonly (readonly string[] | null)[]

/** Objects that have rows, and so count as tables. */
const RELATIONS = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE']
const ON_TABLE = ['OBJECT_TABCONSTRAINT', 'OBJECT_TRIGGER', 'OBJECT_RULE', 'OBJECT_POLICY']

/** The parser is WebAssembly and has to be loaded before the first text. */
export const loadPostgresGrammar = loadModule

/**
 * The tables that the text changes, `schema.table`, each once and sorted. What a rule or a routine would do later is left out.
 * @throws where Postgres cannot parse it
 */
export function tablesPostgresSees(text: string): string[] {
  const found = new Set<string>()
  visit(parseSync(text), found)
  return [...found].sort()
}

/** The text cut where Postgres cuts it. */
export function statementsPostgresSees(text: string): string[] {
  const bytes = Buffer.from(text)
  return (parseSync(text).stmts ?? []).map(({ stmt_location: start = 0, stmt_len: length }) =>
    bytes.subarray(start, length === undefined ? undefined : start + length).toString(),
  )
}

function visit(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) visit(item, found)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return
  for (const [kind, inner] of Object.entries(value)) {
    for (const name of COLLECT[kind]?.(inner) ?? []) if (name !== null) found.add(qualified(name))
    if (kind !== 'CreateFunctionStmt' && kind !== 'RuleStmt') visit(inner, found)
  }
}

const ofRelation: Collect = ({ relation }) => [rangeName(relation)]

const COLLECT: Readonly<Record<string, Collect>> = {
  CreateStmt: ({ relation, inhRelations }) => [rangeName(relation), ...nodes(inhRelations).map(rangeName)],
  // CREATE FOREIGN TABLE
  base: ofRelation,
  AlterTableStmt: ({ relation, objtype }) => (isOneOf(objtype, RELATIONS) ? [rangeName(relation)] : []),
  AlterTableCmd: ({ subtype, def }) =>
    isOneOf(subtype, ['AT_AddInherit', 'AT_DropInherit']) ? [rangeName(asNode(def).RangeVar)] : [],
  PartitionCmd: ({ name }) => [rangeName(name)],
  RenameStmt: ({ renameType, relationType, relation, newname }) => {
    const old = rangeName(relation)
    if (isOneOf(renameType, RELATIONS)) return [old, [...(old ?? []).slice(0, -1), String(newname)]]
    const isWithin =
      isOneOf(renameType, ON_TABLE) || (renameType === 'OBJECT_COLUMN' && isOneOf(relationType, RELATIONS))
    return isWithin ? [old] : []
  },
  AlterObjectSchemaStmt: ({ objectType, relation, newschema }) => {
    const old = rangeName(relation)
    return isOneOf(objectType, RELATIONS) ? [old, [String(newschema), ...(old ?? []).slice(-1)]] : []
  },
  DropStmt: ({ removeType, objects }) => {
    const names = nodes(objects).map((object) => strings(asNode(asNode(object).List).items))
    if (isOneOf(removeType, RELATIONS)) return names
    return isOneOf(removeType, ON_TABLE) ? names.map((name) => name.slice(0, -1)) : []
  },
  CommentStmt: commented,
  SecLabelStmt: commented,
  GrantStmt: ({ targtype, objtype, objects }) =>
    targtype === 'ACL_TARGET_OBJECT' && objtype === 'OBJECT_TABLE'
      ? nodes(objects).map((object) => rangeName(asNode(object).RangeVar))
      : [],
  TruncateStmt: ({ relations }) => nodes(relations).map((one) => rangeName(asNode(one).RangeVar)),
  CreateStatsStmt: ({ relations }) => nodes(relations).map((one) => rangeName(asNode(one).RangeVar)),
  CreatePolicyStmt: ({ table }) => [rangeName(table)],
  AlterPolicyStmt: ({ table }) => [rangeName(table)],
  ViewStmt: ({ view }) => [rangeName(view)],
  IntoClause: ({ rel }) => [rangeName(rel)],
  // the same clause where the grammar knows its kind
  intoClause: ({ rel }) => [rangeName(rel)],
  into: ({ rel }) => [rangeName(rel)],
  CopyStmt: ({ is_from, relation }) => (is_from === true ? [rangeName(relation)] : []),
  IndexStmt: ofRelation,
  CreateTrigStmt: ofRelation,
  AlterObjectDependsStmt: ofRelation,
  RuleStmt: ofRelation,
  RefreshMatViewStmt: ofRelation,
  InsertStmt: ofRelation,
  UpdateStmt: ofRelation,
  DeleteStmt: ofRelation,
  MergeStmt: ofRelation,
}

function commented({ objtype, object }: Node): (readonly string[])[] {
  const name = strings(asNode(asNode(object).List).items)
  if (isOneOf(objtype, RELATIONS)) return [name]
  return isOneOf(objtype, [...ON_TABLE, 'OBJECT_COLUMN']) ? [name.slice(0, -1)] : []
}

function qualified(name: readonly string[]): string {
  const [table = '', schema = 'public'] = name.toReversed()
  return `${schema}.${table}`
}

function rangeName(range: unknown): string[] | null {
  const node = asNode(asNode(range).RangeVar ?? range)
  if (typeof node.relname !== 'string') return null
  return [...(typeof node.schemaname === 'string' ? [node.schemaname] : []), node.relname]
}

function strings(items: unknown): string[] {
  return nodes(items).map((item) => String(asNode(asNode(item).String).sval))
}

function nodes(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function asNode(value: unknown): Node {
  return value !== null && typeof value === 'object' ? (value as Node) : {}
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value)
}
