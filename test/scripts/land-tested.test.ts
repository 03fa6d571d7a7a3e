/** What a landing tests before the base moves, and what happens when it cannot. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { interruptedOnceBegun } from '../support/interrupt.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import {
  branchesOf,
  ledgerOf,
  settings,
  startTask,
  taskOf,
  workedTask,
  worktreesOf,
} from '../support/task-worktrees.ts'

function land(project: TestRepository, ...args: string[]) {
  const ran = project.lanekeeper(['land', ...args, '--json'])
  return { ...ran, answer: JSON.parse(ran.stdout) }
}

const tip = (project: TestRepository) => project.git(['rev-parse', 'main'])

/** Lease files of this test's own registry. */
const leases = (project: TestRepository) => {
  const registry = project.path('home/.local/state/lanekeeper/ports')
  return existsSync(registry)
    ? project
        .run('ls', [registry])
        .stdout.split('\n')
        .filter((name) => /^\d+$/.test(name))
    : []
}

function expectNoLanding(project: TestRepository): void {
  expect(worktreesOf(project).filter((path) => path.includes('landing-'))).toEqual([])
  expect(project.exists('project.worktrees') ? project.run('ls', ['project.worktrees']).stdout : '').toBe('')
  expect(ledgerOf(project)).toEqual([])
  expect(leases(project)).toEqual([])
  expect(project.run('ls', [join(project.root, '.git/lanekeeper/landings')]).stdout).toBe('')
}

