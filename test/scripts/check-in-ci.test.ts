/** `check --base … --head …` in the clones that CI systems make: shallow, detached, without the base, the tasks or any install. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../scripts/policy/task.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import { createRepository, type Ran, repositoryAt, type TestRepository } from '../support/repository.ts'
import { aTask } from '../support/tasks.ts'

const SETTINGS = JSON.stringify({ protected: ['lanekeeper.json', '.github'], taskBranches: ['task/*'] })
/** What actions/checkout and the runner leave behind for a pull request. */
const ON_GITHUB = { GITHUB_HEAD_REF: 'task/auth', GITHUB_BASE_REF: 'main', GITHUB_REF_NAME: '1/merge' }
const RANGE = ['check', '--base', 'origin/main', '--head', 'HEAD']

interface Story {
  readonly project: TestRepository
  /** Pushes all there is, tasks too, and what GitHub would make of a pull request. */
  push(more?: { tasks?: boolean }): void
  /** A clone as a CI job has it: one commit of the merge ref (or another), detached. */
  clone(options?: { ref?: string; depth?: number }): TestRepository
  check(clone: TestRepository, words?: readonly string[], env?: NodeJS.ProcessEnv): Ran
}

/** A base, and a task's branch that left it `behind` commits ago, with `older` commits before that. */
function story({
  behind = 1,
  older = 0,
  files = {},
  task = {},
}: {
  behind?: number
  older?: number
  files?: Record<string, string>
  task?: Partial<Task>
} = {}): Story {
  const project = createRepository({
    'lanekeeper.json': SETTINGS,
    'src/auth/old.ts': 'old\n',
    'lib/pool.ts': '1\n',
    ...files,
  })
  saveTask(openRepository(project.root, project.env), aTask({ id: 'auth', ...task }), 'new-task auth')
  emptyCommits(project, older, 1)
  project.git(['branch', 'task/auth'])
  emptyCommits(project, behind, 2)
  project.git(['switch', '-q', 'task/auth'])
  const remote = project.path('remote.git')
  project.git(['init', '-q', '--bare', remote])
  project.git(['remote', 'add', 'origin', `file://${remote}`])
  let clones = 0
  return {
    project,
    push: ({ tasks = true } = {}) => {
      const tree = project.git(['merge-tree', '--write-tree', 'main', 'task/auth'])
      const merge = project.git(['commit-tree', tree, '-p', 'main', '-p', 'task/auth', '-m', 'merge'])
      const refs = [
        'main',
        'task/auth',
        `${merge}:refs/pull/1/merge`,
        ...(tasks ? ['refs/lanekeeper/*:refs/lanekeeper/*'] : []),
      ]
      project.git(['push', '-qf', 'origin', ...refs])
    },
    clone: ({ ref = 'refs/pull/1/merge', depth = 1 } = {}) => {
      const root = project.path(`ci-${++clones}`)
      project.git(['init', '-q', root])
      const clone = repositoryAt(project, root)
      clone.git(['remote', 'add', 'origin', `file://${remote}`])
      clone.git(['fetch', '-q', '--no-tags', ...(depth > 0 ? [`--depth=${depth}`] : []), 'origin', ref])
      clone.git(['checkout', '-q', '--detach', 'FETCH_HEAD'])
      return clone
    },
    check: (clone, words = [], env = ON_GITHUB) => clone.lanekeeper([...RANGE, ...words], { env }),
  }
}

/** Commits a minute apart on one day: what is older is told by time. */
function emptyCommits(project: TestRepository, count: number, day: number): void {
  for (let minute = 0; minute < count; minute++)
    project.git(['commit', '-q', '--allow-empty', '-m', `day ${day}, ${minute}`], {
      env: { GIT_COMMITTER_DATE: `2024-01-0${day}T00:${String(minute).padStart(2, '0')}:00Z` },
    })
}

function commitsIn(clone: TestRepository): number {
  return Number(clone.git(['rev-list', '--count', 'HEAD']))
}

