import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { readLedger } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import {
  createAdopted,
  envOf,
  expectProvisioned,
  leases,
  lockFiles,
  preparedAdopted,
  setup,
} from '../support/provisioning.ts'
import { CLI, type TestRepository } from '../support/repository.ts'

const adopted = preparedAdopted()

const add = ['worktree', 'add', '-q', '-b', 'one', '../one']
const bare = ['-c', 'core.hooksPath=/dev/null', ...add]
const withSetup = (...lines: string[]) => ({ 'lanekeeper.json': JSON.stringify({ setup: lines }) })

/** Starts `setup` in worktree `one` and kills it with SIGKILL when `when` says so; gives the signal that ended it. */
function killedSetup(
  project: TestRepository,
  args: readonly string[],
  when: () => boolean,
): Promise<NodeJS.Signals | null> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [CLI, 'setup', ...args], {
      cwd: project.path('one'),
      env: project.env,
      stdio: 'ignore',
    })
    const watch = setInterval(() => when() && child.kill('SIGKILL'), 1)
    child.on('close', (_, signal) => {
      clearInterval(watch)
      done(signal)
    })
  })
}

function readdirIfExists(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : []
}

const until = (question: () => boolean) =>
  vi.waitFor(() => expect(question()).toBe(true), { timeout: 20_000, interval: 20 })

