/** The ref of a lease: what a kill, a rival, a broken blob or an odd name does to it. */
import { spawnSync } from 'node:child_process'
import { chmodSync, utimesSync } from 'node:fs'
import { expect, it } from 'vitest'
import { freeLease, type Lease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease } from '../../scripts/policy/migrations/lease-text.ts'
import { branchActivity, changeLease, leasedDatabases, leasesOf, mendLease } from '../../scripts/system/lease-store.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const REF = 'refs/lanekeeper/leases/dev'
const SETTINGS = { 'lanekeeper.json': JSON.stringify({ migrations: [{ database: 'dev', paths: ['migrations'] }] }) }
const open = (project: TestRepository) => openRepository(project.root, project.env)

/** Puts a text in the place of the lease, whatever it says. */
function put(project: TestRepository, text: string, ref = REF): void {
  const blob = project.run('git', ['hash-object', '-w', '--stdin'], { cwd: project.root, input: text }).stdout.trim()
  project.git(['update-ref', '--create-reflog', '-m', 'put', ref, blob])
}

const withFence = (fence: number): Lease => ({ ...freeLease(24), fence })
const bump = (lease: Lease) => ({ lease: withFence(lease.fence + 1) })

it('is left alone where nothing changes, written where it does, and logged', () => {
  const project = createRepository()
  const change = (decide: (lease: Lease) => { lease: Lease }) =>
    changeLease(open(project), 'dev', { hours: 24, why: 'test' }, decide)
  change((lease) => ({ lease }))
  expect(project.git(['for-each-ref', 'refs/lanekeeper/leases'])).toBe('')
  expect(change(bump).lease.fence).toBe(1)
  expect(change(bump).lease.fence).toBe(2)
  expect(project.read('project/.git/logs/refs/lanekeeper/leases/dev')).toContain('\ttest (free, fence 2)')
  expect(leasesOf(open(project), ['dev', 'other'])).toEqual(new Map([['dev', withFence(2)]]))
})

it('a rival that was quicker is seen: the decision is made again on what it wrote', () => {
  const project = createRepository()
  const seen: number[] = []
  const { lease } = changeLease(open(project), 'dev', { hours: 24, why: 'test' }, (before) => {
    seen.push(before.fence)
    if (seen.length <= 3) put(project, formatLease(withFence(before.fence + 10)))
    return bump(before)
  })
  expect([seen, lease.fence]).toEqual([[0, 10, 20, 30], 31])
})

it('reads all leases with one process, and none where nobody has claimed any', () => {
  const project = createRepository()
  const repository = open(project)
  const asked: string[] = []
  const counted = {
    commonDir: repository.commonDir,
    git: {
      ...repository.git,
      bytes: (args: readonly string[], options?: object) => {
        asked.push(args.join(' '))
        return repository.git.bytes(args, options)
      },
    },
  }
  expect(leasesOf(counted, ['dev', 'test'])).toEqual(new Map())
  expect(asked).toEqual([])
  put(project, formatLease(withFence(1)))
  put(project, formatLease(withFence(2)), 'refs/lanekeeper/leases/test')
  expect([...leasesOf(counted, ['dev', 'test', 'none']).values()].map(({ fence }) => fence)).toEqual([1, 2])
  expect(asked).toEqual(['cat-file --batch'])
  project.git(['pack-refs', '--all'])
  expect(leasesOf(counted, ['dev']).get('dev')).toEqual(withFence(1))
  expect(leasedDatabases(repository)).toEqual(['dev', 'test'])
})

it('knows the newest commit of branches, and of no others', () => {
  const project = createRepository()
  project.git(['branch', 'task/a'])
  project.git(['branch', 'task/a-b'])
  const when = '2026-01-02T03:04:05Z'
  project.git(['switch', '-q', 'task/a'])
  project.commit({ a: 'a' }, 'a', { env: { ...project.env, GIT_COMMITTER_DATE: when } })
  expect([...branchActivity(open(project), ['task/a', 'task/none'])]).toEqual([['task/a', '2026-01-02T03:04:05.000Z']])
  expect(branchActivity(open(project), []).size).toBe(0)
})

