/** The `migrate` step: after the dependencies and before the set-up commands, once for each database that is new. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateOf, type WorktreeRecord, writeRecord } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'

/** Each command writes a line into what it finds at the worktree's own URL. */
const into = (word: string) =>
  `node -e "require('fs').appendFileSync('ran', '${word} ' + process.env.DATABASE_URL + '\\n')"`

function story(database: object, more: object = {}, { source = true } = {}) {
  const project = createRepository({
    ...settings({ databases: { dev: { vars: ['DATABASE_URL'], ...database } }, ...more }),
    '.gitignore': '.env\n.env.local\n*.db*\nran\nready\n',
    'migrations/001.sql': '',
  })
  if (source) sql(join(project.root, 'dev.db'), 'CREATE TABLE t (n)')
  project.write(join(project.root, '.env'), `DATABASE_URL=file:${project.root}/dev.db\n`)
  const path = startTask(project, 'a')
  const setup = (...words: string[]) =>
    JSON.parse(project.lanekeeper(['setup', path, '--wait', '--json', ...words]).stdout)
  const ran = () => (project.exists(join(path, 'ran')) ? project.read(join(path, 'ran')).trim().split('\n') : [])
  return { project, path, setup, ran, record: () => ledgerOf(project)[0] as WorktreeRecord }
}

const log = (project: TestRepository, record: WorktreeRecord) =>
  readFileSync(join(openRepository(record.path, project.env).gitDir, 'lanekeeper', 'setup.log'), 'utf8')

describe('commands of a database', () => {
  it('run in the worktree, on its own fork, once; without the seed, and before the set-up commands', () => {
    const { path, setup, ran, record, project } = story(
      { migrate: [into('migrate')], seed: [into('seed')] },
      { setup: [into('setup')] },
    )
    expect(setup()).toMatchObject({ state: 'ready' })
    const all = [`migrate file:${path}/dev.db`, `setup file:${path}/dev.db`]
    expect(ran()).toEqual(all)
    expect(record().steps.migrate).toEqual({ state: 'done', done: { dev: [into('migrate')] } })
    expect(log(project, record())).toContain('$ node -e')
    expect(setup()).toMatchObject({ state: 'ready' })
    expect(ran()).toEqual(all)
  })

  it.each([
    ['mode "empty"', { mode: 'empty' }, true],
    ['nothing to fork', {}, false],
  ])('seed too with %s', (_, mode, source) => {
    const { setup, ran } = story({ migrate: [into('migrate')], seed: [into('seed')], ...mode }, {}, { source })
    expect(setup()).toMatchObject({ state: 'ready' })
    expect(ran().map((line) => line.split(' ')[0])).toEqual(['migrate', 'seed'])
  })

  it('that make no file leave an empty database as ready as it was', () => {
    const { setup, record } = story({ mode: 'empty', migrate: [into('migrate')] })
    for (const _ of [1, 2]) expect(setup()).toMatchObject({ state: 'ready', problems: [] })
    expect(record()).toMatchObject({ databases: [{ state: 'ready' }], steps: { databases: { state: 'done' } } })
  })

  it('made the file where the main worktree has none: a later set-up finds it and leaves it', () => {
    const { path, setup } = story({ migrate: [into('migrate')] }, {}, { source: false })
    sql(join(path, 'dev.db'), 'CREATE TABLE mine (n)')
    expect(setup()).toMatchObject({ state: 'ready', problems: [] })
    expect(rows(join(path, 'dev.db'), 'SELECT name FROM sqlite_master')).toEqual(['mine'])
  })

  it('that fail are a state; the database stays, and `setup --wait` tries again', () => {
    const { path, project, setup, record } = story({ migrate: ['test -e ready || { echo no table; exit 4; }'] })
    const failed = setup()
    expect(failed).toMatchObject({ state: 'failed', problems: [{ step: 'migrate' }] })
    expect(failed.problems[0].message).toContain('exited 4:\nno table')
    expect(record().databases).toMatchObject([{ state: 'ready' }])
    expect(rows(join(path, 'dev.db'), 'SELECT count(*) FROM t')).toEqual(['0'])
    project.write(join(path, 'ready'), '')
    expect(setup()).toMatchObject({ state: 'ready', problems: [] })
  })

  it('that went well are not repeated when another role’s fail, nor a seed of the same; `db reset` repeats its role’s', () => {
    const dev = { mode: 'empty', migrate: [into('dev')], seed: [into('seed'), 'test -e ready || exit 4'] }
    const other = { vars: ['OTHER_URL'], mode: 'empty', migrate: [into('other')], seed: [into('plant')] }
    const databases = { other, dev: { vars: ['DATABASE_URL'], ...dev } }
    const { path, project, setup, ran, record } = story({}, { databases })
    project.write(join(project.root, '.env'), `DATABASE_URL=file:${project.root}/dev.db\nOTHER_URL=file:./other.db\n`)
    const words = () => ran().map((line) => line.split(' ')[0])
    expect(setup()).toMatchObject({ state: 'failed' })
    const first = ['other', 'plant', 'dev', 'seed']
    expect(words()).toEqual(first)
    expect(record().steps.migrate?.done).toEqual({
      other: [into('other'), into('plant')],
      dev: [into('dev'), into('seed')],
    })
    expect(setup()).toMatchObject({ state: 'failed' })
    expect(words()).toEqual([...first, 'dev'])
    project.write(join(path, 'ready'), '')
    expect(setup()).toMatchObject({ state: 'ready', problems: [] })
    expect(words()).toEqual([...first, 'dev', 'dev'])
    expect(project.lanekeeper(['db', 'reset', 'other'], { cwd: path })).toMatchObject({ status: 0 })
    expect(words()).toEqual([...first, 'dev', 'dev', 'other', 'plant'])
  })

  it('do not run for a branch that may not run anything yet', () => {
    const { path, project, setup, ran } = story({ migrate: [into('migrate')] })
    project.commit({ 'package.json': '{"scripts":{"postinstall":"evil"}}' }, 'strange', { cwd: path })
    expect(setup().problems.map(({ step }: { step: string }) => step)).toContain('migrate')
    expect(ran()).toEqual([])
    expect(setup('--trust')).toMatchObject({ state: 'ready' })
    expect(ran()).toHaveLength(1)
  })

  it('run again after `db reset`, with the seed after `--empty`, and not after `db restore`', () => {
    const { path, project, setup, ran } = story({ migrate: [into('migrate')], seed: [into('seed')] })
    setup()
    const db = (...words: string[]) =>
      expect(project.lanekeeper(['db', ...words], { cwd: path })).toMatchObject({ status: 0 })
    const words = () => ran().map((line) => line.split(' ')[0])
    db('reset')
    expect(words()).toEqual(['migrate', 'migrate'])
    db('snapshot')
    db('restore')
    expect(words()).toHaveLength(2)
    db('reset', '--empty')
    expect(words()).toEqual(['migrate', 'migrate', 'migrate', 'seed'])
    expect(rows(join(path, 'dev.db'), 'SELECT count(*) FROM sqlite_master')).toEqual(['0'])
  })
})