describe('what is tested before the base moves', () => {
  it('is the merged result, in a worktree with ports of its own', () => {
    const seen = 'cat src/*/work.txt > ../seen; echo "port $PORT in $PWD" >> ../seen'
    const project = createRepository(settings({ test: seen }))
    workedTask(project, 'a')
    project.commit({ 'src/base/work.txt': 'base\n' }, 'meanwhile')
    const { status, answer } = land(project, 'a')
    expect(status).toBe(0)
    expect(answer.landed).toMatchObject([{ task: 'a', tested: seen, commit: tip(project) }])
    const [a, base, place] = project.read('project.worktrees/seen').split('\n')
    expect([a, base]).toEqual(['a', 'base'])
    expect(place).toMatch(/^port 2\d{4} in .*\/project\.worktrees\/landing-a-/)
    project.run('rm', ['project.worktrees/seen'])
    expectNoLanding(project)
  })

  it('is told that nobody watches, unless the caller has a word on it', () => {
    const project = createRepository(settings({ test: 'test "$CI" = "$EXPECTED"' }))
    workedTask(project, 'a')
    workedTask(project, 'b')
    const landing = (task: string, env: Record<string, string>) => project.lanekeeper(['land', task], { env }).status
    expect(landing('a', { EXPECTED: 'true' })).toBe(0)
    expect(landing('b', { EXPECTED: '0', CI: '0' })).toBe(0)
  })

  it('is npm test where package.json has one, and nothing where it is what npm init wrote', () => {
    const manifest = (test: string) => ({ 'package.json': JSON.stringify({ name: 'p', scripts: { test } }) })
    const tested = createRepository({ ...settings({ test: null }), ...manifest('test -f src/a/work.txt') })
    workedTask(tested, 'a')
    expect(land(tested, 'a').answer.landed[0].tested).toBe('npm test')
    const placeholder = 'echo "Error: no test specified" && exit 1'
    const untested = createRepository({ ...settings({ test: null }), ...manifest(placeholder) })
    workedTask(untested, 'a')
    const { stdout } = untested.lanekeeper(['land', 'a'])
    expect(stdout).toContain('nothing was tested')
  })

  it('refuses red, with the last lines and the log, and leaves the base alone', () => {
    const project = createRepository(settings({ test: 'seq 1 50; echo "it broke" >&2; exit 7' }))
    const path = workedTask(project, 'a')
    workedTask(project, 'b')
    const before = tip(project)
    const { status, answer } = land(project, '--all')
    expect(status).toBe(1)
    expect(answer).toMatchObject({ landed: [], refused: [{ task: 'a', code: 'tests-failed' }] })
    expect(answer.refused[0].message).toContain('it broke')
    expect(answer.refused[0].message).not.toContain('  30\n')
    const log = /All of it: (.*)/.exec(answer.refused[0].hint)?.[1] ?? ''
    expect(project.read(log)).toContain('\n30\n')
    expect(tip(project)).toBe(before)
    expect(taskOf(project, 'a')?.state).toBe('open')
    expect(existsSync(path)).toBe(true)
    expectNoLanding(project)
  })

  it('is tested again when the base moved meanwhile', () => {
    const moveOnce =
      'git rev-parse HEAD^1 >> ../seen; [ $(wc -l < ../seen) -gt 1 ] || git -C ../../project commit -q --allow-empty -m meanwhile'
    const project = createRepository(settings({ test: moveOnce }))
    workedTask(project, 'a')
    const before = tip(project)
    const { status, answer } = land(project, 'a')
    expect({ status, refused: answer.refused }).toEqual({ status: 0, refused: [] })
    const subjects = project.git(['log', '--first-parent', '--format=%s', 'main']).split('\n')
    expect(subjects).toEqual(['Land a: Do a', 'meanwhile', 'start'])
    const [first, second] = project.read('project.worktrees/seen').split('\n')
    expect(first).toBe(before)
    expect(second).toBe(project.git(['rev-parse', 'main^1']))
  })

  it('gives up on a base that never stands still', () => {
    const moveAlways = 'git -C ../../project commit -q --allow-empty -m meanwhile'
    const project = createRepository(settings({ test: moveAlways }))
    workedTask(project, 'a')
    const { answer } = land(project, 'a')
    expect(answer).toMatchObject({ landed: [], refused: [{ task: 'a', code: 'locked' }] })
    expect(project.git(['rev-list', '--count', '--first-parent', 'main'])).toBe('6')
    expectNoLanding(project)
  })

  it('ends with all it started: a server it left running keeps nobody waiting', () => {
    const project = createRepository(settings({ test: 'sleep 100 & echo $! > ../deaf' }))
    workedTask(project, 'a')
    expect(land(project, 'a')).toMatchObject({ status: 0 })
    expect(isGone(project)).toBe(true)
  })

  it('takes its time, and what a person changes in the task meanwhile is kept', () => {
    const widen = `cd ../../project && "${process.execPath}" "${CLI}" task widen a src/extra --reason "asked for"`
    const project = createRepository(settings({ test: widen }))
    workedTask(project, 'a')
    expect(land(project, 'a')).toMatchObject({ status: 0 })
    expect(taskOf(project, 'a')).toMatchObject({ state: 'landed', allow: ['src/a', 'src/extra'] })
  })

  it('is nothing when the merged result cannot be set up', () => {
    const project = createRepository(settings({ test: 'true', setup: ['echo "no tools here"; false'] }))
    workedTask(project, 'a')
    const before = tip(project)
    const { answer } = land(project, 'a')
    expect(answer).toMatchObject({ landed: [], refused: [{ task: 'a', code: 'set-up' }] })
    const log = /All of it: (.*)/.exec(answer.refused[0].hint)?.[1] ?? ''
    expect(project.run('cat', [log]).stdout).toContain('no tools here')
    expect(tip(project)).toBe(before)
    expectNoLanding(project)
  })
})

