/** What a migration tool does with a collision without a word, on a database that had run the other branch's. */
import { expect } from 'vitest'
import type { Kind } from './either-database.ts'
import { editedAfterwards, mergedByPlainGit, orderMatters, sameVersion } from './migration-collision.ts'
import type { MigrationTool } from './migration-tools.ts'

const PLAN = 'SELECT plan FROM plans'

/** The older one runs after the newer and undoes it there; a fresh database never shows it. */
export async function expectLate(tool: MigrationTool, kind: Kind): Promise<void> {
  const { database, fresh } = await mergedByPlainGit(orderMatters(tool), kind)
  expect([await database.rows(PLAN), await fresh.rows(PLAN)]).toEqual([['free'], ['paid']])
  const [ran, meant] = [await database.rows(tool.applied), await fresh.rows(tool.applied)]
  expect(ran).toEqual([meant[0], meant[2], meant[1]])
}

/** Both run: which one comes first on the next database is up to their names. */
export async function expectBoth(tool: MigrationTool, kind: Kind): Promise<void> {
  const { database } = await mergedByPlainGit(sameVersion(tool), kind)
  expect([await database.has('posts'), await database.has('tags')]).toEqual([true, true])
  expect(await database.rows(tool.applied)).toHaveLength(3)
}

/** What the edit added is missing there for good; a fresh database has it. */
export async function expectEditMissed(tool: MigrationTool, kind: Kind): Promise<void> {
  const { database, fresh } = await mergedByPlainGit(editedAfterwards(tool), kind)
  expect([await database.has('tags'), await fresh.has('tags')]).toEqual([false, true])
  expect(await database.rows(tool.applied)).toEqual(await fresh.rows(tool.applied))
}