describe('a pull request in a clone of one commit', () => {
  it('passes within its scope, fetches what it needs and says so, and leaves nothing of ours behind', () => {
    const { project, push, clone, check } = story({ behind: 3 })
    project.commit({ 'src/auth/a.ts': 'a\n' }, 'in scope')
    push()
    const ci = clone()
    const ran = check(ci)
    expect(ran).toMatchObject({ status: 0, stdout: '✓ task/auth may land on main (1 changed path)\n' })
    expect(ran.stderr).toContain('Fetched the tasks (refs/lanekeeper/tasks) from origin')
    expect(ran.stderr).toMatch(/deepened once. A depth of 2 is what this check needed/)
    expect(existsSync(join(ci.root, '.git/lanekeeper'))).toBe(false)
    expect(ci.git(['status', '--porcelain'])).toBe('')
    // all is there now: nothing is fetched, nothing is said
    ci.git(['remote', 'set-url', 'origin', 'file:///nowhere'])
    expect(check(ci)).toMatchObject({ status: 0, stderr: '' })
  })

  it('is refused beyond it, with the paths of the branch and no others', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'lib/other.ts': 'a\n', 'src/auth/a.ts': 'a\n' })
    project.git(['mv', 'lib/pool.ts', 'src/auth/pool.ts'])
    project.commit({ '.github/workflows/ci.yml': 'on: push\n' }, 'strays')
    push()
    const ran = check(clone(), ['--format', 'json'])
    const { ok, branch, base, range, violations } = JSON.parse(ran.stdout)
    expect([ran.status, ok, branch, base]).toEqual([1, false, 'task/auth', 'main'])
    expect(violations.map(({ rule, status, path }: Record<string, string>) => [rule, status, path])).toEqual([
      ['protected', 'A', '.github/workflows/ci.yml'],
      ['scope', 'A', 'lib/other.ts'],
      ['scope', 'D', 'lib/pool.ts'],
    ])
    expect(range.base).toBe(project.git(['rev-parse', 'main']))
  })

  it('knows the branch by what the CI says, by --branch before that, and by nothing at all it is a mistake', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'lib/other.ts': 'a\n' })
    push()
    const ci = clone()
    expect(check(ci).status).toBe(1)
    expect(check(ci, [], { CI_COMMIT_REF_NAME: 'task/auth' }).status).toBe(1)
    expect(check(ci, ['--branch', 'refs/heads/feature/mine']).stdout).toContain('✓ feature/mine may land on main')
    expect(check(ci, ['--branch', 'task/unknown']).stdout).toContain('no-task: branch task/unknown is a task branch')
    const nameless = check(ci, [], {})
    expect(nameless.status).toBe(2)
    expect(nameless.stderr).toContain('Nothing tells which branch HEAD is')
    expect(nameless.stderr).toContain('--head HEAD --branch NAME')
  })
})

describe('how much of the history', () => {
  it.each([
    ['the merge ref of a branch that left long ago', 'refs/pull/1/merge', 8, 1],
    ['the branch itself', 'task/auth', 8, 1],
    ['a clone that is deep enough', 'refs/pull/1/merge', 3, 10],
  ])('%s', (_name, ref, behind, depth) => {
    const { project, push, clone, check } = story({ behind, older: 12 })
    for (const name of ['a', 'b', 'c']) project.commit({ [`src/auth/${name}.ts`]: `${name}\n` })
    push()
    const ci = clone({ ref, depth })
    const before = commitsIn(ci)
    const ran = check(ci)
    expect(ran).toMatchObject({ status: 0, stdout: '✓ task/auth may land on main (3 changed paths)\n' })
    const needed = Number(/A depth of (\d+) is/.exec(ran.stderr)?.[1] ?? 0)
    if (depth === 10) return expect([needed, commitsIn(ci)]).toEqual([0, before])
    // what it says is what a clone needs: with it nothing more is fetched, with one commit less there is
    for (const [enough, isDeepened] of [
      [needed, false],
      [needed - 1, true],
    ] as const) {
      const other = clone({ ref, depth: enough })
      const again = check(other)
      expect([again.status, again.stderr.includes('deepened')]).toEqual([0, isDeepened])
    }
  })

  it('a merge base that only a part of the history shows is not believed', () => {
    // main merged the old branch `side` last: from main it is two commits to `start`, the long way to what task/auth merged in
    const { project, push, clone, check } = story({ behind: 0 })
    project.git(['branch', 'side', 'main'])
    project.git(['switch', '-q', 'main'])
    for (let count = 0; count < 12; count++) project.commit({ 'lib/pool.ts': `${count}\n` }, `base ${count}`)
    project.git(['switch', '-q', 'task/auth'])
    project.git(['merge', '-q', '--no-ff', '-m', 'base merged in', 'main'])
    project.commit({ 'src/auth/a.ts': 'a\n' })
    project.git(['switch', '-q', 'main'])
    for (let count = 0; count < 12; count++) project.commit({ 'lib/later.ts': `${count}\n` }, `later ${count}`)
    project.git(['switch', '-q', 'side'])
    project.commit({ 'side.txt': 'side\n' })
    project.git(['switch', '-q', 'main'])
    project.git(['merge', '-q', '--no-ff', '-m', 'side merged', 'side'])
    project.git(['switch', '-q', 'task/auth'])
    push()
    expect(check(clone({ ref: 'task/auth', depth: 3 }))).toMatchObject({
      status: 0,
      stdout: '✓ task/auth may land on main (1 changed path)\n',
    })
  })

  it('histories without a common commit are judged as a whole', () => {
    const { project, push, clone, check } = story()
    push()
    project.git(['switch', '-q', '--orphan', 'alone'])
    project.commit({ 'lib/alone.ts': 'a\n' })
    project.git(['push', '-qf', 'origin', 'alone'])
    const ran = check(clone({ ref: 'alone' }), ['--format', 'json'])
    expect(JSON.parse(ran.stdout).violations.map(({ path }: { path: string }) => path)).toEqual(['lib/alone.ts'])
  })
})