describe('setup', () => {
  it('leaves the main worktree as it is, and says so', () => {
    const project = adopted()
    const { status, stdout } = project.lanekeeper(['setup'])
    expect(status).toBe(0)
    expect(stdout).toContain('is the main worktree: it keeps its own ports, env files and database')
    expect(setup(project, project.root)).toMatchObject({ ok: true, ports: {}, state: 'ready' })
    expect(project.git(['status', '--porcelain', '--ignored'])).toBe('')
  })

  it('twice at once share one block of ports', async () => {
    const project = adopted()
    project.git(bare)
    const runs = Array.from({ length: 6 }, () =>
      project.start(process.execPath, [CLI, 'setup', '--json'], { cwd: project.path('one') }),
    )
    const answers = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout))
    expect(answers).toHaveLength(6)
    for (const answer of answers) expect(answer).toMatchObject({ state: 'ready', ports: { PORT: project.first } })
    expect(leases(project)).toEqual([String(project.first)])
    expect(readLedger(openRepository(project.root, project.env))).toHaveLength(1)
    expect(lockFiles(project.dir)).toEqual([])
  })

  it('waits for the one that is at it, and says once for whom; what that one started gets an answer at once', async () => {
    const line = `${JSON.stringify(process.execPath)} ${JSON.stringify(CLI)} setup; echo $? >inner`
    const command = {
      create: `cd ../one; ${line}; while [ ! -e go ]; do sleep 0.05; done`,
      url: 'echo x',
      destroy: 'true',
    }
    const dev = { provider: 'command', vars: ['URL'], command }
    const project = createAdopted({ 'lanekeeper.json': JSON.stringify({ databases: { dev } }) })
    project.write('project/.env', 'URL=y\n')
    project.git(bare)
    const cwd = project.path('one')
    const first = project.start(process.execPath, [CLI, 'setup', '--wait', '--json'], { cwd })
    await until(() => project.exists('one/inner'))
    expect(project.read('one/inner')).toBe('3\n')
    const words = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(CLI)} setup --wait --json 2>../told`
    const second = project.start('sh', ['-c', words], { cwd })
    await until(() => project.exists('told') && project.read('told').includes('Waiting'))
    project.write('one/go', '')
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([0, 0])
    expect(project.read('told').match(/Waiting for process \d+, which is at work on .*one/g)).toHaveLength(1)
  })

  it('heals after a kill -9 at any step, with one block of ports', async () => {
    const project = adopted()
    project.git(bare)
    const state = join(project.root, '.git/lanekeeper')
    const gitDir = join(project.root, '.git/worktrees/one')
    const registry = join(project.env.XDG_STATE_HOME ?? '', 'lanekeeper/ports')
    const steps = [
      () => project.exists(join(gitDir, 'lanekeeper/id')),
      () => readdirIfExists(join(state, 'worktrees')).length > 0,
      () => readdirIfExists(registry).length > 0,
      () => project.exists('one/.env.local'),
      () => project.exists('one/WORKTREE.md'),
    ]
    const signals: (NodeJS.Signals | null)[] = []
    for (const step of steps) {
      for (const made of ['.env.local', 'WORKTREE.md', 'TASKS.md']) rmSync(project.path('one', made), { force: true })
      for (const dir of [registry, join(state, 'worktrees'), join(gitDir, 'lanekeeper')])
        rmSync(dir, { recursive: true, force: true })
      signals.push(await killedSetup(project, [], step))
      expect(setup(project, project.path('one'))).toMatchObject({ state: 'ready', problems: [] })
      expectProvisioned(project, project.path('one'))
      expect(leases(project)).toHaveLength(1)
      expect(readLedger(openRepository(project.root, project.env))).toHaveLength(1)
    }
    expect(signals.filter((signal) => signal === 'SIGKILL').length).toBeGreaterThan(2)
  })

  it('keeps the ports when the worktree moves', () => {
    const project = adopted()
    project.git(add)
    project.git(['worktree', 'add', '-q', '-b', 'two', '../two'])
    project.git(['worktree', 'move', '../two', '../three'])
    expect(setup(project, project.path('three')).ports).toEqual({ PORT: project.first + 10 })
    expect(leases(project)).toEqual([String(project.first), String(project.first + 10)])
    expect(project.read('three/WORKTREE.md')).toContain(project.path('three'))
  })

  it('takes the same block again when the registry was wiped, another when somebody has it', () => {
    const project = adopted()
    project.git(add)
    const registry = join(project.env.XDG_STATE_HOME ?? '', 'lanekeeper/ports')
    rmSync(registry, { recursive: true })
    expect(setup(project, project.path('one')).ports.PORT).toBe(project.first)
    expect(leases(project)).toEqual([String(project.first)])
    writeFileSync(
      join(registry, String(project.first)),
      JSON.stringify({ worktree: 'other', gitDir: '/x', commonDir: '/x', size: 10 }),
    )
    expect(setup(project, project.path('one')).ports.PORT).toBe(project.first + 10)
    expect(envOf(project, 'one').PORT).toBe(String(project.first + 10))
  })
})

describe('the slow steps', () => {
  it('go on after git has returned, once, and can be waited for', async () => {
    const project = createAdopted(withSetup('while [ ! -e go ]; do sleep 0.05; done; echo "$PORT" >> made'))
    const { stderr } = project.tryGit(add)
    expect(stderr).toContain('the rest goes on in the background')
    const first = project.lanekeeper(['setup'], { cwd: project.path('one') })
    expect(first.stdout).toContain('pending (the rest is being done in the background')
    expect(setup(project, project.path('one')).state).toBe('pending')
    const waiting = project.start(process.execPath, [CLI, 'setup', '--wait', '--json'], { cwd: project.path('one') })
    project.write('one/go', '')
    expect(JSON.parse((await waiting).stdout)).toMatchObject({ state: 'ready', problems: [] })
    expect(project.read('one/made')).toBe(`${project.first}\n`)
    expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).stdout).toContain('Nothing to do.')
  })

  it('that fail leave a worktree nobody takes for a good one; setup repeats them', async () => {
    const project = createAdopted(withSetup('echo broken >&2; test -e mended'))
    project.git(add)
    await until(() => setup(project, project.path('one'), []).state !== 'ready')
    const failed = setup(project, project.path('one'), ['--wait'])
    expect(failed).toMatchObject({ ok: true, state: 'failed' })
    expect(failed.problems[0]).toMatchObject({ step: 'setup', message: expect.stringContaining('broken') })
    expect(failed.problems[0]?.hint).toContain('npx lanekeeper setup')
    expect(project.lanekeeper(['setup', '--wait'], { cwd: project.path('one') }).status).toBe(3)
    project.write('one/mended', '')
    expect(setup(project, project.path('one'), ['--wait'])).toMatchObject({ state: 'ready', problems: [] })
  })

  it('heal after a kill -9 of whoever did them', async () => {
    const project = createAdopted(withSetup('[ -e again ] || { echo $$ > again; exec sleep 60; }; echo ok > made'))
    project.git(bare)
    await killedSetup(project, ['--wait'], () => project.exists('one/again') && project.read('one/again') !== '')
    process.kill(Number(project.read('one/again')), 'SIGKILL')
    const { stdout } = project.lanekeeper(['status', '--json'])
    expect(stdout).toContain('"pending"')
    expect(setup(project, project.path('one'), ['--wait'])).toMatchObject({ state: 'ready' })
    expect(project.read('one/made')).toBe('ok\n')
    expect(lockFiles(project.dir)).toEqual([])
  })

  it('that call setup themselves do not wait for themselves', () => {
    const line = `${JSON.stringify(process.execPath)} ${JSON.stringify(CLI)} setup --wait --json > answer.json`
    const project = createAdopted(withSetup(line))
    project.git(bare)
    expect(setup(project, project.path('one'), ['--wait'])).toMatchObject({ state: 'ready' })
    expect(JSON.parse(project.read('one/answer.json'))).toMatchObject({ state: 'pending' })
  })
})

describe('when the disk is in the way', () => {
  it('of the port registry: a problem with the reason, no port in the env file, and healed by setup', () => {
    const project = adopted()
    const state = project.env.XDG_STATE_HOME ?? ''
    mkdirSync(join(state, 'lanekeeper'), { recursive: true })
    writeFileSync(join(state, 'lanekeeper/ports'), 'a file')
    const { status, stderr } = project.tryGit(add)
    expect(status).toBe(0)
    expect(stderr).toContain('this worktree is NOT ready (ports): Cannot')
    expect(stderr).toContain('npx lanekeeper setup')
    expect(envOf(project, 'one').PORT).toMatch(/^lanekeeper-disabled:.*ports/)
    rmSync(join(state, 'lanekeeper/ports'))
    expect(setup(project, project.path('one'))).toMatchObject({ state: 'ready', ports: { PORT: project.first } })
    expectProvisioned(project, project.path('one'))
  })

  it('of the ledger: git goes on, one loud line, nothing half-made is called ready', () => {
    const project = adopted()
    const ledger = join(project.root, '.git/lanekeeper/worktrees')
    rmSync(ledger, { recursive: true, force: true })
    writeFileSync(ledger, 'a file')
    const { status, stderr } = project.tryGit(add)
    expect(status).toBe(0)
    expect(stderr).toContain('this worktree is NOT provisioned. Cannot')
    expect(project.exists('one/README.md')).toBe(true)
    expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).status).toBe(3)
    rmSync(ledger)
    expect(setup(project, project.path('one')).state).toBe('ready')
  })

  it('of a document: the env file is there all the same', () => {
    const project = adopted()
    project.git(bare)
    mkdirSync(project.path('one/.lanekeeper'))
    mkdirSync(project.path('one/TASKS.md'))
    mkdirSync(project.path('one/.lanekeeper/TASKS.md'))
    const answer = setup(project, project.path('one'))
    expect(answer).toMatchObject({ state: 'failed', ports: { PORT: project.first } })
    expect(answer.problems.map(({ step }) => step)).toEqual(['docs'])
    expect(envOf(project, 'one').PORT).toBe(String(project.first))
  })
})

it('documents go to .lanekeeper/ where the project or a person has a file of that name', () => {
  const project = createAdopted({ 'TASKS.md': '# ours\n' })
  project.git(bare)
  project.write('one/TASK.md', 'my own notes')
  setup(project, project.path('one'))
  expect(project.read('one/TASKS.md')).toBe('# ours\n')
  expect(project.read('one/TASK.md')).toBe('my own notes')
  expect(project.read('one/.lanekeeper/TASKS.md')).toContain('# Open tasks')
  expect(project.exists('one/WORKTREE.md')).toBe(true)
  expect(project.git(['status', '--porcelain'], { cwd: project.path('one') })).toBe('?? TASK.md')
})

it('a database that is not ready disables its variable in every file that names it', () => {
  const project = createAdopted({
    '.worktreeinclude': '.env\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
  })
  project.write('project/.env', 'DATABASE_URL=postgres://u:p@localhost/shared\n')
  project.git(add)
  for (const file of ['.env', '.env.local'])
    expect(envOf(project, 'one', file).DATABASE_URL ?? 'lanekeeper-disabled:').toMatch(/^lanekeeper-disabled:/)
  expect(envOf(project, 'one', '.env').DATABASE_URL).toMatch(/^lanekeeper-disabled:/)
  expect(setup(project, project.path('one'))).toMatchObject({ state: 'failed' })
})

it('a Postgres that no env file names is nothing to do, however often', () => {
  const settings = { databases: { dev: { provider: 'postgres', vars: ['DATABASE_URL'] } } }
  const project = createAdopted({ 'lanekeeper.json': JSON.stringify(settings) })
  project.git(['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '-q', '-b', 'one', '../one'])
  for (const args of [[], ['--wait'], ['--wait']]) setup(project, project.path('one'), args)
  const answer = setup(project, project.path('one'), ['--wait'])
  expect(answer).toMatchObject({ state: 'ready', problems: [] })
  expect(answer.databases).toEqual({})
})
