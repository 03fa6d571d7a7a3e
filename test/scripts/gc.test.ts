import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readRecord, writeRecord } from '../../scripts/system/ledger.ts'
import { thisProcess } from '../../scripts/system/lock.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { sql } from '../support/sqlite.ts'
import {
  branchesOf,
  ledgerOf,
  settings,
  startTask,
  taskOf,
  workedTask,
  worktreesOf,
} from '../support/task-worktrees.ts'
import { markProvisioned } from '../support/tasks.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0

interface Item {
  readonly what: string
  readonly why: string
}

function gc(
  project: TestRepository,
  ...args: string[]
): { status: number; removed: Item[]; kept: Item[]; error?: { message: string } } {
  const { status, stdout } = project.lanekeeper(['gc', ...args, '--json'])
  return { status, ...JSON.parse(stdout) }
}

/** A project with a database outside every worktree, so that its forks outlive them. */
function projectWithDatabase(): TestRepository {
  const project = createRepository({
    ...settings({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
    '.gitignore': '.env\n.env.local\n*.db*\n',
  })
  mkdirSync(project.path('data'))
  sql(project.path('data/dev.db'), 'CREATE TABLE t (n); INSERT INTO t VALUES (1)')
  project.write(join(project.root, '.env'), `DATABASE_URL=file:${project.path('data/dev.db')}\n`)
  return project
}

function provisioned(project: TestRepository, id: string): string {
  const path = startTask(project, id)
  const { status, stderr } = project.lanekeeper(['setup', path, '--wait'])
  if (status !== 0) throw new Error(stderr)
  return path
}

const leases = (project: TestRepository) =>
  project
    .run('ls', [project.path('home/.local/state/lanekeeper/ports')])
    .stdout.split('\n')
    .filter((name) => /^\d+$/.test(name))
const data = (project: TestRepository) =>
  project
    .run('ls', [project.path('data')])
    .stdout.trim()
    .split('\n')
const names = (items: readonly Item[]) => items.map(({ what }) => what).join('\n')

describe('gc', () => {
  it.each([
    ['its directory was deleted', (_: TestRepository, path: string) => rmSync(path, { recursive: true })],
    ['git removed it', (project: TestRepository, path: string) => project.git(['worktree', 'remove', '--force', path])],
    [
      'git forgot it',
      (project: TestRepository, path: string) => {
        rmSync(path, { recursive: true })
        project.git(['worktree', 'prune'])
      },
    ],
  ])('sweeps ports, database and record of a worktree when %s', (_, vanish) => {
    const project = projectWithDatabase()
    const stays = provisioned(project, 'stays')
    const path = provisioned(project, 'gone')
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([2, 3, 2])
    vanish(project, path)
    const shown = gc(project, '--dry-run')
    expect(names(shown.removed)).toContain(path)
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([2, 3, 2])
    const swept = gc(project)
    expect(swept.status).toBe(0)
    expect(names(swept.removed)).toBe(names(shown.removed))
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([1, 2, 1])
    expect(worktreesOf(project)).toEqual([project.root, stays])
    // its branch may hold work, and its task is open
    expect(branchesOf(project)).toContain('task/gone')
    expect(gc(project)).toEqual({ status: 0, ok: true, removed: [], kept: [] })
    expect(project.lanekeeper(['gc']).stdout).toBe('Nothing to sweep.\n')
  })

  it('keeps a locked worktree on a path that cannot be reached, with everything it holds', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'away')
    project.git(['worktree', 'lock', '--reason', 'on a stick', path])
    rmSync(path, { recursive: true })
    const { removed, kept } = gc(project)
    expect(removed).toEqual([])
    expect(kept).toEqual([
      { what: `worktree ${path}`, why: 'its directory is not there, but it is locked: on a stick' },
    ])
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([1, 2, 1])
    expect(worktreesOf(project)).toEqual([project.root, path])
  })

  it.each([
    ['fails', 'exit 128'],
    ['answers nothing', 'exit 0'],
  ])('sweeps nothing when git worktree list %s', (_, ending) => {
    const project = projectWithDatabase()
    rmSync(provisioned(project, 'gone'), { recursive: true })
    const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
    const fake = project.write(
      'bin/git',
      `#!/bin/sh\ncase "$*" in *"worktree list"*) ${ending};; esac\nexec ${real} "$@"\n`,
    )
    chmodSync(fake, 0o755)
    const before = [leases(project), data(project), ledgerOf(project)]
    const env = { PATH: `${project.path('bin')}:${project.env.PATH}` }
    const { status, stderr } = project.lanekeeper(['gc'], { env })
    expect(status).toBe(3)
    expect(stderr).toContain('git worktree list failed; not removing anything.')
    expect([leases(project), data(project), ledgerOf(project)]).toEqual(before)
    expect(gc(project).removed).not.toEqual([])
  })

  it('takes only the database it made: decoys survive, and a file put in its place is listed', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'gone')
    const resource = ledgerOf(project)[0]?.databases[0]?.resource ?? ''
    expect(existsSync(resource)).toBe(true)
    const decoys = ['data/dev-mine.db', 'data/dev.db.bak', `${resource}.bak`, `${resource}2`]
    for (const decoy of decoys) project.write(decoy, 'mine')
    // renamed over it: a file system gives the number of a deleted file to the next one made
    renameSync(project.write('data/person', 'put here by a person'), resource)
    rmSync(path, { recursive: true })
    const { kept } = gc(project)
    expect(names(kept)).toBe(resource)
    expect(existsSync(resource)).toBe(true)
    // still listed, until the person deletes it
    expect(names(gc(project).kept)).toBe(resource)
    expect(leases(project)).toEqual([])
    rmSync(resource)
    expect(gc(project).kept).toEqual([])
    expect(ledgerOf(project)).toEqual([])
    for (const decoy of [...decoys, 'data/dev.db']) expect(project.exists(decoy)).toBe(true)
  })

  it('finishes a removal that was killed once its worktree was gone', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'a')
    const [record] = ledgerOf(project)
    if (!record) throw new Error('not recorded')
    const tip = project.git(['rev-parse', 'task/a'])
    const outcome = { task: 'a', state: 'closed' as const }
    writeRecord(openRepository(project.root, project.env), { ...record, removal: { branch: 'task/a', tip, outcome } })
    project.git(['worktree', 'remove', '--force', path])
    gc(project)
    expect(branchesOf(project)).toEqual(['main'])
    expect(taskOf(project, 'a')?.state).toBe('closed')
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([0, 1, 0])
  })

  it('finishes a removal that was killed before, unless there is work in the worktree now', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'a')
    const repository = openRepository(project.root, project.env)
    const [record] = ledgerOf(project)
    if (!record) throw new Error('not recorded')
    const tip = project.git(['rev-parse', 'task/a'])
    writeRecord(repository, { ...record, removal: { branch: 'task/a', tip, outcome: null } })
    project.write(join(path, 'new.txt'), 'work')
    const [kept] = gc(project).kept
    expect(kept?.why).toContain('new.txt')
    expect(readRecord(repository, record.id)).not.toBeNull()
    rmSync(join(path, 'new.txt'))
    expect(names(gc(project).removed)).toContain(path)
    expect(worktreesOf(project)).toEqual([project.root])
    expect([leases(project).length, data(project).length, ledgerOf(project).length]).toEqual([0, 1, 0])
  })

  it('does not take a new worktree at the same place for the old one', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'a')
    project.git(['worktree', 'remove', '--force', path])
    project.git(['worktree', 'add', '-q', path, 'task/a'])
    project.lanekeeper(['setup', path, '--wait'])
    expect(ledgerOf(project)).toHaveLength(2)
    gc(project)
    expect(ledgerOf(project).map((record) => record.path)).toEqual([path])
    const [now] = ledgerOf(project)
    expect(existsSync(now?.databases[0]?.resource ?? '')).toBe(true)
    expect(leases(project)).toEqual([String(now?.ports?.first)])
  })

  it('keeps what a set-up is working on, and a directory that git only forgot', () => {
    const project = projectWithDatabase()
    const path = provisioned(project, 'a')
    const repository = openRepository(project.root, project.env)
    const [record] = ledgerOf(project)
    if (!record) throw new Error('not recorded')
    rmSync(record.gitDir, { recursive: true })
    expect(gc(project).kept[0]?.why).toContain('its directory is there')
    writeRecord(repository, { ...record, worker: thisProcess() })
    rmSync(path, { recursive: true })
    expect(gc(project).kept[0]?.why).toContain('its set-up still runs')
    expect(data(project)).toHaveLength(2)
    writeRecord(repository, { ...record, worker: null })
    expect(gc(project).kept).toEqual([])
    expect(data(project)).toHaveLength(1)
  })

  it.skipIf(!hasTmux)('closes the window of a worktree that was deleted by hand (found by the simulator)', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    const socket = `lanekeeper-gc-${process.pid}`
    const tmux = (...args: string[]) => project.run('tmux', ['-L', socket, ...args]).stdout.trim()
    onTestFinished(() => void tmux('kill-server'))
    const { id } = markProvisioned(project, path)
    tmux('new-session', '-d', '-s', 'mine', 'sleep 1000')
    const window = tmux('new-window', '-d', '-P', '-F', '#{window_id}', 'sleep 1000')
    tmux('set-option', '-w', '-t', window, '@lanekeeper', id)
    rmSync(path, { recursive: true })
    expect(project.lanekeeper(['gc'], { env: { LANEKEEPER_TMUX_SOCKET: socket } }).status).toBe(0)
    expect(tmux('list-windows', '-a', '-F', '#{window_id}').split('\n')).not.toContain(window)
    expect(ledgerOf(project)).toEqual([])
  })

  it('keeps a worktree whose directory is gone while its set-up runs, and sweeps it after', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    const { gitDir } = markProvisioned(project, path)
    rmSync(path, { recursive: true })
    project.write(join(gitDir, 'lanekeeper/lock'), `${thisProcess()} aa`)
    expect(gc(project).kept).toContainEqual({
      what: `worktree ${path}`,
      why: expect.stringContaining('set-up still runs'),
    })
    expect(existsSync(gitDir)).toBe(true)
    rmSync(join(gitDir, 'lanekeeper/lock'))
    expect(gc(project).kept).toEqual([])
    expect(existsSync(gitDir)).toBe(false)
  })

  it('sweeps locks of dead processes and code copies that no hook starts', () => {
    const project = createRepository(settings())
    expect(project.lanekeeper(['install']).status).toBe(0)
    const state = join(project.root, '.git/lanekeeper')
    project.write(join(state, 'locks/dead'), '999999999 1 aa')
    project.write(join(state, 'locks/dead.999999999.0badcafe'), '999999999 1 aa')
    project.write(join(state, 'locks/living'), `${thisProcess()} aa`)
    const copies = ['code-0123456789ab', 'code-ba9876543210']
    for (const copy of copies) project.write(join(state, copy, 'build-id'), '')
    utimesSync(join(state, 'code-0123456789ab'), 1, 1)
    const { removed } = gc(project)
    expect(removed).toHaveLength(3)
    expect(project.run('ls', [join(state, 'locks')]).stdout).toBe('living\n')
    const left = project
      .run('ls', [state])
      .stdout.split('\n')
      .filter((name) => name.startsWith('code-'))
    expect(left).toContain('code-ba9876543210')
    expect(left).not.toContain('code-0123456789ab')
    // the one that the hooks start, too
    expect(left).toHaveLength(2)
    expect(project.tryGit(['commit', '--allow-empty', '-m', 'hooks still run']).status).toBe(0)
  })

  it('lists the branches of finished tasks and leaves them', () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    expect(project.lanekeeper(['land', 'a', '--keep']).status).toBe(0)
    const [kept] = gc(project).kept
    expect(kept?.what).toBe('branch task/a')
    expect(kept?.why).toContain('is landed')
    expect(branchesOf(project)).toContain('task/a')
  })
})