it.each([
  ['text that is none', 'hello'],
  ['half a lease', formatLease(withFence(9)).slice(0, 40)],
])('%s is named, with the command that mends it; the fence never goes back', (_, text) => {
  const project = createRepository(SETTINGS)
  const { path } = addTask(project, { id: 'a', migrations: 'dev' })
  put(project, formatLease(withFence(41)))
  put(project, text)
  const claimed = project.lanekeeper(['migration', 'claim'], { cwd: path })
  expect(claimed).toMatchObject({ status: 3, stderr: expect.stringContaining(REF) })
  expect(claimed.stderr).toContain('npx lanekeeper migration release dev --force')
  // a broken lease is no reason to lose a status, a brief or a landing
  expect(project.lanekeeper(['status']).status).toBe(0)
  expect(project.lanekeeper(['setup', path]).status).toBe(0)
  expect(project.lanekeeper(['doctor']).stdout).toContain('✗ migration-leases')
  expect(project.lanekeeper(['gc']).stdout).toContain('kept a lease on migrations')
  expect(project.lanekeeper(['migration', 'release', '--force'], { cwd: path }).status).toBe(1)
  const mended = project.lanekeeper(['migration', 'release', 'dev', '--force'])
  expect(mended).toMatchObject({ status: 0, stdout: expect.stringContaining('fence 42') })
  expect(project.git(['log', '-1', '--format=%s', 'refs/lanekeeper/tasks'])).toContain('mend the lease')
  const again = JSON.parse(project.lanekeeper(['migration', 'claim', '--json'], { cwd: path }).stdout)
  expect(again).toMatchObject({ ok: true, kind: 'taken', fence: 43 })
})

it('mends one whose blob is gone', () => {
  const project = createRepository()
  put(project, formatLease(withFence(3)))
  put(project, formatLease(withFence(4)))
  const blob = project.git(['rev-parse', REF])
  project.run('rm', ['-f', project.path('project/.git/objects', blob.slice(0, 2), blob.slice(2))])
  expect(() => leasesOf(open(project), ['dev'])).toThrow(expect.objectContaining({ code: 'lease' }))
  expect(mendLease(open(project), 'dev').fence).toBe(4)
})

/** A git that kills its caller, and itself, when it is asked to write a ref. */
function gitThatKills(project: TestRepository, when: 'before' | 'after'): NodeJS.ProcessEnv {
  const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  const act = when === 'before' ? 'kill -9 $PPID $$' : `${real} "$@"; kill -9 $PPID $$`
  const script = `#!/bin/sh\ncase "$*" in *"update-ref --create-reflog -m claim"*) ${act};; esac\nexec ${real} "$@"\n`
  chmodSync(project.write('bin/git', script), 0o755)
  return { ...project.env, PATH: `${project.path('bin')}:${project.env.PATH}` }
}

it.each(['before', 'after'] as const)('kill -9 %s the swap leaves a lease that works', (when) => {
  const project = createRepository(SETTINGS)
  const a = addTask(project, { id: 'a', migrations: 'dev' })
  const b = addTask(project, { id: 'b', migrations: 'dev' })
  const killed = spawnSync(process.execPath, [CLI, 'migration', 'claim'], {
    cwd: a.path,
    env: gitThatKills(project, when),
  })
  expect(killed.signal).toBe('SIGKILL')
  expect(leasesOf(open(project), ['dev']).get('dev')?.holder?.task).toBe(when === 'before' ? undefined : 'a')
  const claim = (cwd: string) => JSON.parse(project.lanekeeper(['migration', 'claim', '--json'], { cwd }).stdout)
  expect(claim(a.path)).toMatchObject({ ok: true, kind: when === 'before' ? 'taken' : 'renewed', fence: 1 })
  expect(claim(b.path)).toMatchObject({ ok: false, holder: { task: 'a' }, place: 1 })
})

it('a lock that a killed git left is named, and gc takes it away once no git can hold it', () => {
  const project = createRepository(SETTINGS)
  const { path } = addTask(project, { id: 'a', migrations: 'dev' })
  const lock = project.write(`project/.git/${REF}.lock`, '')
  const refused = project.lanekeeper(['migration', 'claim'], { cwd: path })
  expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining(lock) })
  expect(project.lanekeeper(['gc']).stdout).not.toContain(lock)
  utimesSync(lock, new Date(0), new Date(0))
  expect(project.lanekeeper(['gc', '--dry-run']).stdout).toContain(lock)
  expect(project.exists(lock)).toBe(true)
  expect(project.lanekeeper(['gc']).stdout).toContain(`removed lock ${lock}`)
  expect(project.lanekeeper(['migration', 'claim'], { cwd: path }).status).toBe(0)
})

it.each(['a/b', '../tasks', 'a..b', 'x.lock', '-x', '$(reboot)', 'a b'])(
  'a database called %j is refused',
  (database) => {
    const project = createRepository({
      'lanekeeper.json': JSON.stringify({ migrations: [{ database, paths: ['m'] }] }),
    })
    expect(() => changeLease(open(project), database, { hours: 24, why: 'x' }, bump)).toThrow(
      expect.objectContaining({ code: 'bad-name' }),
    )
    const made = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src', `--migrations=${database}`])
    expect(made).toMatchObject({ status: 2, stderr: expect.stringContaining('The database name') })
    expect(project.git(['for-each-ref', 'refs/lanekeeper'])).toBe('')
  },
)
