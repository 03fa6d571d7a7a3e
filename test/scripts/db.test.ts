/** The `db` verbs on a worktree with an SQLite fork, by the built bin. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { WorktreeRecord } from '../../scripts/system/ledger.ts'
import { createRepository, type Ran, type TestRepository } from '../support/repository.ts'
import { openSqlite, rows, sql } from '../support/sqlite.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'

interface Story {
  readonly project: TestRepository
  readonly path: string
  readonly source: string
  readonly file: string
  db(...words: string[]): Ran
  json(...words: string[]): Record<string, unknown> & { error?: { code: string; message: string; hint?: string } }
  names(): string[]
  record(): WorktreeRecord
}

/** A provisioned worktree whose database has the one row `main`. */
function story(database: object = {}, more: object = {}, files: Record<string, string> = {}, at = './dev.db'): Story {
  const project = createRepository({
    ...settings({ databases: { dev: { vars: ['DATABASE_URL'], ...database } }, ...more }),
    '.gitignore': '.env\n.env.local\n*.db*\n',
    ...files,
  })
  const source = join(project.root, at)
  sql(source, "PRAGMA journal_mode=WAL; CREATE TABLE t (name); INSERT INTO t VALUES ('main')")
  project.write(join(project.root, '.env'), `DATABASE_URL=file:${at}\n`)
  const path = startTask(project, 'a')
  const provisioned = project.lanekeeper(['setup', path, '--wait'])
  if (provisioned.status !== 0) throw new Error(provisioned.stdout + provisioned.stderr)
  const file = join(path, 'dev.db')
  const db = (...words: string[]) => project.lanekeeper(['db', ...words], { cwd: path })
  return {
    project,
    path,
    source,
    file,
    db,
    json: (...words) => JSON.parse(db(...words, '--json').stdout),
    names: () => rows(file, 'SELECT name FROM t ORDER BY 1'),
    record: () => ledgerOf(project)[0] as WorktreeRecord,
  }
}

const leftOver = ({ path, record }: Story) => [
  ...readdirSync(path).filter((name) => /tmp|-journal/.test(name)),
  ...(record().aside ?? []).filter(({ name }) => name === undefined),
]

describe('db url', () => {
  it('prints the value and nothing else, here and for another worktree', () => {
    const { project, db, json } = story()
    expect(db('url')).toMatchObject({ status: 0, stdout: 'file:./dev.db\n', stderr: '' })
    expect(json('url', 'dev', '--var', 'DATABASE_URL')).toEqual({
      ok: true,
      role: 'dev',
      variable: 'DATABASE_URL',
      url: 'file:./dev.db',
    })
    expect(project.lanekeeper(['db', 'url', '--worktree', 'a']).stdout).toBe('file:./dev.db\n')
  })

  it.each([
    [['url', 'nope'], 'has no database "nope"', 'It has: dev'],
    [['url', '--var', 'OTHER'], 'OTHER is no variable of database dev', 'It has: DATABASE_URL'],
    [['frobnicate'], 'There is no "db frobnicate"', 'url, reset, snapshot'],
    [['restore'], 'has no snapshot', 'npx lanekeeper db snapshot'],
    [['snapshot', '../x'], 'is no name for a snapshot', 'Letters'],
  ])('%j is answered with the way on', (words, said, hint) => {
    const { json } = story()
    expect(json(...words)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(said), hint: expect.stringContaining(hint) },
    })
  })
})

it('nothing touches the main worktree’s database', () => {
  const { project, source } = story()
  const before = readFileSync(source)
  for (const words of [['reset'], ['reset', '--empty'], ['snapshot'], ['restore'], ['url'], ['snapshots'], ['diff']]) {
    const { status, stdout, stderr } = project.lanekeeper(['db', ...words])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('is the main worktree')
    expect(stderr).toContain(`npx lanekeeper db ${words[0]} --worktree`)
  }
  expect(readFileSync(source).equals(before)).toBe(true)
})

