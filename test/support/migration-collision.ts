/**
 * Two branches that each change a project's migrations, brought together twice: by plain git and the tool alone, and with
 * Lanekeeper. The second branch is the older one: the base's database has run the first when it comes.
 */
import { delimiter, join } from 'node:path'
import { expect } from 'vitest'
import type { MigrationRule } from '../../scripts/policy/migrations/rules.ts'
import { type EitherDatabase, emptyDatabase, type Kind } from './either-database.ts'
import { type Files, linkPackages, type MigrationTool } from './migration-tools.ts'
import { createAdopted } from './provisioning.ts'
import { createRepository, PROJECT_ROOT, type Ran, type TestRepository } from './repository.ts'
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

/** The tool's own command, which `npx` would find too. */
function migrate({ root, env, run }: TestRepository, { command }: MigrationTool, { url }: EitherDatabase): Ran {
  const PATH = [join(PROJECT_ROOT, 'node_modules', '.bin'), env.PATH].join(delimiter)
  return run('sh', ['-c', command.replace(/^npx /, '')], { cwd: root, env: { PATH, DATABASE_URL: url } })
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
export function expectRefused(collision: Collision): void {
  const { tool, start, rule } = collision
  const migrations = [{ preset: tool.preset }]
  const project = createAdopted({ ...tool.files, ...start, ...settings({ migrations }) })
  const told = (words: readonly string[], cwd = project.root) => project.lanekeeper(words, { cwd })
  const claim = (task: string) => expectDone(told(['migration', 'claim', 'dev', '--task', task]))
  const [second, first] = ['second', 'first'].map((id) => startTask(project, id, { migrations: 'dev' }))
  claim('second')
  project.commit(collision.second, 'second', { cwd: second ?? '', env: { LANEKEEPER: '0' } })
  expectDone(told(['migration', 'release', 'dev', '--task', 'second', '--force', '--reason', 'turns']))
  claim('first')
  project.commit(collision.first, 'first', { cwd: first ?? '' })
  expectDone(told(['land', 'first']))
  const landed = project.git(['rev-parse', 'main'])
  mend(project, collision, 'task/second', second)
  claim('second')
  const merge = project.tryGit(['merge', '--no-edit', 'task/second'])
  for (const { status, stdout, stderr } of [told(['check'], second), told(['land', 'second']), merge]) {
    expect(stdout + stderr).toContain(`${rule}: `)
    expect(status).not.toBe(0)
  }
  expect(project.git(['rev-parse', 'main'])).toBe(landed)
}

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
