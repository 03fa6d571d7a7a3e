/** The extractor against Postgres' own grammar: every fixture, whole and statement by statement, and generated ones. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { tablesInSql } from '../../../scripts/policy/migrations/sql-tables.ts'
import { loadPostgresGrammar, statementsPostgresSees, tablesPostgresSees } from '../../support/postgres-ast.ts'
import { PROJECT_ROOT } from '../../support/repository.ts'
import { decorated, plainly, sqlStatement } from '../../support/sql-statements.ts'

const FIXTURES = join(PROJECT_ROOT, 'test/fixtures/sql')

beforeAll(() => loadPostgresGrammar())

function touchedIn(text: string): string[] {
  return [...new Set(tablesInSql(text).touched.map(({ table }) => table))].sort()
}

describe.each(readdirSync(FIXTURES))('%s', (file) => {
  const text = readFileSync(join(FIXTURES, file), 'utf8')

  it('as a whole', () => {
    expect(touchedIn(text)).toEqual(tablesPostgresSees(text))
    expect(touchedIn(text).filter((table) => table.includes('nobody'))).toEqual([])
  })

  it('statement by statement', () => {
    const statements = statementsPostgresSees(text)
    expect(statements.length).toBeGreaterThan(15)
    for (const statement of statements)
      expect({ statement, tables: touchedIn(statement) }).toEqual({ statement, tables: tablesPostgresSees(statement) })
  })
})

it('whatever the quoting, the comments and the white space', () => {
  fc.assert(
    fc.property(fc.array(sqlStatement, { minLength: 1, maxLength: 4 }), (statements) => {
      const plain = statements.map(plainly).join(';\n')
      const text = statements.map(decorated).join(';')
      expect(touchedIn(plain)).toEqual(tablesPostgresSees(plain))
      expect({ text, tables: touchedIn(text) }).toEqual({ text, tables: touchedIn(plain) })
      expect({ text, tables: touchedIn(text) }).toEqual({ text, tables: tablesPostgresSees(text) })
    }),
    { numRuns: 300 },
  )
})
