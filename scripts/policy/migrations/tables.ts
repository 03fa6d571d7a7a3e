/** Each task its own tables: what its migrations touch must be what it lists (policy.md section 7.4). */
import type { Brought, Finding } from './brought.ts'
import { tablesInSql } from './sql-tables.ts'

/** Tables touched by the task's SQL migrations that it does not list. */
export function tables(brought: Brought): Finding[] {
  if (!isHeldToTables(brought)) return []
  const listed = new Set(brought.task.tables.map(qualified))
  return sqlFiles(brought).flatMap(({ path, text }) => {
    const { touched, declared } = tablesInSql(text)
    const stray = [
      ...touched.filter(({ table }) => !listed.has(table)),
      ...(declared ?? [])
        .map((table) => ({ table: qualified(table), line: 1 }))
        .filter(({ table }) => !listed.has(table)),
    ]
    const first = [...new Map(stray.map((one) => [one.table, one])).values()]
    return first.map(({ table, line }) => ({
      path,
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
    return [{ path, message, ways: ['say which: -- lanekeeper: tables=users,orders'] }]
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

/** `users` → `public.users`, unquoted names in lower case as SQL reads them. */
export function qualified(table: string): string {
  return table.includes('.') ? table : `public.${table}`
}

function shown(table: string): string {
  return table.replace(/^public\./, '')
}

function ownerOf({ set }: Brought): string {
  return set.mode === 'tables' ? '; see who has which: npx lanekeeper task list' : ''
}