describe('a landing that is killed', () => {
  /** Starts a landing and kills it as soon as its test command has begun. */
  async function killDuringTest(project: TestRepository): Promise<void> {
    const child = spawn(process.execPath, [CLI, 'land', 'a'], { cwd: project.root, env: project.env, stdio: 'ignore' })
    const ended = new Promise((done) => child.on('close', done))
    await vi.waitUntil(() => project.exists('project.worktrees/begun'), { timeout: 20_000, interval: 20 })
    child.kill('SIGKILL')
    await ended
  }

  it('leaves the base untouched, and gc leaves nothing of it', async () => {
    const project = createRepository(settings({ test: 'touch ../begun; sleep 2' }))
    workedTask(project, 'a')
    const before = tip(project)
    await killDuringTest(project)
    expect(worktreesOf(project)).toHaveLength(3)
    expect(leases(project)).toHaveLength(1)
    const shown = JSON.parse(project.lanekeeper(['gc', '--dry-run', '--json']).stdout)
    expect(shown.removed.map(({ what }: { what: string }) => what).join()).toContain('landing worktree')
    expect(worktreesOf(project)).toHaveLength(3)
    const swept = project.lanekeeper(['gc'])
    expect(swept.status).toBe(0)
    expect(swept.stdout).toContain('lock')
    project.run('rm', ['project.worktrees/begun'])
    expect(tip(project)).toBe(before)
    expectNoLanding(project)
    expect(project.run('ls', [join(project.root, '.git/lanekeeper/locks')]).stdout).toBe('')
    expect(project.lanekeeper(['gc']).stdout).toBe('Nothing to sweep.\n')
    expect(taskOf(project, 'a')?.state).toBe('open')
  })

  it('is swept although git lost its worktree half-way through', async () => {
    const project = createRepository(settings({ test: '[ -e ../begun ] || { touch ../begun; sleep 2; }' }))
    workedTask(project, 'a')
    await killDuringTest(project)
    const place = worktreesOf(project).find((path) => path.includes('landing-')) ?? ''
    project.run('rm', [join(place, '.git')])
    expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0, stderr: '' })
    project.run('rm', ['project.worktrees/begun'])
    expectNoLanding(project)
  })

  it('is swept by the next landing, which goes through', async () => {
    const project = createRepository(settings({ test: '[ -e ../begun ] || { touch ../begun; sleep 2; }' }))
    workedTask(project, 'a')
    await killDuringTest(project)
    expect(land(project, 'a').status).toBe(0)
    project.run('rm', ['project.worktrees/begun'])
    expectNoLanding(project)
    expect(branchesOf(project)).toEqual(['main'])
  })
})

describe('an interrupted landing (Ctrl-C)', () => {
  it.each([
    ['a test that ends badly', 'touch ../begun; sleep 5'],
    ['a test that ends well all the same', 'trap "exit 0" INT; touch ../begun; sleep 5 & wait'],
    ['a test that is deaf to it', 'trap "" INT TERM; echo $$ > ../deaf; touch ../begun; sleep 100'],
    ['a test with a server in the background', 'sleep 100 & echo $! > ../deaf; touch ../begun; wait'],
  ])('takes its worktree away, leaves the base alone and says so: %s', async (_name, test) => {
    const project = createRepository(settings({ test }))
    workedTask(project, 'a')
    startTask(project, 'b')
    const before = tip(project)
    const { status, answer } = await interruptedOnceBegun(project, ['land', 'a'])
    expect(status).toBe(1)
    expect(JSON.parse(answer).refused).toMatchObject([{ task: 'a', code: 'interrupted' }])
    expect(tip(project)).toBe(before)
    expect(isGone(project)).toBe(true)
    project.run('rm', ['-f', 'project.worktrees/begun', 'project.worktrees/deaf'])
    expectNoLanding(project)
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('is one by %s too, which comes to us alone', async (signal) => {
    const project = createRepository(settings({ test: 'echo $$ > ../deaf; touch ../begun; sleep 100' }))
    workedTask(project, 'a')
    const { answer, said } = await interruptedOnceBegun(project, ['land', 'a'], { signal, isForAll: false })
    expect(said).toContain('Stopping what runs')
    expect(JSON.parse(answer).refused).toMatchObject([{ task: 'a', code: 'interrupted' }])
    expect(isGone(project)).toBe(true)
    project.run('rm', ['project.worktrees/begun', 'project.worktrees/deaf'])
    expectNoLanding(project)
  })
})

/** The process that wrote its id beside the worktrees. */
function isGone(project: TestRepository): boolean {
  if (!project.exists('project.worktrees/deaf')) return true
  try {
    return !process.kill(Number(project.read('project.worktrees/deaf')), 0)
  } catch {
    return true
  }
}
