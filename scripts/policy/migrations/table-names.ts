/** Names of tables as a task lists them: `users`, `billing.invoices`. `public` is the schema where none is said. */
import { LanekeeperError } from '../errors.ts'

/**
 * The names, trimmed and each once.
 * @throws `bad-name` for what no migration would call a table
 */
export function checkedTables(tables: readonly string[]): string[] {
  const names = tables.map((table) => table.trim())
  const bad = names.find((name) => !/^[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}_][\p{L}\p{N}_$-]*)?$/u.test(name))
  if (bad === undefined) return [...new Set(names)]
  throw new LanekeeperError('bad-name', `${JSON.stringify(bad)} is no name for a table.`, {
    hint: 'One name each, with its schema where it is not public: --table users --table billing.invoices',
  })
}

/** What two names have in common when they are one table: without `public`, and without case, which few servers tell apart. */
export function tableKey(table: string): string {
  return table.toLowerCase().replace(/^public\./, '')
}
