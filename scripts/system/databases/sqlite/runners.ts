/** What migration runners have written into a worktree's file about what ran. */
import { existsSync } from 'node:fs'
import { quotedName, quotedText } from '../../../policy/databases/sqlite-statements.ts'
import { isRunnerTable, wordsOfRows } from '../../../policy/migrations/runner-tables.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access } from '../provider.ts'
import { explained } from './answers.ts'
import { engineFor } from './live.ts'

/** Every value in the runners' own tables; none where there is no file. */
export function writtenByRunners({ resource: file }: DatabaseRecord, { repository }: Access): Set<string> {
  if (!existsSync(file)) return new Set()
  const ask = <T>(query: string) => JSON.parse(engineFor(file, repository).value(file, query)) as T
  try {
    const tables = ask<string[]>(`SELECT json_group_array(name) FROM sqlite_master WHERE type = 'table'`)
    return wordsOfRows(tables.filter(isRunnerTable).flatMap((table) => rowsOf(table, ask)))
  } catch (cause) {
    throw explained(file, cause, 'npx lanekeeper migration renumber')
  }
}

function rowsOf(table: string, ask: <T>(query: string) => T): Readonly<Record<string, unknown>>[] {
  const columns = ask<string[]>(`SELECT json_group_array(name) FROM pragma_table_info(${quotedText(table)})`)
  const row = columns.map((name) => `${quotedText(name)}, CAST(${quotedName(name)} AS TEXT)`).join(', ')
  return ask(`SELECT json_group_array(json_object(${row})) FROM ${quotedName(table)}`)
}
