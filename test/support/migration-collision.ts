/**
 * Two branches that each change a project's migrations, brought together twice: by plain git and the tool alone, and with
 * Lanekeeper. The second branch is the older one: the base's database has run the first when it comes.
 */
import { expect } from 'vitest'
import type { MigrationRule } from '../../scripts/policy/migrations/rules.ts'
import { type EitherDatabase, emptyDatabase, type Kind } from './either-database.ts'
import { type Files, linkPackages, type MigrationTool, withCommands } from './migration-tools.ts'
import { createAdopted } from './provisioning.ts'
import { createRepository, type Ran, type TestRepository } from './repository.ts'
import { settings, startTask } from './task-worktrees.ts'

export interface Collision {
  readonly tool: MigrationTool
  /** Landed, and run by the base's database. */
  readonly start: Files
  /** Brought by the branch that lands first. */
  readonly first: Files
  /** Made from `start` too. */
  readonly second: Files
  /** What git cannot merge by itself, as a person leaves it in the second branch. */
  readonly mended?: Files
  readonly rule: MigrationRule
}

export interface Merged {
  /** What the tool said to the third state of `main`; it called all three a success. */
  readonly last: Ran
  /** The one that was there all the time. */
  readonly database: EitherDatabase
  /** One on which the whole chain has run at the end, as CI makes it. */
  readonly fresh: EitherDatabase
  readonly lastOnFresh: Ran
}

const BRANCHES = ['first', 'second'] as const

/** With plain git: the tool runs before the two, after the first, and after both. */
export async function mergedByPlainGit(collision: Collision, kind: Kind): Promise<Merged> {
  const { tool, start } = collision
  const project = createRepository({ ...tool.files, ...start })
  linkPackages(project)
  const [database, fresh] = [
    await emptyDatabase(kind, project, tool),
    await emptyDatabase(kind, project, { ...tool, name: 'fresh' }),
  ]
  let last = expectDone(migrate(project, tool, database))
  for (const name of BRANCHES) {
    project.git(['switch', '-q', '-c', name, 'main'])
    project.commit(collision[name], name)
  }
  for (const name of BRANCHES) {
    if (name === 'second') mend(project, collision, 'second')
    project.git(['switch', '-q', 'main'])
    project.git(['merge', '-q', '--no-edit', name])
    last = expectDone(migrate(project, tool, database))
  }
  return { last, database, fresh, lastOnFresh: migrate(project, tool, fresh) }
}

/** The tool's own command in the main worktree, on a database. */
export function migrate(project: TestRepository, { command }: MigrationTool, { url }: EitherDatabase): Ran {
  const env = { ...withCommands(project), DATABASE_URL: url }
  return project.run('sh', ['-c', command.replace(/^npx /, '')], { cwd: project.root, env })
}

function expectDone(ran: Ran): Ran {
  expect(ran.status, ran.stdout + ran.stderr).toBe(0)
  return ran
}

/** In the second branch: the base merged into it, and what git could not merge resolved by hand. */
function mend(project: TestRepository, { mended }: Collision, branch: string, cwd = project.root): void {
  if (mended === undefined) return
  project.git(['switch', '-q', branch], { cwd })
  expect(project.tryGit(['merge', '-q', '--no-edit', 'main'], { cwd })).toMatchObject({ status: 1 })
  project.commit(mended, 'merge main', { cwd, env: { LANEKEEPER: '0' } })
}

/**
 * The same branches as tasks that take the lease in turns. The first lands; the second is refused by its rule where it
 * asks, where it lands and where it is merged by hand, even if nobody minded the refusal of its commit.
 */
