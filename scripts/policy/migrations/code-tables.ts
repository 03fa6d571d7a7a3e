/**
 * Which tables a migration written in a program touches, as far as its text shows: the names that stand as strings or symbols
 * where a migration library takes a table (Knex, Kysely, node-pg-migrate, TypeORM, Sequelize, Rails, Django, Alembic, Laravel,
 * Ecto). A name that is computed is not seen, and SQL within strings is not read: good for a warning, never for a refusal.
 */
import { Scanner } from './sql-scanner.ts'
import { asciiLower } from './sql-token.ts'

export interface CodeTable {
  /** `schema.table`; of Django the model's name in lower case, since its table's begins with an app that the text does not name. */
  readonly table: string
  /** Counted from 1. */
  readonly line: number
}

type Role = 'table' | 'schema' | 'model' | 'other'

interface Call {
  readonly pattern: RegExp
  /** What each of the names in the pattern is, in their order. */
  readonly roles: readonly Role[]
}

/** `'a'`, `"a"` and `:a`: two groups, of which one is found. */
const NAME = /(?:['"`]([^'"`\s${}]{1,200})['"`]|:"?([A-Za-z_]\w{0,99})"?)/.source
/** Lines that are a comment in one of the languages, from `//` to `--`. */
const COMMENT_LINES = /^[ \t]*(?:\/\/|\/?\*|#|--).*$/gm

const TABLE_NOUNS =
  'Tables?|Columns?|Index|Indices|Constraint|ForeignKeys?|PrimaryKeys?|UniqueConstraints?|CheckConstraints?|ExclusionConstraints?|Triggers?|' +
  'Policy|Rule|View|MaterializedView|Insert|Update|Delete'
const BUILDERS =
  'createTable|createTableIfNotExists|createTableLike|alterTable|dropTable|dropTableIfExists|createView|createViewOrReplace|dropView|' +
  'createMaterializedView|dropMaterializedView|refreshMaterializedView|insertInto|updateTable|deleteFrom|batchInsert|renameTo'
const SNAKE_CASE =
  'create_table|drop_table|change_table|batch_alter_table|(?:add|remove|drop|change|alter|rename)_columns?|change_column_(?:default|null|comment)|' +
  'change_table_comment|(?:add|remove|rename)_index|(?:add|remove)_(?:reference|belongs_to|timestamps|foreign_key)|' +
  '(?:add|remove|validate)_(?:check|unique|exclusion)_constraint|(?:create|drop|update|replace)_view'
const OWN_NAME_FIRST =
  'create_index|drop_constraint|create_unique_constraint|create_foreign_key|create_check_constraint|create_primary_key'
const DJANGO_MODELS = 'CreateModel|DeleteModel|Alter\\w{1,40}Together|AlterModel\\w{1,40}|AlterOrderWithRespectTo'

const CALLS: readonly Call[] = [
  // Knex and Kysely
  call(`(?<!withSchema\\([^()]{1,80}\\)\\s{0,40})\\.(?:${BUILDERS})\\(\\s*${NAME}`, 'table'),
  call(`\\.withSchema\\(\\s*${NAME}\\s*\\)\\s*\\.(?:table|${BUILDERS})\\(\\s*${NAME}`, 'schema', 'table'),
  call(`\\bschema\\s*\\.table\\(\\s*${NAME}`, 'table'),
  call(`\\.(?:create|drop)Index\\([^()]{1,100}\\)[^;]{0,100}?\\.on\\(\\s*${NAME}`, 'table'),
  call(`\\b(?:knex|trx)\\(\\s*${NAME}\\s*\\)[^;]{0,300}?\\.(?:insert|update|del|delete|truncate)\\(`, 'table'),
  // TypeORM, Sequelize, node-pg-migrate: others have methods of these names that take a column
  call(
    `\\b(?:queryRunner|queryInterface|qi|pgm)\\s*\\.(?:add|remove|change|rename|drop|create|bulk|alter|clear|truncate|update)(?:${TABLE_NOUNS})\\(\\s*${NAME}`,
    'table',
  ),
  call(`\\bnew Table\\(\\s*\\{\\s*name:\\s*${NAME}`, 'table'),
  call(`\\bschema:\\s*${NAME}\\s*,\\s*(?:name|tableName):\\s*${NAME}`, 'schema', 'table'),
  call(`(?<!model:\\s{0,20}\\{\\s{0,20})\\btableName:\\s*${NAME}\\s*,\\s*schema:\\s*${NAME}`, 'table', 'schema'),
  call(`\\btableName:\\s*${NAME}\\s*(?!\\s*,\\s*schema:)[,}]`, 'table'),
  // both names of a rename
  call(`\\b(?:renameTable|rename_table|Schema::rename)\\b\\(?\\s*${NAME}\\s*,\\s*${NAME}`, 'table', 'table'),
  // Rails and Alembic
  call(`(?<![\\w.])(?:op\\.)?(?:${SNAKE_CASE})(?:\\(\\s*|[ \\t]+)${NAME}`, 'table'),
  call(`\\bop\\.(?:${OWN_NAME_FIRST})\\(\\s*(?:op\\.f\\(\\s*)?${NAME}\\s*\\)?\\s*,\\s*${NAME}`, 'other', 'table'),
  call(`\\btable_name\\s*[=:]\\s*${NAME}`, 'table'),
  // Laravel
  call(
    `\\b(?:Schema::(?:connection\\([^()]{1,80}\\)->)?(?:create|table|drop|dropIfExists|dropColumns)|DB::table)\\(\\s*${NAME}`,
    'table',
  ),
  // Ecto
  call(
    `\\b(?:(?:create|alter|drop|rename)\\w{0,20}|to:)[ (]{1,3}(?:table|index|unique_index|constraint)\\(\\s*${NAME}`,
    'table',
  ),
  // Django
  call(`\\bmodel_name\\s*=\\s*${NAME}`, 'model'),
  call(`\\b(?:${DJANGO_MODELS})\\(\\s*(?:name\\s*=\\s*)?${NAME}`, 'model'),
  call(`\\bRenameModel\\(\\s*(?:old_name\\s*=\\s*)?${NAME}\\s*,\\s*(?:new_name\\s*=\\s*)?${NAME}`, 'model', 'model'),
  call(`\\bdb_table['"]?\\s*[=:]\\s*${NAME}`, 'table'),
  call(`\\bAlterModelTable\\([^()]{1,200}?\\btable\\s*=\\s*${NAME}`, 'table'),
]

function call(pattern: string, ...roles: readonly Role[]): Call {
  return { pattern: new RegExp(pattern, 'g'), roles }
}

/** In the order of the text, each table once a line. Never throws; linear in the text's length. */
export function tablesInCode(text: string): CodeTable[] {
  const code = text.replace(COMMENT_LINES, (line) => ' '.repeat(line.length))
  const found = CALLS.flatMap(({ pattern, roles }) =>
    [...code.matchAll(pattern)].flatMap((match) => tablesOf(match, roles).map((table) => ({ table, at: match.index }))),
  )
  return withLines(
    text,
    found.toSorted((a, b) => a.at - b.at),
  )
}

function tablesOf(match: RegExpExecArray, roles: readonly Role[]): string[] {
  const names = roles.map((role, index) => ({ role, name: match[2 * index + 1] || match[2 * index + 2] || '' }))
  const schema = names.find(({ role }) => role === 'schema')?.name
  return names.flatMap(({ role, name }) => {
    if (role === 'model') return [asciiLower(name)]
    return role === 'table' ? [qualified(name, schema)] : []
  })
}

/** A library quotes the names it is given, so that their case stays; many take `schema.table` as one string. */
function qualified(name: string, schema: string | undefined): string {
  if (schema !== undefined) return `${schema}.${name}`
  return name.includes('.') ? name : `public.${name}`
}

function withLines(text: string, found: readonly { readonly table: string; readonly at: number }[]): CodeTable[] {
  const scan = new Scanner(text)
  const tables = found.map(({ table, at }) => ({ table, line: scan.lineOf(at) }))
  return [...new Map(tables.map((one) => [`${one.line} ${one.table}`, one])).values()]
}