describe('the policy', () => {
  it('is the base’s, whatever the branch made of its settings', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'lanekeeper.json': '{"protected":[],"taskBranches":[]}', 'lib/a.ts': 'a\n' })
    push()
    const { violations } = JSON.parse(check(clone(), ['--format', 'json']).stdout)
    expect(violations.map(({ rule }: { rule: string }) => rule)).toEqual(['protected', 'scope'])
  })

  it('is named with the base where it is broken, and the defaults are said to be such', () => {
    const { project, push, clone, check } = story()
    project.git(['switch', '-q', 'main'])
    project.commit({ 'lanekeeper.json': '{"taskBranches": 1}' })
    project.git(['switch', '-q', 'task/auth'])
    push()
    const ran = check(clone())
    expect([ran.status, ran.stderr.includes('lanekeeper.json at origin/main, line 1')]).toEqual([2, true])
    project.git(['switch', '-q', 'main'])
    project.git(['rm', '-q', 'lanekeeper.json'])
    project.git(['commit', '-qm', 'gone'])
    project.git(['switch', '-q', 'task/auth'])
    push()
    expect(check(clone()).stderr).toContain('origin/main has no lanekeeper.json: judged by the default settings')
  })

  it('of migrations looks at the base’s tip, leases included', () => {
    const settings = JSON.stringify({ migrations: [{ preset: 'knex' }] })
    const { project, push, clone, check } = story({
      files: { 'lanekeeper.json': settings, 'migrations/20260101000000_start.js': 'start\n' },
      task: { migrations: 'dev' },
    })
    project.commit({ 'migrations/20260201000000_early.js': 'early\n' })
    project.git(['switch', '-q', 'main'])
    project.commit({ 'migrations/20260301000000_newer.js': 'newer\n' })
    project.git(['switch', '-q', 'task/auth'])
    push()
    const rules = () =>
      JSON.parse(check(clone(), ['--format', 'json']).stdout).violations.map(({ rule }: { rule: string }) => rule)
    expect(rules()).toEqual(['migration-owner', 'migration-order'])
    expect(project.lanekeeper(['migration', 'claim', 'dev', '--task', 'auth'])).toMatchObject({ status: 0 })
    push()
    expect(rules()).toEqual(['migration-order'])
  })
})