describe('db reset', () => {
  it('is a fresh fork under an open connection, with nothing left beside it', () => {
    const one = story()
    sql(one.file, "INSERT INTO t VALUES ('mine')")
    sql(one.source, "INSERT INTO t VALUES ('later')")
    const connection = openSqlite(one.file)
    const look = connection.prepare('SELECT count(*) AS n FROM t')
    expect(look.all()).toEqual([{ n: 2 }])
    expect(one.json('reset')).toMatchObject({ ok: true, role: 'dev', content: 'source', state: 'ready', kept: [] })
    expect(look.all()).toEqual([{ n: 2 }])
    connection.exec("INSERT INTO t VALUES ('still connected')")
    connection.close()
    expect(one.names()).toEqual(['later', 'main', 'still connected'])
    expect(rows(one.source, 'SELECT count(*) FROM t')).toEqual(['2'])
    expect(leftOver(one)).toEqual([])
  })

  it('--dry-run does nothing', () => {
    const one = story()
    sql(one.file, "INSERT INTO t VALUES ('mine')")
    const before = one.record()
    expect(one.db('reset', '-n')).toMatchObject({ status: 0, stdout: expect.stringContaining('Would give') })
    expect(one.db('snapshot', '-n').status).toBe(0)
    expect(one.names()).toEqual(['main', 'mine'])
    expect(one.record()).toEqual(before)
  })

  it('a file that was deleted is forked again', () => {
    const one = story()
    one.project.run('rm', [one.file])
    expect(one.json('reset')).toMatchObject({ ok: true })
    expect(one.names()).toEqual(['main'])
  })

  it('a source that is gone is said (S1), and the database stays', () => {
    const one = story()
    one.project.run('sh', ['-c', `rm ${one.source}*`])
    expect(one.json('reset')).toMatchObject({
      ok: false,
      error: {
        message: `No database at ${one.source} (from DATABASE_URL). Created nothing. Run your migrations in this worktree: npx lanekeeper run -- <your migrate command>`,
        hint: 'Start empty: npx lanekeeper db reset dev --empty',
      },
    })
    expect(one.names()).toEqual(['main'])
    expect(existsSync(one.source)).toBe(false)
    expect(leftOver(one)).toEqual([])
  })

  it('a file that git tracks, or that a link leads to, is refused', () => {
    const tracked = story({}, {}, { '.gitignore': '.env\n.env.local\n*.db-*\n', 'dev.db': '' })
    expect(tracked.json('reset')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('tracked by git') },
    })
    const linked = story()
    linked.project.run('sh', ['-c', `rm ${linked.file}*; ln -s ${linked.source} ${linked.file}`])
    expect(linked.json('reset')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('symbolic link') },
    })
    expect(rows(linked.source, 'SELECT count(*) FROM t')).toEqual(['1'])
  })

  it('outside the worktree, a file that is not the one we made is refused (E3)', () => {
    const one = story({}, {}, {}, '../shared.db')
    const fork = one.record().databases[0]?.resource ?? ''
    expect(fork).toMatch(/\/shared\.a-[0-9a-f]{8}\.db$/)
    one.project.run('sh', ['-c', `cp ${fork} ${fork}.n && mv ${fork}.n ${fork}`])
    expect(one.json('reset')).toMatchObject({
      error: { message: `"${fork}" exists but carries no mark of this repository; refusing to use or drop it.` },
    })
  })
})

