import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { WorktreeStatus } from '../../scripts/policy/worktree-status.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask, markProvisioned, portBlock } from '../support/tasks.ts'

function statuses(repository: TestRepository): { ok: boolean; worktrees: WorktreeStatus[]; alarms: unknown[] } {
  const { status, stdout, stderr } = repository.lanekeeper(['status', '--json'])
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

/** By the last part of the path; `project` is the main worktree. */
function byName(repository: TestRepository): Record<string, WorktreeStatus> {
  return Object.fromEntries(statuses(repository).worktrees.map((one) => [one.path.split('/').at(-1), one]))
}

it('tells every kind of worktree apart', () => {
  const repository = createRepository()
  const ready = addTask(repository, { id: 'ready' })
  const dirty = addTask(repository, { id: 'dirty' })
  const failed = addTask(repository, { id: 'failed' })
  const gone = addTask(repository, { id: 'gone' })
  markProvisioned(repository, ready.path, { ports: portBlock(20010) })
  markProvisioned(repository, dirty.path, { steps: { ports: { state: 'done' } } })
  markProvisioned(repository, failed.path, {
    steps: { databases: { state: 'failed' } },
    problems: [{ step: 'databases', message: 'disk full' }],
  })
  repository.commit({ 'src/ready/a.ts': '1' }, 'Ready work', { cwd: ready.path })
  repository.commit({ 'src/ready/a.ts': '2' }, 'More ready work', { cwd: ready.path })
  repository.commit({ 'README.md': 'base moved on\n' }, 'Move the base')
  repository.write(`${dirty.path}/README.md`, 'changed\n')
  repository.write(`${dirty.path}/ünt\nracked`, '')
  repository.commit({ 'other/b.ts': '1' }, 'Out of the lane', { cwd: failed.path })
  const aside = repository.path('worktrees', 'aside')
  repository.git(['worktree', 'add', '-q', '--detach', aside])
  repository.git(['worktree', 'lock', '--reason', 'on a stick', aside])
  rmSync(gone.path, { recursive: true })

  const found = byName(repository)
  expect(Object.keys(found)).toEqual(['project', 'aside', 'dirty', 'failed', 'gone', 'ready'])
  expect(found.project).toMatchObject({ branch: 'main', task: null, state: 'main', ahead: 0, behind: 0, dirty: false })
  expect(found.project).toMatchObject({ verdict: null, ports: {}, databases: {}, locked: null })
  expect(found.ready).toMatchObject({ branch: 'task/ready', task: 'ready', state: 'ready', ahead: 2, behind: 1 })
  expect(found.ready).toMatchObject({ dirty: false, verdict: 'pass', ports: { PORT: 20010 }, listeners: [] })
  expect(found.ready?.lastCommit?.subject).toBe('More ready work')
  expect(found.dirty).toMatchObject({ state: 'pending', dirty: true, changes: 2, ahead: 0, behind: 1, verdict: 'pass' })
  expect(found.failed).toMatchObject({ state: 'failed', problems: ['disk full'], verdict: 'refuse', ahead: 1 })
  expect(found.gone).toMatchObject({ state: 'missing', dirty: null, task: 'gone' })
  expect(found.aside).toMatchObject({
    state: 'unprovisioned',
    branch: null,
    task: null,
    locked: 'on a stick',
    behind: 0,
  })

  const table = repository.lanekeeper(['status']).stdout.split('\n')
  expect(table[0]).toMatch(/^TASK +BRANCH +STATE +BASE +CHANGES +SCOPE +PORTS +LAST COMMIT +WORKTREE$/)
  expect(table[6]).toMatch(/^ready +task\/ready +ready +\+2 -1 +clean +pass +20010 +\ds More ready work +\/.*\/ready$/)
  expect(table.slice(7).join('\n')).toContain(`✗ ${failed.path}: the set-up failed: disk full`)
})

it('takes no index lock and leaves the index as it was', () => {
  const repository = createRepository()
  const { path } = addTask(repository, { id: 'one' })
  // a file that was only touched: plain `git status` would refresh the index, and so fight an agent for its lock
  repository.run('touch', ['-d', '2001-01-01', `${path}/README.md`])
  const index = repository.git(['rev-parse', '--git-path', 'index'], { cwd: path })
  const before = repository.run('md5sum', [index]).stdout
  expect(byName(repository).one).toMatchObject({ dirty: false })
  expect(repository.run('md5sum', [index]).stdout).toBe(before)
})

it('judges again when the branch, the base or the task moves, and not otherwise', () => {
  const repository = createRepository()
  const { path } = addTask(repository, { id: 'one' })
  const cache = `${repository.root}/.git/lanekeeper/cache/verdicts.json`
  const verdict = () => byName(repository).one?.verdict
  repository.commit({ 'src/one/a.ts': '1' }, 'in', { cwd: path })
  expect(verdict()).toBe('pass')
  // a false verdict shows whether the branch is judged again
  const falsify = () => repository.write(cache, repository.read(cache).replace(':"pass"', ':"refuse"'))
  falsify()
  expect(verdict()).toBe('refuse')
  repository.commit({ 'src/one/b.ts': '1' }, 'in', { cwd: path })
  expect(verdict()).toBe('pass')
  falsify()
  repository.commit({ 'lib/base.ts': '1' }, 'on the base')
  expect(verdict()).toBe('pass')
  falsify()
  expect(repository.lanekeeper(['task', 'widen', 'one', '--allow', 'docs/**', '--reason', 'docs']).status).toBe(0)
  expect(verdict()).toBe('pass')
  repository.commit({ 'lib/c.ts': '1' }, 'out', { cwd: path })
  expect(verdict()).toBe('refuse')
  expect(Object.keys(JSON.parse(repository.read(cache)).verdicts)).toHaveLength(1)
})

it('says who listens on a worktree’s port, and out of which worktree', async () => {
  const repository = createRepository()
  const one = addTask(repository, { id: 'one' })
  const two = addTask(repository, { id: 'two' })
  const [first, second] = [await freePort(), await freePort()]
  markProvisioned(repository, one.path, { ports: portBlock(first) })
  markProvisioned(repository, two.path, { ports: portBlock(second) })
  const server = await serve(first, one.path)
  await serve(second, one.path)
  const found = byName(repository)
  expect(found.one?.listeners).toEqual([
    { service: 'PORT', port: first, pid: server.pid, program: 'node', cwd: one.path, foreignWorktree: null },
  ])
  expect(found.two?.listeners).toMatchObject([{ port: second, foreignWorktree: one.path }])
  expect(repository.lanekeeper(['status']).stdout).toContain(
    `▲ port ${second} of ${two.path} is served out of ${one.path}`,
  )
  await server.stop()
  expect(byName(repository).one?.listeners).toEqual([])
})

it.skipIf(spawnSync('tmux', ['-V']).status !== 0)('says whether a task’s agent runs', async () => {
  const repository = createRepository({ 'lanekeeper.json': '{"agents":{"fake":{"command":"sleep 60"}}}' })
  const { path } = addTask(repository, { id: 'one', agent: 'fake' })
  repository.write(`${path}/TASK.md`, '')
  markProvisioned(repository, path)
  const socket = `lanekeeper-status-${process.pid}`
  const env = { LANEKEEPER_TMUX_SOCKET: socket }
  onTestFinished(() => void repository.run('tmux', ['-L', socket, 'kill-server']))
  const agent = () => JSON.parse(repository.lanekeeper(['status', '--json'], { env }).stdout).worktrees[1].agent
  expect(agent()).toBeNull()
  repository.lanekeeper(['launch', 'one'], { env })
  expect(agent()).toMatchObject({ window: '@0', alive: true })
})

it('works from a linked worktree, in a repository without a commit, and refuses --watch without a terminal', () => {
  const repository = createRepository()
  const { path } = addTask(repository, { id: 'one' })
  expect(JSON.parse(repository.lanekeeper(['status', '--json'], { cwd: path }).stdout).worktrees).toHaveLength(2)
  repository.git(['init', '-q', '-b', 'main', repository.path('empty')])
  const empty = repository.lanekeeper(['status', '--json'], { cwd: repository.path('empty') })
  expect(JSON.parse(empty.stdout).worktrees).toMatchObject([{ state: 'main', branch: 'main', ahead: null, head: null }])
  const watched = repository.lanekeeper(['status', '--watch'])
  expect([watched.status, watched.stderr]).toEqual([2, expect.stringContaining('--watch needs a terminal')])
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const address = probe.address()
  await new Promise((done) => probe.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

async function serve(port: number, cwd: string) {
  const code = `require('http').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', code], { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((done) => child.on('close', done))
  const stop = () => {
    child.kill()
    return ended
  }
  onTestFinished(async () => void (await stop()))
  await new Promise((done) => child.stdout.once('data', done))
  return { pid: child.pid, stop }
}