it('a record of before there was this step is as ready as it was', () => {
  const { project, setup, record } = story({})
  setup()
  const { migrate: _, ...steps } = record().steps
  const old = writeRecord(openRepository(project.root, project.env), { ...record(), steps })
  expect(stateOf(old)).toBe('ready')
  expect(setup()).toMatchObject({ state: 'ready' })
})

describe('a fork that is ahead of the branch', () => {
  const more = { migrations: [{ database: 'dev', paths: ['migrations'] }] }
  const warning =
    'The fork has 2 migration(s) this branch lacks (migrations/002.sql…). Your migration tool may ask to reset. Start clean with: npx lanekeeper db reset dev --empty'

  it('is said (D1), and is no failure', () => {
    const { path, project, setup } = story({}, more)
    expect(setup()).toMatchObject({ notes: [] })
    project.write(join(project.root, 'migrations/002.sql'), '')
    project.write(join(project.root, 'migrations/003.sql'), '')
    project.write(join(project.root, 'migrations/lock.toml'), '')
    expect(setup()).toMatchObject({ state: 'ready', problems: [], notes: [warning] })
    expect(project.read(join(path, 'WORKTREE.md'))).toContain(`- ${warning}`)
    expect(project.lanekeeper(['setup', path]).stdout).toContain(`▲ ${warning}`)
  })

  it('and its command ends it', () => {
    const { path, project, setup } = story({}, more)
    project.write(join(project.root, 'migrations/002.sql'), '')
    expect(setup().notes).toHaveLength(1)
    expect(project.lanekeeper(['db', 'reset', 'dev', '--empty'], { cwd: path }).status).toBe(0)
    expect(setup()).toMatchObject({ state: 'ready', notes: [] })
  })
})
