/** Landings that bring a migration, with a real tool: what runs and ends alike both ways lands, and nothing else does. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type EitherDatabase, emptyDatabase, type Kind } from './either-database.ts'
import { migrate } from './migration-collision.ts'
import { linkPackages, type MigrationTool, withCommands } from './migration-tools.ts'
import { createRepository, type Ran, type TestRepository } from './repository.ts'
import { ledgerOf, settings, startTask, worktreesOf } from './task-worktrees.ts'

export interface Landing {
  /** Makes the task's branch the base and one migration more, and lands it; `main` and the databases are looked at then. */
  bring(...statements: readonly string[]): Promise<Ran>
  /** The base's, with two rows of one name. */
  readonly database: EitherDatabase
}

const USERS = [0, 'users'] as const
const TAGS = [1, 'tags'] as const

/** A project whose base's database has run the first migration and holds rows, and a task that holds the lease. */
export async function landingWith(tool: MigrationTool, kind: Kind): Promise<Landing> {
  const dev = { provider: kind, vars: ['DATABASE_URL'], migrate: [tool.command] }
  const project = createRepository({
    ...settings({ databases: { dev }, migrations: [{ preset: tool.preset }] }),
    ...tool.files,
    ...tool.migration(...USERS, 'CREATE TABLE users (id INTEGER, name TEXT)'),
    ...tool.journal?.(USERS),
  })
  linkPackages(project)
  const database = await emptyDatabase(kind, project, tool)
  project.write(join(project.root, '.env'), `DATABASE_URL='${database.url}'\n`)
  const first = migrate(project, tool, database)
  expect(first.status, first.stdout + first.stderr).toBe(0)
  await database.run("INSERT INTO users VALUES (1, 'ann'), (2, 'ann')")
  const path = startTask(project, 'tags', { migrations: 'dev' })
  expect(project.lanekeeper(['migration', 'claim'], { cwd: path })).toMatchObject({ status: 0 })
  const bring = async (...statements: readonly string[]) => {
    project.git(['reset', '-q', '--hard', 'main'], { cwd: path })
    project.commit({ ...tool.migration(...TAGS, ...statements), ...tool.journal?.(USERS, TAGS) }, 'tags', { cwd: path })
    const before = await stateOf(project, tool, database)
    const landed = project.lanekeeper(['land', 'tags'], { env: withCommands(project) })
    const after = await stateOf(project, tool, database)
    expect(ledgerOf(project)).toEqual([])
    // of a landing nothing stays but the base's new commit
    expect({ ...after, main: before.main, worktrees: before.worktrees }).toEqual(before)
    expect(after.main === before.main).toBe(landed.status !== 0)
    expect(after.worktrees).toHaveLength(landed.status === 0 ? 1 : 2)
    return landed
  }
  return { bring, database }
}

/** What a refused landing leaves as it was. */
async function stateOf(project: TestRepository, tool: MigrationTool, database: EitherDatabase) {
  return {
    main: project.git(['rev-parse', 'main']),
    worktrees: worktreesOf(project),
    directories: readdirSync(project.dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?:^|\/)landing-[^/.]*$/.test(name),
    ),
    databases: await database.family(),
    applied: await database.rows(tool.applied),
  }
}

/** Refused, with the reason; then mended, and landed. */
export async function expectProved(tool: MigrationTool, kind: Kind): Promise<void> {
  const { bring, database } = await landingWith(tool, kind)
  const late = await bring('CREATE UNIQUE INDEX names ON users (name)')
  expect(late.stderr).toContain('The migrations of "tags" do not run on a fork of main\'s database')
  expect(late.stderr).toMatch(/unique/i)

  await database.run('CREATE TABLE tags (id INTEGER)')
  const different = await bring(
    'CREATE TABLE IF NOT EXISTS tags (id INTEGER, name TEXT)',
    'CREATE TABLE zebras (id INTEGER)',
  )
  expect(different.stderr).toMatch(/end in two schemas: TABLE (?:public\.)?tags of database "dev" is not the same/)
  expect(different.stderr).not.toContain('zebras')
  await database.run('DROP TABLE tags')

  const good = await bring('ALTER TABLE users ADD COLUMN tag TEXT', 'CREATE TABLE tags (id INTEGER, name TEXT)')
  expect(good.status, good.stderr).toBe(0)
  expect(good.stderr).toContain('the migrations of "dev" once more, on an empty database')
}
