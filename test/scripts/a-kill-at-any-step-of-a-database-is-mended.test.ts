/**
 * kill -9 after every effect of providing, resetting, restoring, keeping and destroying an SQLite database. The next set-up
 * or `gc` ends right: a whole database or none, nothing of ours left, nothing of others' touched.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { WorktreeRecord } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { CLI, createRepository, PROJECT_ROOT, type TestRepository } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'

const KILLER = join(PROJECT_ROOT, 'test/support/kill-after.cjs')
const SIGKILLED = 128

// each boundary is a whole life of a worktree
vi.setConfig({ testTimeout: 240_000 })

/** Forks lie beside the source, outside every worktree, where each that is forgotten stays. */
function story() {
  const project = createRepository({
    ...settings({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
    '.gitignore': '.env\n.env.local\n',
  })
  mkdirSync(project.path('data'))
  const source = project.path('data/dev.db')
  sql(source, "CREATE TABLE t (name); INSERT INTO t VALUES ('main')")
  // another clone's fork, and somebody's file whose name looks like ours
  sql(project.path('data/dev.w1-0badf00d.db'), "CREATE TABLE t (name); INSERT INTO t VALUES ('theirs')")
  project.write(project.path('data/dev.db.tmp-0badf00d'), 'theirs')
  project.write(join(project.root, '.env'), `DATABASE_URL=file:${source}\n`)
  const decoys = readdirSync(project.path('data')).sort()
  const before = decoys.map((name) => readFileSync(project.path('data', name)))
  return {
    project,
    decoys,
    data: () => readdirSync(project.path('data')).sort(),
    expectDecoys: (but: readonly string[] = []) =>
      expect(
        decoys.every(
          (name, index) =>
            but.includes(name) || readFileSync(project.path('data', name)).equals(before[index] as Buffer),
        ),
      ).toBe(true),
  }
}

/** Runs our bin until its n-th effect. @returns whether it was killed */
function killed(project: TestRepository, n: number, words: readonly string[], cwd = project.root): boolean {
  const { status } = project.run(process.execPath, ['-r', KILLER, CLI, ...words], {
    cwd,
    env: { KILL_AFTER: String(n) },
  })
  return status === SIGKILLED
}

const recordOf = (project: TestRepository, path: string) =>
  ledgerOf(project).find((record) => record.path === path) as WorktreeRecord

const fork = (project: TestRepository, path: string) => recordOf(project, path).databases[0]?.resource ?? ''

const kept = (project: TestRepository, path: string) => {
  const dir = join(openRepository(path, project.env).gitDir, 'lanekeeper', 'snapshots')
  return project.exists(dir) ? readdirSync(dir) : []
}

it('providing: the next set-up has a ready database', () => {
  const { project, data, decoys, expectDecoys } = story()
  let n = 1
  for (; ; n++) {
    const path = startTask(project, `w${n}`)
    const wasKilled = killed(project, n, ['setup', path, '--wait'])
    expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
    expect(project.lanekeeper(['setup', path, '--wait'])).toMatchObject({ status: 0 })
    expect(recordOf(project, path).databases).toMatchObject([{ state: 'ready' }])
    expect(rows(fork(project, path), 'SELECT name FROM t')).toEqual(['main'])
    expect(data()).toHaveLength(decoys.length + 1)
    expect(project.lanekeeper(['remove', `w${n}`])).toMatchObject({ status: 0 })
    expect(data()).toEqual(decoys)
    if (!wasKilled) break
  }
  expect(n).toBeGreaterThan(6)
  expectDecoys()
})

it('providing, and the worktree vanishes: gc has nothing left', () => {
  const { project, data, decoys, expectDecoys } = story()
  let n = 1
  for (; ; n++) {
    const path = startTask(project, `w${n}`)
    const wasKilled = killed(project, n, ['setup', path, '--wait'])
    project.run('rm', ['-r', path])
    expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
    expect(data()).toEqual(decoys)
    expect(ledgerOf(project)).toEqual([])
    if (!wasKilled) break
  }
  expect(n).toBeGreaterThan(6)
  expectDecoys()
})

it('destroying: gc finishes it', () => {
  const { project, data, decoys, expectDecoys } = story()
  let n = 1
  for (; ; n++) {
    const path = startTask(project, `w${n}`)
    expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
    expect(project.lanekeeper(['db', 'snapshot', '--worktree', path]).status).toBe(0)
    const wasKilled = killed(project, n, ['remove', `w${n}`])
    expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
    // killed before the removal was decided: it is as it was
    if (recordOf(project, path)) expect(project.lanekeeper(['remove', `w${n}`]).status).toBe(0)
    expect(data()).toEqual(decoys)
    expect(ledgerOf(project)).toEqual([])
    if (!wasKilled) break
  }
  expect(n).toBeGreaterThan(4)
  expectDecoys()
})

it.each([
  ['reset', ['db', 'reset'], 'main'],
  ['reset --empty', ['db', 'reset', '--empty'], ''],
  ['restore', ['db', 'restore', 'x'], 'kept'],
  ['snapshot', ['db', 'snapshot', 'y'], 'mine'],
  ['snapshot --replace', ['db', 'snapshot', 'x', '--replace'], 'mine'],
])('%s: the old content or the new one, and nothing aside but snapshots', (title, words, content) => {
  const { project, data, decoys, expectDecoys } = story()
  const path = startTask(project, 'w')
  project.lanekeeper(['setup', path, '--wait'])
  const file = fork(project, path)
  sql(file, "UPDATE t SET name = 'kept'")
  expect(project.lanekeeper(['db', 'snapshot', 'x'], { cwd: path }).status).toBe(0)
  const names = () =>
    rows(file, "SELECT name FROM sqlite_master WHERE name = 't'").length === 0 ? [''] : rows(file, 'SELECT name FROM t')
  let n = 1
  for (; ; n++) {
    sql(file, "DROP TABLE IF EXISTS t; CREATE TABLE t (name); INSERT INTO t VALUES ('mine')")
    const wasKilled = killed(project, n, words, path)
    // by turns, what comes next
    const next = n % 2 === 0 ? ['gc'] : ['setup', path, '--wait']
    expect(project.lanekeeper(next)).toMatchObject({ status: 0 })
    expect(rows(file, 'PRAGMA integrity_check')).toEqual(['ok'])
    if (wasKilled) expect(['mine', content]).toContain(names()[0])
    else expect(names()).toEqual([content])
    const aside = recordOf(project, path).aside ?? []
    expect(aside.every(({ name, state }) => name !== undefined && state === 'ready')).toBe(true)
    expect(kept(project, path).sort()).toEqual(
      aside.map(({ resource }) => resource.slice(resource.lastIndexOf('/') + 1)).sort(),
    )
    expect(aside.filter(({ name }) => name === 'x').length).toBeGreaterThan(0)
    expect(data().filter((name) => !decoys.includes(name) && !/-(wal|shm)$/.test(name))).toHaveLength(1)
    if (!wasKilled) break
    if (title === 'snapshot') expect(aside.length).toBeLessThanOrEqual(2)
    if (aside.some(({ name }) => name === 'y')) break
  }
  expect(n).toBeGreaterThan(1)
  expectDecoys()
})

it('in the middle of filling it again: the old content, whole', async () => {
  const { project, expectDecoys } = story()
  sql(
    project.path('data/dev.db'),
    'CREATE TABLE big (b); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000) INSERT INTO big SELECT randomblob(1000) FROM c',
  )
  const path = startTask(project, 'w')
  project.lanekeeper(['setup', path, '--wait'])
  const file = fork(project, path)
  sql(file, "UPDATE t SET name = 'mine'; DELETE FROM big WHERE rowid > 20000")
  // in our own process: the sqlite3 command would go on without us, and end with the new content
  const git = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  mkdirSync(project.path('bin'))
  symlinkSync(git, project.path('bin/git'))
  const env = { ...project.env, PATH: project.path('bin') }
  const child = spawn(process.execPath, [CLI, 'db', 'reset'], { cwd: path, env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  // SQLite's own word that the transaction has begun to write
  await vi.waitUntil(() => project.exists(`${file}-journal`), { timeout: 60_000, interval: 1 })
  child.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
  expect(rows(file, 'PRAGMA integrity_check')).toEqual(['ok'])
  expect(rows(file, 'SELECT name FROM t')).toEqual(['mine'])
  expect(rows(file, 'SELECT count(*) FROM big')).toEqual(['20000'])
  expect(kept(project, path)).toEqual([])
  expect(project.lanekeeper(['db', 'reset'], { cwd: path })).toMatchObject({ status: 0 })
  expect(rows(file, 'SELECT count(*) FROM big')).toEqual(['30000'])
  expectDecoys(['dev.db'])
})

it('a fork whose mark differs is kept and told, with the command', () => {
  const { project, data } = story()
  const path = startTask(project, 'w')
  project.lanekeeper(['setup', path, '--wait'])
  const file = fork(project, path)
  project.run('sh', ['-c', `cp ${file} ${file}.n && mv ${file}.n ${file}`])
  const size = statSync(file).size
  project.run('rm', ['-r', path])
  expect(project.lanekeeper(['gc']).stdout).toContain(
    `kept ${file}: ${file} is not the file that was made for the worktree; delete it yourself: rm ${file}`,
  )
  expect(statSync(file).size).toBe(size)
  expect(data()).toContain(file.slice(file.lastIndexOf('/') + 1))
})

it('while git cannot list worktrees, nothing is swept (G1)', () => {
  const { project, data } = story()
  const path = startTask(project, 'w')
  project.lanekeeper(['setup', path, '--wait'])
  project.run('rm', ['-r', path])
  const before = data()
  const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  const script = `#!/bin/sh\ncase "$*" in *"worktree list"*) exit 128;; esac\nexec ${real} "$@"\n`
  project.run('chmod', ['755', project.write('bin/git', script)])
  const { status, stderr } = project.lanekeeper(['gc'], { env: { PATH: `${project.path('bin')}:${project.env.PATH}` } })
  expect(status).toBe(3)
  expect(stderr).toContain('git worktree list failed; not removing anything.')
  expect(data()).toEqual(before)
  expect(ledgerOf(project)).toHaveLength(1)
})