export function expectRefused(collision: Collision): { project: TestRepository; second: string } {
  const { tool, start, rule } = collision
  const migrations = [{ preset: tool.preset }]
  const project = createAdopted({ ...tool.files, ...start, ...settings({ migrations }) })
  const second = startTask(project, 'second', { migrations: 'dev' })
  const first = startTask(project, 'first', { migrations: 'dev' })
  expectDone(project.lanekeeper(['migration', 'claim'], { cwd: second }))
  project.commit(collision.second, 'second', { cwd: second, env: { LANEKEEPER: '0' } })
  expectDone(project.lanekeeper(['migration', 'release'], { cwd: second }))
  expectDone(project.lanekeeper(['migration', 'claim'], { cwd: first }))
  project.commit(collision.first, 'first', { cwd: first })
  expectDone(project.lanekeeper(['land', 'first']))
  const landed = project.git(['rev-parse', 'main'])
  mend(project, collision, 'task/second', second)
  expectDone(project.lanekeeper(['migration', 'claim'], { cwd: second }))
  const told = [project.lanekeeper(['check'], { cwd: second }), project.lanekeeper(['land', 'second'])]
  const merged = project.tryGit(['merge', '--no-edit', 'task/second'])
  for (const { status, stdout, stderr } of [...told, merged]) {
    expect(stdout + stderr).toContain(`${rule}: `)
    expect(status).not.toBe(0)
  }
  expect(project.git(['rev-parse', 'main'])).toBe(landed)
  return { project, second }
}

/** Refused, renumbered by the command that the refusal names, landed; then the tool runs it once, and last, everywhere. */
export async function expectRefusedUntilRenumbered(collision: Collision): Promise<void> {
  const { tool } = collision
  const { project, second } = expectRefused(collision)
  linkPackages(project)
  const database = await emptyDatabase('sqlite', project, tool)
  const fresh = await emptyDatabase('sqlite', project, { ...tool, name: 'fresh' })
  expectDone(migrate(project, tool, database))
  expectDone(project.lanekeeper(['migration', 'renumber'], { cwd: second }))
  project.commit({}, 'renumber', { cwd: second })
  expectDone(project.lanekeeper(['land', 'second']))
  const before = await database.rows(tool.applied)
  for (const one of [database, fresh]) expectDone(migrate(project, tool, one))
  expect((await database.rows(tool.applied)).slice(0, -1)).toEqual(before)
  expect(before).toHaveLength(2)
  expect(await fresh.rows(tool.applied)).toEqual(await database.rows(tool.applied))
  expect(await fresh.rows(SCHEMA)).toEqual(await database.rows(SCHEMA))
}

const SCHEMA = 'SELECT sql FROM sqlite_master ORDER BY name'

/** Two migrations whose order matters: the older sets something for all, the younger changes it for one. */
export function orderMatters(tool: MigrationTool): Collision {
  return {
    tool,
    start: tool.migration(
      0,
      'Plans',
      'CREATE TABLE plans (id INTEGER, plan TEXT)',
      'INSERT INTO plans VALUES (1, NULL)',
    ),
    first: tool.migration(2, 'Newer', "UPDATE plans SET plan = 'paid' WHERE id = 1"),
    second: tool.migration(1, 'Older', "UPDATE plans SET plan = 'free'"),
    rule: 'migration-order',
  }
}

/** Two migrations under one version, each with a table of its own. */
export function sameVersion(tool: MigrationTool): Collision {
  return {
    tool,
    start: tool.migration(0, 'Plans', 'CREATE TABLE plans (id INTEGER)'),
    first: tool.migration(1, 'Posts', 'CREATE TABLE posts (id INTEGER)'),
    second: tool.migration(1, 'Tags', 'CREATE TABLE tags (id INTEGER)'),
    rule: 'migration-duplicate',
  }
}

/** A migration that has run gets another statement, while the other branch does something else. */
export function editedAfterwards(tool: MigrationTool): Collision {
  const before = 'CREATE TABLE plans (id INTEGER)'
  return {
    tool,
    start: tool.migration(0, 'Plans', before),
    first: { 'src/first/work.txt': 'work\n' },
    second: tool.migration(0, 'Plans', before, 'CREATE TABLE tags (id INTEGER)'),
    rule: 'migration-immutable',
  }
}
