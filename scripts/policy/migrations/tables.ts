/** Each task its own tables: what its migrations touch must be what it lists (policy.md section 7.4). */
import type { Brought, Finding } from './brought.ts'
import { tablesInCode } from './code-tables.ts'
import { tablesInSql, writtenTable } from './sql-tables.ts'
import { tableKey } from './table-names.ts'

/** Tables touched by the task's SQL migrations that it does not list. */
export function tables(brought: Brought): Finding[] {
  if (!isHeldToTables(brought)) return []
  const listed = new Set(brought.task.tables.map(keyOf))
  return sqlFiles(brought).flatMap(({ path, text }) => {
    const { touched, declared } = tablesInSql(text)
    const stray = [
      ...touched.filter(({ table }) => !listed.has(tableKey(table))),
      ...(declared ?? []).map((table) => ({ table, line: 1 })).filter(({ table }) => !listed.has(keyOf(table))),
    ]
    const first = [...new Map(stray.map((one) => [one.table, one])).values()]
    return first.map(({ table, line }) => ({
      path,
      line,
      message: `line ${line} touches table ${shown(table)}, and this task has ${brought.task.tables.join(', ') || 'no tables'}${ownerOf(brought)}`,
      ways: [`a person gives it the table: npx lanekeeper task edit ${brought.task.id}`],
    }))
  })
}

/** What no reader can see into: a block of code, a call, a function's body. Said, unless the file says its tables. */
export function opaque(brought: Brought): Finding[] {
  if (!isHeldToTables(brought)) return []
  return sqlFiles(brought).flatMap(({ path, text }) => {
    const { opaque, declared } = tablesInSql(text)
    const [first] = opaque
    if (first === undefined || declared !== null) return []
    const message = `line ${first.line} (${first.what}) may touch any table: nothing can be told of it`
    return [{ path, line: first.line, message, ways: ['say which: -- lanekeeper: tables=users,orders'] }]
  })
}

/** Tables that a migration in code seems to touch: read from its words, so only said. */
export function tablesOfCode(brought: Brought): Finding[] {
  if (!isHeldToTables(brought) || brought.set.tool.language !== 'code') return []
  const listed = new Set(brought.task.tables.map(keyOf))
  return brought.added.flatMap(({ path }) => {
    const stray = path.endsWith('.sql')
      ? []
      : tablesInCode(brought.text(path) ?? '').filter(({ table }) => !listed.has(tableKey(table)))
    const first = [...new Map(stray.map((one) => [one.table, one])).values()]
    return first.map(({ table, line }) => ({
      path,
      line,
      message: `line ${line} seems to touch table ${table}, which this task does not list`,
      ways: [],
    }))
  })
}

function isHeldToTables({ set, task }: Brought): boolean {
  return set.mode === 'tables' || task.tables.length > 0
}

function sqlFiles(brought: Brought): { path: string; text: string }[] {
  return brought.added
    .filter(({ path }) => path.endsWith('.sql'))
    .map(({ path }) => ({ path, text: brought.text(path) ?? '' }))
}

/** What one table is known by, however it was written: case is dropped, since few servers keep it and no project lives by it. */
function keyOf(table: string): string {
  return tableKey(writtenTable(table))
}

function shown(table: string): string {
  return table.replace(/^public\./, '')
}

function ownerOf({ set }: Brought): string {
  return set.mode === 'tables' ? '; see who has which: npx lanekeeper task list' : ''
}
