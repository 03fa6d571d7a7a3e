/** One test on SQLite and on Postgres: a database to begin with, and what is in it. */
import { join } from 'node:path'
import { randomHex } from '../../scripts/system/random.ts'
import { databases, dropWhenDone, psql, urlOf } from './postgres.ts'
import type { Place } from './repository.ts'
import { rows, sql } from './sqlite.ts'

export type Kind = 'sqlite' | 'postgres'

/** Without Postgres where a person said so. */
export const KINDS: readonly Kind[] = process.env.SKIP_PG === '1' ? ['sqlite'] : ['sqlite', 'postgres']

export interface EitherDatabase {
  readonly url: string
  run(statements: string): Promise<void>
  /** The first column of a query's rows. */
  rows(query: string): Promise<string[]>
  /** Whether a table is there. */
  has(table: string): Promise<boolean>
  /** Databases that were made from it, and it itself. */
  family(): Promise<string[]>
}

/**
 * An empty database that is gone with the test; a file is in the main worktree.
 * @param scheme what stands before a file's path; some tools want another one than `file:`
 */
export async function emptyDatabase(
  kind: Kind,
  { dir }: Pick<Place, 'dir'>,
  { name = 'dev', scheme = 'file:' } = {},
): Promise<EitherDatabase> {
  return kind === 'sqlite' ? fileDatabase(join(dir, 'project', `${name}.db`), scheme) : serverDatabase()
}

function fileDatabase(file: string, scheme: string): EitherDatabase {
  sql(file, '')
  return {
    url: `${scheme}${file}`,
    run: async (statements) => sql(file, statements),
    rows: async (query) => rows(file, query),
    has: async (table) => rows(file, `SELECT 1 FROM sqlite_master WHERE name = '${table}'`).length > 0,
    family: async () => [file],
  }
}

async function serverDatabase(): Promise<EitherDatabase> {
  const name = `mig_${randomHex(4)}`
  await psql('postgres', `CREATE DATABASE "${name}"`)
  dropWhenDone(name)
  const first = async (query: string) => (await psql(name, query)).map(([value = '']) => value)
  return {
    url: `${await urlOf(name)}?sslmode=disable`,
    run: async (statements) => void (await psql(name, statements)),
    rows: first,
    has: async (table) => (await first(`SELECT to_regclass('${table}')`))[0] !== 'null',
    family: () => databases(name),
  }
}