describe('db snapshot and restore', () => {
  it('keep several states under names and bring each back', () => {
    const one = story()
    expect(one.json('snapshot')).toMatchObject({ ok: true, role: 'dev', name: 's1' })
    sql(one.file, "INSERT INTO t VALUES ('two')")
    expect(one.json('snapshot', 'two')).toMatchObject({ ok: true, name: 'two' })
    sql(one.file, 'DROP TABLE t')
    expect(one.json('restore')).toMatchObject({ ok: true, content: 'snapshot' })
    expect(one.names()).toEqual(['main', 'two'])
    expect(one.json('restore', 's1')).toMatchObject({ ok: true })
    expect(one.names()).toEqual(['main'])
    expect((one.json('snapshots').snapshots as { name: string }[]).map(({ name }) => name)).toEqual(['s1', 'two'])
    expect(one.json('snapshot', '--list')).toEqual(one.json('snapshots'))
    expect(one.project.git(['status', '--porcelain'], { cwd: one.path })).toBe('')
    expect(leftOver(one)).toEqual([])
  })

  it('a name that is taken is replaced only when asked', () => {
    const one = story()
    one.db('snapshot', 'x')
    sql(one.file, "INSERT INTO t VALUES ('later')")
    expect(one.json('snapshot', 'x')).toMatchObject({
      ok: false,
      error: { hint: expect.stringContaining('--replace') },
    })
    expect(one.json('snapshot', 'x', '--replace')).toMatchObject({ ok: true })
    expect(one.record().aside).toHaveLength(1)
    sql(one.file, 'DELETE FROM t')
    one.db('restore', 'x')
    expect(one.names()).toEqual(['later', 'main'])
  })

  it('restores into a file that was deleted', () => {
    const one = story()
    sql(one.file, "INSERT INTO t VALUES ('mine')")
    one.db('snapshot')
    one.project.run('sh', ['-c', `rm ${one.file}*`])
    expect(one.json('restore')).toMatchObject({ ok: true })
    expect(one.names()).toEqual(['main', 'mine'])
  })

  it('go with the worktree, whether it is removed or vanishes', () => {
    for (const way of ['remove', 'vanish'] as const) {
      const one = story()
      one.db('snapshot', 'x')
      const resource = one.record().aside?.[0]?.resource ?? ''
      expect(existsSync(resource)).toBe(true)
      if (way === 'remove')
        expect(one.project.lanekeeper(['remove', 'a']).stderr).toContain('snapshot x of database dev')
      else {
        one.project.run('rm', ['-r', one.path])
        expect(one.project.lanekeeper(['gc']).stdout).toContain('snapshot x of database dev')
      }
      expect(existsSync(resource)).toBe(false)
      expect(ledgerOf(one.project)).toEqual([])
    }
  })
})

it('db template wants a database that is forked, and names those that are', () => {
  const databases = { dev: { vars: ['DATABASE_URL'] }, test: { vars: ['TEST_DATABASE_URL'], mode: 'empty' } }
  const project = createRepository(settings({ databases }))
  for (const words of [['test'], ['test', '--dry-run']]) {
    const { status, stderr } = project.lanekeeper(['db', 'template', ...words])
    expect(status).toBe(2)
    expect(stderr).toContain('Database test starts empty in every worktree ("mode": "empty")')
    expect(stderr).toContain('npx lanekeeper db template dev\n')
  }
  expect(project.lanekeeper(['db', 'template', 'test', '--drop'])).toMatchObject({ status: 0 })
})

describe('db diff', () => {
  it('shows the schema against the main worktree’s as unified text', () => {
    const one = story()
    expect(one.json('diff')).toEqual({ ok: true, role: 'dev', differs: false, diff: '' })
    sql(
      one.file,
      'CREATE TABLE added (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX by_name ON t (name); INSERT INTO t VALUES (1)',
    )
    const { diff } = one.json('diff')
    expect(diff).toContain('--- a/main/dev.sql\n+++ b/a/dev.sql\n')
    expect(
      String(diff)
        .split('\n')
        .filter((line) => /^[+-][^+-]/.test(line)),
    ).toEqual(['+CREATE TABLE added (id INTEGER PRIMARY KEY AUTOINCREMENT);', '+CREATE INDEX by_name ON t (name);'])
    expect(one.db('diff').stdout.trim()).toBe(String(diff))
  })
})

it('names the database that is there after the change, not the one that went', () => {
  const command = { create: 'true', url: 'echo x', destroy: 'true' }
  const one = story({ provider: 'command', command })
  const { stdout } = one.db('reset')
  expect(stdout).toContain(`Gave database dev (${one.record().databases[0]?.resource})`)
})
