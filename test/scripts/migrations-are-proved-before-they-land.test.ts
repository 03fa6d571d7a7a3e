/** A landing that brings migrations runs them on a fork of the base's database and on an empty one: one schema, or no landing. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimed, freeLease } from '../../scripts/policy/migrations/lease.ts'
import { changeLease, here } from '../../scripts/system/lease-store.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { RUNNER_FILES, RUNNER_SETTINGS } from '../support/sql-runner.ts'
import { rows, sql } from '../support/sqlite.ts'
import { ledgerOf, settings, startTask, worktreesOf } from '../support/task-worktrees.ts'

const FIRST = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n'

/** A project whose database has run the first migration, and a task that brings another. */
function story(migration: string, { more = {}, isMade = true } = {}) {
  const project = createRepository({
    ...settings({ ...RUNNER_SETTINGS, ...more }),
    ...RUNNER_FILES,
    'migrations/0001_users.sql': FIRST,
  })
  const main = join(project.root, 'dev.db')
  project.write(join(project.root, '.env'), `DATABASE_URL=file:${main}\n`)
  const run = () =>
    project.run('node', ['run-migrations.cjs'], { cwd: project.root, env: { DATABASE_URL: `file:${main}` } })
  if (isMade) run()
  const path = startTask(project, 'tags', { migrations: 'dev' })
  hold(project, 'tags')
  project.commit({ 'migrations/0002_tags.sql': migration }, 'tags', { cwd: path })
  const land = (env: Record<string, string> = {}) => project.lanekeeper(['land', 'tags'], { env })
  return { project, main, path, land }
}

function hold(project: TestRepository, task: string): void {
  const activity = { owners: new Map([[task, `task/${task}`]]), committedAt: new Map() }
  changeLease(openRepository(project.root, project.env), 'dev', { hours: 24, why: 'test' }, (lease) =>
    claimed(lease ?? freeLease(24), { task, branch: `task/${task}` }, activity, here(24)),
  )
}

const landed = (project: TestRepository) => project.git(['ls-tree', '--name-only', 'main', 'migrations/']).split('\n')

it('lands what ends in one schema both ways, and leaves the base’s database as it was', () => {
  const { project, main, land } = story('ALTER TABLE users ADD COLUMN tag TEXT;\n')
  sql(main, "INSERT INTO users (name) VALUES ('ann')")
  const { status, stderr } = land()
  expect(stderr).toContain('tags: the migrations of "dev" once more, on an empty database')
  expect(status).toBe(0)
  expect(landed(project)).toEqual(['migrations/0001_users.sql', 'migrations/0002_tags.sql'])
  expect(rows(main, 'SELECT name FROM applied')).toEqual(['0001_users.sql'])
  expect(worktreesOf(project)).toHaveLength(1)
  expect(ledgerOf(project)).toEqual([])
})

describe('is refused, with the base untouched', () => {
  const refused = (made: ReturnType<typeof story>) => {
    const { status, stderr } = made.land()
    expect(status).toBe(1)
    expect(landed(made.project)).toEqual(['migrations/0001_users.sql'])
    expect(worktreesOf(made.project)).toHaveLength(2)
    expect(ledgerOf(made.project)).toEqual([])
    return stderr
  }

  it('what only runs where there are no rows', () => {
    const made = story('ALTER TABLE users ADD COLUMN tag TEXT NOT NULL;\n')
    sql(made.main, "INSERT INTO users (name) VALUES ('ann')")
    const said = refused(made)
    expect(said).toContain('The migrations of "tags" do not run on a fork of main\'s database')
    expect(said).toContain('Cannot add a NOT NULL column')
    expect(said).toContain("Mend it in the task's worktree, then: npx lanekeeper land tags")
  })

  it('what only runs where somebody made a table by hand', () => {
    const made = story('ALTER TABLE legacy ADD COLUMN tag TEXT;\n')
    sql(made.main, 'CREATE TABLE legacy (id)')
    expect(refused(made)).toContain('The migrations of "tags" do not run on an empty database')
  })

  it('what ends in two schemas, naming the first object', () => {
    const made = story('CREATE TABLE IF NOT EXISTS tags (id INTEGER, name TEXT);\nCREATE TABLE zebras (id INTEGER);\n')
    sql(made.main, 'CREATE TABLE tags (id INTEGER)')
    const said = refused(made)
    expect(said).toContain('TABLE tags of database "dev" is not the same')
    expect(said).toContain("on a fork of main's database: CREATE TABLE tags (id INTEGER)")
    expect(said).toContain('from an empty one:  CREATE TABLE tags (id INTEGER, name TEXT)')
    expect(said).not.toContain('zebras')
  })

  it('what the base’s database has, and no migration makes', () => {
    const made = story('CREATE TABLE tags (id INTEGER);\n')
    sql(made.main, 'CREATE TABLE by_hand (id INTEGER)')
    const said = refused(made)
    expect(said).toContain('No migration makes it')
    expect(made.land({ LANEKEEPER: '0' })).toMatchObject({ status: 0 })
    expect(landed(made.project)).toHaveLength(2)
    const record = made.project.git(['log', '-1', '--format=%b', 'refs/lanekeeper/tasks'])
    expect(record).toContain('Migrations not proved, let pass (LANEKEEPER=0): dev')
  })
})

describe('lands with a word about what was not proved', () => {
  it('where the base has no database yet: on the empty one alone', () => {
    const { land } = story('CREATE TABLE tags (id INTEGER);\n', { isMade: false })
    const { status, stderr } = land()
    expect(status).toBe(0)
    expect(stderr).toContain("no fork of the base's to compare with")
  })

  it('where nothing says how they are run', () => {
    const databases = { dev: { vars: ['DATABASE_URL'] } }
    const { land } = story('NOT SQL;\n', { more: { databases } })
    const { status, stderr } = land()
    expect(status).toBe(0)
    expect(stderr).toContain('are not proved: no command runs them ("databases.dev.migrate" in lanekeeper.json)')
  })

  it('and nothing at all is run for a task without migrations', () => {
    const { project } = story('CREATE TABLE tags (id INTEGER);\n')
    const path = startTask(project, 'plain')
    project.commit({ 'src/plain/a.txt': 'a' }, 'a', { cwd: path })
    const { status, stderr } = project.lanekeeper(['land', 'plain'])
    expect([status, stderr.includes('empty database')]).toEqual([0, false])
  })
})
