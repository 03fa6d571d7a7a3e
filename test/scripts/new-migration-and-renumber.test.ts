/** Making a migration and moving it behind what landed first, as a task's agent does. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAdopted } from '../support/provisioning.ts'
import { RUNNER_FILES, RUNNER_SETTINGS } from '../support/sql-runner.ts'
import { rows } from '../support/sqlite.ts'
import { startTask } from '../support/task-worktrees.ts'

function story(migrations: object, files: Record<string, string> = {}, more: object = {}) {
  const settings = { dependencies: 'none', test: '', migrations: [migrations], ...more }
  const project = createAdopted({ 'lanekeeper.json': JSON.stringify(settings), ...files })
  const task = (id: string, extra: object = { migrations: 'dev' }) => {
    const path = startTask(project, id, extra)
    const run = (...words: string[]) => project.lanekeeper(words, { cwd: path })
    expect(run('setup', '--wait').status).toBe(0)
    return { path, run }
  }
  return { project, task }
}

describe('new-migration', () => {
  it('takes the lease and writes the tool’s template behind what the base has', () => {
    const { project, task } = story({ preset: 'dbmate' }, { 'db/migrations/20990101000000_start.sql': '' })
    const { path, run } = task('tags')
    const made = JSON.parse(run('new-migration', '--name', 'Add Tags!', '--json').stdout)
    expect(made).toMatchObject({
      ok: true,
      files: ['db/migrations/20990101000001_add_tags.sql'],
      command: null,
      warnings: [],
    })
    expect(project.read(join(path, made.files[0]))).toBe('-- migrate:up\n\n\n-- migrate:down\n\n')
    expect(JSON.parse(run('migration', 'status', '--json').stdout)).toMatchObject({
      databases: [{ holder: { task: 'tags' } }],
    })
  })

  it('counts on where the project counts, in its width and with its down file', () => {
    const files = { 'migrations/0007_x.up.sql': '', 'migrations/0007_x.down.sql': '' }
    const { task } = story({ preset: 'golang-migrate' }, files)
    expect(task('tags').run('migration', 'new', '--name', 'tags').stdout.trim().split('\n').sort()).toEqual([
      'Made migrations/0008_tags.down.sql',
      'Made migrations/0008_tags.up.sql',
    ])
  })

  it('runs the command of the settings with the worktree’s variables; its output is no answer', () => {
    const create = 'node make.cjs {{name}}'
    const files = {
      'make.cjs':
        "console.log('noise'); require('fs').writeFileSync('migrations/20990101000000_' + process.argv[2] + '.sql', process.env.PORT)",
      'migrations/20980101000000_x.sql': '',
    }
    const { project, task } = story({ create }, files)
    const { path, run } = task('tags')
    const { stdout, stderr } = run('new-migration', '--name', 'add tags', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      files: ['migrations/20990101000000_add_tags.sql'],
      command: 'node make.cjs add_tags',
    })
    expect(stderr).toContain('noise')
    expect(project.read(join(path, 'migrations/20990101000000_add_tags.sql'))).toMatch(/^2\d{4}$/)
  })

  it('says so when the tool fails, makes nothing, or is behind the base', () => {
    const { task } = story({ create: 'false' }, { 'migrations/1.sql': '' })
    const failed = task('a').run('new-migration', '--name', 'x')
    expect([failed.status, failed.stderr.includes('false exited 1')]).toEqual([3, true])
    const nothing = story({ create: 'true' }, { 'migrations/1.sql': '' }).task('a').run('new-migration', '--name', 'x')
    expect([nothing.status, nothing.stderr.includes('true made no file below migrations')]).toEqual([3, true])
    const late = story({ create: 'touch migrations/0_{{name}}.sql' }, { 'migrations/1.sql': '' }).task('a')
    expect(late.run('new-migration', '--name', 'x').stdout).toContain(
      '▲ migrations/0_x.sql comes before migrations/1.sql',
    )
  })

  it('is refused while it is another’s turn, for a task without migrations, and without a name', () => {
    const { task } = story({ preset: 'dbmate' })
    const [first, second, none] = [task('first'), task('second'), task('none', {})]
    expect(first.run('new-migration', '--name', 'x').status).toBe(0)
    const refused = second.run('new-migration', '--name', 'y')
    expect([refused.status, refused.stderr.includes('Task "first" holds the lease')]).toEqual([1, true])
    const stranger = none.run('new-migration', '--name', 'y')
    expect([stranger.status, stranger.stderr.includes('Task "none" owns no migrations')]).toEqual([1, true])
    const nameless = first.run('new-migration')
    expect([nameless.status, nameless.stderr.includes('npx lanekeeper new-migration add tags')]).toEqual([2, true])
    const twice = first.run('new-migration', 'tags', '--name', 'notes')
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining('Two names: "notes" and "tags"')])
  })
})

describe('migration renumber', () => {
  const newer = { 'migrations/0002_newer.sql': 'CREATE TABLE newer (id);\n' }
  function renumberStory() {
    const { project, task } = story(
      {},
      { ...RUNNER_FILES, 'migrations/0001_start.sql': 'CREATE TABLE start (id);\n' },
      RUNNER_SETTINGS,
    )
    const database = join(project.root, 'dev.db')
    project.write(join(project.root, '.env'), `DATABASE_URL=file:${database}\n`)
    project.run('node', ['run-migrations.cjs'], { cwd: project.root, env: { DATABASE_URL: `file:${database}` } })
    const made = task('tags')
    expect(made.run('new-migration', 'tags').stdout).toBe('Made migrations/0002_tags.sql\n')
    project.write(join(made.path, 'migrations/0002_tags.sql'), 'CREATE TABLE tags (id);\n')
    const applied = () => rows(join(made.path, 'dev.db'), 'SELECT name FROM applied')
    const migrate = () => made.run('run', '--', 'node', 'run-migrations.cjs')
    return { project, ...made, applied, migrate }
  }

  it('moves what is not committed yet, and leaves what is right alone', () => {
    const { project, path, run } = renumberStory()
    expect(run('migration', 'renumber').stdout).toContain('Nothing to renumber')
    project.commit(newer, 'a person lands one')
    expect(run('migration', 'renumber', '-n').stdout).toContain(
      'Would rename migrations/0002_tags.sql → migrations/0003_tags.sql',
    )
    expect(project.exists(join(path, 'migrations/0002_tags.sql'))).toBe(true)
    expect(run('migration', 'renumber').stdout).toContain('Renamed migrations/0002_tags.sql → migrations/0003_tags.sql')
    expect(project.git(['status', '--porcelain'], { cwd: path })).toBe('?? migrations/0003_tags.sql')
  })

  it('is refused where the database has run the old name; --reset cures it', () => {
    const { project, path, run, applied, migrate } = renumberStory()
    project.commit({ 'migrations/0002_tags.sql': 'CREATE TABLE tags (id);\n' }, 'tags', { cwd: path })
    expect(migrate().status).toBe(0)
    expect(applied()).toEqual(['0001_start.sql', '0002_tags.sql'])
    project.commit(newer, 'a person lands one')
    const refused = run('migration', 'renumber')
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('migrations/0002_tags.sql has run in this worktree\'s database "dev"')
    expect(refused.stderr).toContain('npx lanekeeper migration renumber --reset')
    expect(project.exists(join(path, 'migrations/0002_tags.sql'))).toBe(true)

    expect(run('migration', 'renumber', '--reset').status).toBe(0)
    expect(applied()).toEqual(['0001_start.sql', '0003_tags.sql'])
    expect(project.git(['status', '--porcelain'], { cwd: path })).toBe(
      'R  migrations/0002_tags.sql -> migrations/0003_tags.sql',
    )
  })

  it('never renames what has a snapshot: the commands are printed', () => {
    const base = {
      'drizzle/0000_start.sql': 'a',
      'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"when":1,"tag":"0000_start"}]}',
    }
    const { project, task } = story({ preset: 'drizzle' }, base)
    const { path, run } = task('tags')
    run('migration', 'claim')
    project.write(join(path, 'drizzle/0001_tags.sql'), 'b')
    project.commit({ 'drizzle/0001_other.sql': 'c' }, 'a person lands one')
    const { status, stderr } = run('migration', 'renumber')
    expect(status).toBe(1)
    expect(stderr).toContain('Drizzle Kit keeps more of a migration than its name: drizzle/0001_tags.sql is made anew')
    expect(stderr).toContain('merge main')
    expect(stderr).toContain('npx lanekeeper new-migration --name')
    expect(project.exists(join(path, 'drizzle/0001_tags.sql'))).toBe(true)
  })

  it('wants the worktree of a task', () => {
    const { project } = story({})
    expect(project.lanekeeper(['migration', 'renumber'])).toMatchObject({ status: 2 })
  })
})