describe('migrations of other open tasks', () => {
  const settings = JSON.stringify({ migrations: [{ preset: 'knex' }] })
  const IN_CI = { ...ON_GITHUB, CI: 'true' }

  /** A task with a migration and the lease, and a rival that owns them too, with a branch of its own. */
  function rivalry() {
    const files = { 'lanekeeper.json': settings, 'migrations/20260101000000_start.js': 'start\n' }
    const told = story({ older: 12, files, task: { migrations: 'dev' } })
    const { project } = told
    project.commit({ 'migrations/20260301000000_mine.js': 'mine\n' })
    project.git(['switch', '-q', '-c', 'task/rival', 'main'])
    project.commit({ 'migrations/20260301000000_theirs.js': 'theirs\n' })
    project.git(['switch', '-q', 'task/auth'])
    const rival = aTask({ id: 'rival', migrations: 'dev' })
    saveTask(openRepository(project.root, project.env), rival, 'new-task rival')
    return told
  }
  const read = (ran: Ran) => JSON.parse(ran.stdout)
  const claim = (project: TestRepository, task: string) =>
    expect(project.lanekeeper(['migration', 'claim', 'dev', '--task', task]).status).toBe(0)

  it.each([
    ['of one commit', 1],
    ['that is whole', 0],
  ])('are compared with, in a clone %s: their branches are fetched', (_what, depth) => {
    const { project, push, clone, check } = rivalry()
    claim(project, 'auth')
    push()
    project.git(['push', '-q', 'origin', 'task/rival'])
    const ci = clone({ depth })
    const answer = read(check(ci, ['--format', 'json'], IN_CI))
    expect(answer).toMatchObject({ ok: true, warnings: [{ rule: 'migration-duplicate' }] })
    expect(answer.warnings[0].message).toContain('task "rival" has version 20260301000000 too')
    expect(answer.unjudged).toEqual([expect.stringContaining('They were not run (land does that)')])
    expect(ci.git(['rev-parse', '--is-shallow-repository'])).toBe(String(depth === 1))
    // the range is judged as before with the rival's commit here
    expect(read(check(ci, ['--format', 'json'], IN_CI))).toEqual(answer)
  })

  it('that are not on the remote are named as not compared', () => {
    const { project, push, clone, check } = rivalry()
    claim(project, 'auth')
    push()
    const ran = check(clone(), [], IN_CI)
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain(
      '○ not judged: Task "rival" owns migrations of "dev" too, and its branch task/rival is not here',
    )
  })

  it('a lease that another task holds refuses, by the leases that were fetched; a living holder is not called over', () => {
    const { project, push, clone, check } = rivalry()
    claim(project, 'rival')
    const [ref, at] = ['refs/lanekeeper/leases/dev', new Date(Date.now() - 48 * 3_600_000).toISOString()]
    const lease = JSON.parse(project.git(['cat-file', 'blob', ref]))
    const old = JSON.stringify({ ...lease, holder: { ...lease.holder, acquiredAt: at, renewedAt: at } })
    const blob = project.run('git', ['hash-object', '-w', '--stdin'], { cwd: project.root, input: old }).stdout.trim()
    project.git(['update-ref', ref, blob])
    push()
    const dead = read(check(clone(), ['--format', 'json'], IN_CI)).violations[0]
    expect(dead).toMatchObject({ rule: 'migration-owner', message: expect.stringContaining('"rival"') })
    expect(dead.ways.join()).toContain('its time is over')
    project.git(['push', '-q', 'origin', 'task/rival'])
    const alive = read(check(clone(), ['--format', 'json'], IN_CI)).violations[0]
    expect([alive.rule, alive.ways.join().includes('its time is over')]).toEqual(['migration-owner', false])
  })

  it('a lease that never reached the remote is said to be unknown, and a range without migrations has nothing to say', () => {
    const { project, push, clone, check } = rivalry()
    push()
    const ran = check(clone(), [], IN_CI)
    expect([ran.status, ran.stdout.includes('No lease on the migrations of "dev" is known here')]).toEqual([1, true])
    project.git(['reset', '-q', '--hard', 'main'])
    project.commit({ 'src/auth/a.ts': 'a\n' })
    push()
    expect(check(clone(), [], IN_CI).stdout).toBe('✓ task/auth may land on main (1 changed path)\n')
  })
})

describe('a merge queue', () => {
  it('is judged by the tasks whose branches it holds, each against the entry before it', () => {
    const { project, push, clone } = story()
    project.commit({ 'src/auth/a.ts': 'a\n' })
    push()
    project.git(['switch', '-q', '-c', 'person', 'main'])
    project.commit({ 'lib/pool.ts': 'a person may\n' })
    const before = project.git(['rev-parse', 'HEAD'])
    project.git(['merge', '-q', '--no-ff', '-m', 'queued', 'task/auth'])
    const queue = 'gh-readonly-queue/main/pr-2-0a1b2c'
    project.git(['push', '-q', 'origin', `HEAD:refs/heads/${queue}`])
    const env = { CI: 'true', GITHUB_REF_NAME: queue, GITHUB_REF_TYPE: 'branch' }
    const words = ['check', '--base', before, '--head', 'HEAD', '--format', 'json']
    const run = () => JSON.parse(clone({ ref: queue }).lanekeeper(words, { env }).stdout)
    expect(run()).toMatchObject({ ok: true, branch: queue, base: 'main', checked: 1 })
    project.git(['switch', '-q', 'task/auth'])
    project.commit({ 'lib/stray.ts': 'a\n' })
    project.git(['switch', '-q', 'person'])
    project.git(['merge', '-q', '--no-ff', '-m', 'queued', 'task/auth'])
    project.git(['push', '-q', 'origin', `HEAD:refs/heads/${queue}`, 'task/auth'])
    expect(run().violations).toEqual([expect.objectContaining({ path: 'lib/stray.ts', source: 'task/auth' })])
  })
})

