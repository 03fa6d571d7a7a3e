/** The ref of a lease: what a kill, a rival, a broken blob or an odd name does to it. */
import { spawnSync } from 'node:child_process'
import { utimesSync } from 'node:fs'
import { expect, it } from 'vitest'
import { freeLease, type Lease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease } from '../../scripts/policy/migrations/lease-text.ts'
import { branchActivity } from '../../scripts/system/lease-activity.ts'
import { changeLease, leasedDatabases, leasesOf, mendLease } from '../../scripts/system/lease-store.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { gitThat } from '../support/altered-git.ts'
import { heldSince, leased, putLease } from '../support/leases.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const REF = 'refs/lanekeeper/leases/dev'
const open = (project: TestRepository) => openRepository(project.root, project.env)

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
    if (seen.length <= 3) putLease(project, formatLease(withFence(before.fence + 10)))
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
  putLease(project, formatLease(withFence(1)))
  putLease(project, formatLease(withFence(2)), 'test')
  expect([...leasesOf(counted, ['dev', 'test', 'none']).values()].map(({ fence }) => fence)).toEqual([1, 2])
  expect(asked).toEqual(['cat-file --batch'])
  project.git(['pack-refs', '--all'])
  expect(leasesOf(counted, ['dev']).get('dev')).toEqual(withFence(1))
  expect(leasedDatabases(repository)).toEqual(['dev', 'test'])
})

it('asks git where the refs are too many to read', () => {
  const project = createRepository()
  const head = project.git(['rev-parse', 'HEAD'])
  const many = Array.from({ length: 5000 }, (_, n) => `create refs/tags/a-rather-long-name-of-a-tag/${n} ${head}\n`)
  project.run('git', ['update-ref', '--stdin'], { cwd: project.root, input: many.join('') })
  project.git(['pack-refs', '--all'])
  const write = () => changeLease(open(project), 'dev', { hours: 24, why: 'test' }, bump).lease.fence
  expect([leasesOf(open(project), ['dev']).size, write(), write()]).toEqual([0, 1, 2])
  project.git(['pack-refs', '--all'])
  expect([leasesOf(open(project), ['dev', 'none']).get('dev')?.fence, write()]).toEqual([2, 3])
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

it('a broken one is named, with the command that mends it; the fence never goes back', () => {
  const project = createRepository(leased())
  const { path } = addTask(project, { id: 'a', migrations: 'dev' })
  putLease(project, formatLease(withFence(41)))
  putLease(project, 'hello')
  putLease(project, heldSince('gone', 1), 'other')
  const claimed = project.lanekeeper(['migration', 'claim'], { cwd: path })
  expect(claimed).toMatchObject({ status: 3, stderr: expect.stringContaining(REF) })
  expect(claimed.stderr).toContain('npx lanekeeper migration release dev --force')
  // a broken lease is no reason to lose a status, a brief or a landing
  expect(project.lanekeeper(['status']).status).toBe(0)
  expect(project.lanekeeper(['setup', path]).status).toBe(0)
  expect(project.lanekeeper(['doctor']).stdout).toContain('✗ migration-leases')
  const swept = project.lanekeeper(['gc']).stdout
  expect(swept).toContain('kept a lease on migrations: The lease on the migrations of "dev" is broken')
  expect(swept).toContain('removed the lease on the migrations of other')
  expect(project.lanekeeper(['migration', 'release', '--force'], { cwd: path }).status).toBe(1)
  const made = project.lanekeeper(['new-task', '--title', 'New', '--allow', 'src/new', '--migrations', 'dev'])
  expect(made).toMatchObject({ status: 3, stderr: expect.stringContaining('migration release dev --force') })
  expect(project.git(['ls-tree', '--name-only', 'refs/lanekeeper/tasks'])).toBe('a.md')
  const mended = project.lanekeeper(['migration', 'release', 'dev', '--force'])
  expect(mended).toMatchObject({ status: 0, stdout: expect.stringContaining('fence 42') })
  expect(project.git(['log', '-1', '--format=%s', 'refs/lanekeeper/tasks'])).toContain('mend the lease')
  const again = JSON.parse(project.lanekeeper(['migration', 'claim', '--json'], { cwd: path }).stdout)
  expect(again).toMatchObject({ ok: true, kind: 'taken', fence: 43 })
})

it.each([
  ['in what is left of it', [formatLease(withFence(7)), '{"holder": null, "fence": 9, "hou'], 10],
  ['in its log', [formatLease(withFence(7)), '', 'hello'], 8],
  ['nowhere', ['hello'], 1],
])('is mended with a fence above the highest that is found %s', (_, texts, fence) => {
  const project = createRepository()
  for (const text of texts) putLease(project, text)
  expect(mendLease(open(project), 'dev')).toEqual({ ...withFence(fence), holder: null })
  expect(leasesOf(open(project), ['dev']).get('dev')?.fence).toBe(fence)
})

it('mends one whose blob is gone', () => {
  const project = createRepository()
  putLease(project, formatLease(withFence(3)))
  putLease(project, formatLease(withFence(4)))
  const blob = project.git(['rev-parse', REF])
  project.run('rm', ['-f', project.path('project/.git/objects', blob.slice(0, 2), blob.slice(2))])
  expect(() => leasesOf(open(project), ['dev'])).toThrow(expect.objectContaining({ code: 'lease' }))
  expect(mendLease(open(project), 'dev').fence).toBe(4)
})

it.each(['before', 'after'] as const)('kill -9 %s the swap leaves a lease that works', (when) => {
  const project = createRepository(leased())
  const a = addTask(project, { id: 'a', migrations: 'dev' })
  const b = addTask(project, { id: 'b', migrations: 'dev' })
  const act = when === 'before' ? 'kill -9 $PPID $$' : '$git "$@"; kill -9 $PPID $$'
  const env = gitThat(project, 'update-ref --create-reflog -m claim', act)
  const killed = spawnSync(process.execPath, [CLI, 'migration', 'claim'], {
    cwd: a.path,
    env,
  })
  expect(killed.signal).toBe('SIGKILL')
  expect(leasesOf(open(project), ['dev']).get('dev')?.holder?.task).toBe(when === 'before' ? undefined : 'a')
  const claim = (cwd: string) => JSON.parse(project.lanekeeper(['migration', 'claim', '--json'], { cwd }).stdout)
  expect(claim(a.path)).toMatchObject({ ok: true, kind: when === 'before' ? 'taken' : 'renewed', fence: 1 })
  expect(claim(b.path)).toMatchObject({ ok: false, holder: { task: 'a' }, place: 1 })
})

it('a lock that a killed git left is named, and gc takes it away once no git can hold it', () => {
  const project = createRepository(leased())
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
