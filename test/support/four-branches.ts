/** Four branches made at once from one base, each with a migration under the same number, brought home in every order. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { judgeBranch } from '../../scripts/gate/gate.ts'
import { command as land } from '../../scripts/land.ts'
import { command as migration } from '../../scripts/migration.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { alongEveryOrder } from './every-order.ts'
import { runVerb } from './in-process.ts'
import { createRepository, type Ran, type TestRepository } from './repository.ts'
import { RUNNER_FILES, RUNNER_SETTINGS } from './sql-runner.ts'
import { rows } from './sqlite.ts'
import { settings, startTask } from './task-worktrees.ts'

const TASKS = ['bills', 'clubs', 'dogs', 'eggs'] as const

type Mode = 'lease' | 'tables'

/**
 * Every order of landing; whoever is late is refused, renumbers and lands. The base's database runs its migrations after
 * each landing, as it would anywhere.
 * @returns order → schema of the base's database at its end
 */
export async function landInEveryOrder(mode: Mode): Promise<Map<string, string>> {
  const project = projectOf(mode)
  const worktrees = new Map(TASKS.map((id) => [id, startBranch(project, id, mode)]))
  const ends = new Map<string, string>()
  const step = async (id: (typeof TASKS)[number], before: readonly string[]) => {
    const cwd = worktrees.get(id) ?? ''
    if (mode === 'lease') await runVerb(project, migration, ['claim'], cwd)
    if (before.length > 0) {
      expect(refusalsOf(project, id)).toContain('migration-duplicate')
      await runVerb(project, migration, ['renumber'], cwd)
      project.commit({}, 'renumber', { cwd })
    }
    await runVerb(project, land, [id])
    migrate(project, 'dev')
  }
  await alongEveryOrder(project, TASKS, step, (order) => {
    const files = ['0001_users.sql', ...order.map((id, index) => `000${index + 2}_${id}.sql`)]
    expect(project.git(['ls-tree', '--name-only', 'main:migrations']).split('\n')).toEqual(files)
    expect(appliedIn(project, 'dev'), order.join()).toEqual(files)
    migrate(project, 'fresh')
    expect(appliedIn(project, 'fresh'), order.join()).toEqual(files)
    expect(schemaOf(project, 'fresh')).toBe(schemaOf(project, 'dev'))
    ends.set(order.join(), schemaOf(project, 'dev'))
  })
  return ends
}

function projectOf(mode: Mode): TestRepository {
  const project = createRepository({
    ...settings({ migrations: RUNNER_SETTINGS.migrations.map((set) => ({ ...set, mode })) }),
    ...RUNNER_FILES,
    'migrations/0001_users.sql': 'CREATE TABLE users (id INTEGER);\n',
  })
  migrate(project, 'dev')
  return project
}

/** A task's branch with its migration; where there is a lease, made in its turn. */
function startBranch(project: TestRepository, id: string, mode: Mode): string {
  const path = startTask(project, id, { migrations: 'dev', tables: mode === 'tables' ? [id] : [] })
  if (mode === 'lease') done(project.lanekeeper(['migration', 'claim'], { cwd: path }))
  project.commit({ [`migrations/0002_${id}.sql`]: `CREATE TABLE ${id} (id INTEGER);\n` }, id, { cwd: path })
  if (mode === 'lease') done(project.lanekeeper(['migration', 'release'], { cwd: path }))
  return path
}

function done({ status, stdout, stderr }: Ran): void {
  expect(status, stdout + stderr).toBe(0)
}

function refusalsOf(project: TestRepository, id: string): string[] {
  const repository = openRepository(project.root, project.env)
  const { verdict } = judgeBranch(repository, readPolicy(repository), `task/${id}`)
  return verdict.violations.map(({ rule }) => rule)
}

const fileOf = ({ root }: TestRepository, name: string) => join(root, `${name}.db`)

function migrate(project: TestRepository, name: string): void {
  const env = { DATABASE_URL: `file:${fileOf(project, name)}` }
  done(project.run('node', ['run-migrations.cjs'], { cwd: project.root, env }))
}

/** Every run is a row: twice is an error of the database, and twice in it. */
const appliedIn = (project: TestRepository, name: string) =>
  rows(fileOf(project, name), 'SELECT name FROM applied ORDER BY rowid')

const schemaOf = (project: TestRepository, name: string) =>
  rows(fileOf(project, name), 'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name').join('\n')