describe('a folder that an older job left behind', () => {
  it('is judged against the base as the remote has it now, or says that it could not ask', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'src/auth/a.ts': 'a\n' })
    push()
    const ci = clone()
    const env = { ...ON_GITHUB, CI: 'true' }
    expect(check(ci, [], env).status).toBe(0)
    project.git(['switch', '-q', 'main'])
    const settings = JSON.stringify({ ...JSON.parse(SETTINGS), protected: ['src'] })
    const now = project.commit({ 'lanekeeper.json': settings }, 'protected by now')
    project.git(['push', '-q', 'origin', 'main'])
    expect(check(ci, [], env).stdout).toContain('protected: protected for every task ("src" in lanekeeper.json)')
    ci.git(['remote', 'set-url', 'origin', 'file:///nowhere'])
    const alone = check(ci, [], env)
    expect([
      alone.status,
      alone.stderr.includes(`Judged against origin/main as this clone has it: ${now.slice(0, 10)}`),
    ]).toEqual([1, true])
  })
})

describe('a remote that does not help', () => {
  it('has no tasks: said, a task’s branch is refused, a person’s passes', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'src/auth/a.ts': 'a\n' })
    push({ tasks: false })
    const ran = check(clone())
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('origin has no refs/lanekeeper/tasks: no task is known here')
    expect(ran.stdout).toContain('no-task')
    expect(check(clone(), [], { GITHUB_HEAD_REF: 'feature/mine' }).status).toBe(0)
  })

  it('does not have the base, or is not there: an error that names it, and no verdict', () => {
    const { push, clone } = story()
    push()
    const ci = clone()
    const env = ON_GITHUB
    const missing = ci.lanekeeper(['check', '--base', 'origin/nowhere', '--head', 'HEAD'], { env })
    expect([missing.status, missing.stderr.includes('origin has no branch nowhere')]).toEqual([3, true])
    const plain = ci.lanekeeper(['check', '--base', 'main', '--head', 'HEAD'], { env })
    expect([plain.status, plain.stderr.includes('named as such: origin/main')]).toEqual([3, true])
    ci.git(['remote', 'set-url', 'origin', `file://${ci.path('gone.git')}`])
    const gone = ci.lanekeeper([...RANGE, '--format', 'github'], { env })
    expect(gone.status).toBe(3)
    expect(gone.stdout).toMatch(/^::error title=lanekeeper%3A git::the branch main could not be fetched from origin/)
    const json = ci.lanekeeper([...RANGE, '--format', 'json'], { env })
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'git' } })
    const sarif = ci.lanekeeper([...RANGE, '--format', 'sarif'], { env })
    expect(JSON.parse(sarif.stdout).runs[0].invocations[0].executionSuccessful).toBe(false)
  })
})

describe('formats', () => {
  it('annotates odd paths one by one, and every line is a command', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'lib/a,b:c%d\n::stop-commands::x.ts': 'a\n', 'lib/ü "q".ts': 'a\n' })
    push()
    const { status, stdout } = check(clone(), ['--format', 'github'])
    expect(status).toBe(1)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(',line=')[0])).toEqual([
      '::error file=lib/a%2Cb%3Ac%25d%0A%3A%3Astop-commands%3A%3Ax.ts',
      '::error file=lib/ü "q".ts',
      expect.stringMatching(/^::error title=task\/auth may not land::lanekeeper: landing task\/auth refused/),
    ])
  })

  it('sarif, and a form that there is not', () => {
    const { project, push, clone, check } = story()
    project.commit({ 'lib/a.ts': 'a\n' })
    push()
    const ci = clone()
    const { results, tool } = JSON.parse(check(ci, ['--format', 'sarif']).stdout).runs[0]
    expect([results[0].ruleId, tool.driver.rules[results[0].ruleIndex].id]).toEqual(['scope', 'scope'])
    expect(check(ci, ['--format', 'xml'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--format sarif'),
    })
    expect(check(ci, ['--format', 'sarif', '--json']).status).toBe(2)
    expect(JSON.parse(check(ci, ['--json']).stdout)).toEqual(JSON.parse(check(ci, ['--format', 'json']).stdout))
  })

  it('without a range they are the same for a branch of this clone', () => {
    const { project } = story()
    project.commit({ 'lib/a.ts': 'a\n' })
    const local = project.lanekeeper(['check', '--format', 'github'])
    expect([local.status, local.stdout.startsWith('::error file=lib/a.ts,line=1')]).toEqual([1, true])
    const range = project.lanekeeper(['check', 'task/auth', '--base', 'main', '--json'])
    const here = project.lanekeeper(['check', 'task/auth', '--json'])
    const { range: _, ...same } = JSON.parse(range.stdout)
    expect(same).toEqual(JSON.parse(here.stdout))
  })
})
