import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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

const tip = (project: TestRepository, ref = 'main') => project.git(['rev-parse', ref])
const refusals = (answer: { refused: { task: string; code: string }[] }) =>
  answer.refused.map(({ task, code }) => [task, code])

/** Nothing of a landing is left but the base, and what the tasks still need. */
function expectNoLanding(project: TestRepository): void {
  expect(worktreesOf(project).filter((path) => path.includes('landing-'))).toEqual([])
  expect(
    existsSync(join(project.dir, 'project.worktrees')) ? project.run('ls', ['project.worktrees']).stdout : '',
  ).toBe('')
  expect(ledgerOf(project)).toEqual([])
  expect(project.git(['status', '--porcelain'])).toBe('')
}

describe('land', () => {
  it('brings a task to the base by a merge commit that names it, and takes its worktree away', () => {
    const project = createRepository(settings())
    const path = workedTask(project, 'a')
    const before = tip(project)
    const work = tip(project, 'task/a')
    const { status, answer } = land(project, 'a')
    expect({ status, ok: answer.ok, refused: answer.refused }).toEqual({ status: 0, ok: true, refused: [] })
    expect(answer.landed).toEqual([{ task: 'a', branch: 'task/a', commit: tip(project), tested: null, kept: null }])
    expect(project.git(['log', '-1', '--format=%P', 'main'])).toBe(`${before} ${work}`)
    expect(project.git(['log', '-1', '--format=%s', 'main'])).toBe('Land a: Do a')
    expect(project.git(['log', '-1', '--format=%(trailers:key=Lanekeeper-Task,valueonly)', 'main']).trim()).toBe('a')
    expect(project.read(join(project.root, 'src/a/work.txt'))).toBe('a\n')
    expect(taskOf(project, 'a')?.state).toBe('landed')
    expect(branchesOf(project)).toEqual(['main'])
    expect(existsSync(path)).toBe(false)
    expectNoLanding(project)
  })

  it('keeps worktree and branch with --keep, and stays in a worktree it was started from', () => {
    const project = createRepository(settings())
    const kept = workedTask(project, 'a')
    const stoodIn = workedTask(project, 'b')
    expect(land(project, 'a', '--keep').answer.landed[0].kept).toEqual({ path: kept, why: '--keep' })
    const inside = project.lanekeeper(['land', 'b'], { cwd: stoodIn })
    expect(inside.status).toBe(0)
    expect(inside.stderr).toContain('b has landed; its worktree stays')
    expect(inside.stderr).toContain('you stand in it')
    expect(worktreesOf(project)).toEqual([project.root, kept, stoodIn])
    expect(taskOf(project, 'b')?.state).toBe('landed')
  })

  it('refuses what is out of scope, with the files, and leaves the base alone', () => {
    const project = createRepository(settings())
    const path = workedTask(project, 'a')
    project.commit({ 'src/b/theirs.txt': 'x' }, 'wander', { cwd: path })
    const before = tip(project)
    const { status, answer } = land(project, 'a')
    expect({ status, ok: answer.ok, landed: answer.landed }).toEqual({ status: 1, ok: false, landed: [] })
    expect(answer.refused).toMatchObject([
      { task: 'a', code: 'refused', violations: [{ rule: 'scope', path: 'src/b/theirs.txt' }] },
    ])
    expect(tip(project)).toBe(before)
    expectNoLanding(project)
  })

  it('lets a person land what is out of scope, with the files in the audit trail', () => {
    const project = createRepository(settings())
    expect(project.lanekeeper(['install']).status).toBe(0)
    const path = workedTask(project, 'a')
    project.commit({ 'src/b/theirs.txt': 'x' }, 'wander', { cwd: path, env: { LANEKEEPER: '0' } })
    expect(project.lanekeeper(['land', 'a']).stderr).toContain(
      'npx lanekeeper land a --allow src/b/theirs.txt --reason',
    )
    const passed = project.lanekeeper(['land', 'a'], { env: { LANEKEEPER: '0' } })
    expect(passed.status).toBe(0)
    expect(passed.stderr).toContain('out of its lane (src/b/theirs.txt)')
    expect(project.git(['log', '-1', '--format=%B', 'refs/lanekeeper/tasks'])).toContain('src/b/theirs.txt')
  })

  it('refuses uncommitted work, a task without commits, a rebase in progress, and a task that landed', () => {
    const project = createRepository(settings())
    const path = workedTask(project, 'a')
    project.write(join(path, 'src/a/more.txt'), 'x')
    const dirty = land(project, 'a')
    expect(refusals(dirty.answer)).toEqual([['a', 'unsafe']])
    expect(dirty.answer.refused[0].hint).toContain(`git -C ${path} add -A && git -C ${path} commit`)

    startTask(project, 'b')
    expect(land(project, 'b').answer.refused[0].message).toContain('nothing to land')

    const rebased = workedTask(project, 'c')
    project.tryGit(['-c', 'sequence.editor=sed -i 1ibreak', 'rebase', '-i', 'main'], { cwd: rebased })
    expect(land(project, 'c').answer.refused[0].message).toContain('is being rebased')

    workedTask(project, 'd')
    expect(land(project, 'd').status).toBe(0)
    const again = land(project, 'd')
    expect(again.answer.error.message).toContain('landed already')
    expect(land(project, 'nobody').answer.error.code).toBe('no-such-task')
  })

  it('refuses a conflict with commands that cure it', () => {
    const project = createRepository({ ...settings(), 'src/a/x.txt': 'start\n' })
    const path = startTask(project, 'a')
    project.commit({ 'src/a/x.txt': 'task\n' }, 'task', { cwd: path })
    project.commit({ 'src/a/x.txt': 'base\n' }, 'base')
    const before = tip(project)
    const { answer } = land(project, 'a')
    expect(refusals(answer)).toEqual([['a', 'conflict']])
    expect(answer.refused[0].message).toContain('src/a/x.txt')
    expect(tip(project)).toBe(before)
    expectNoLanding(project)

    const [merge, solve, commit, again] = answer.refused[0].hint.split('\n')
    expect(solve).toContain('solve the conflicts')
    expect(project.run('sh', ['-c', merge]).status).toBe(1)
    project.write(join(path, 'src/a/x.txt'), 'both\n')
    expect(project.run('sh', ['-c', commit]).status).toBe(0)
    expect(again).toBe('npx lanekeeper land a')
    expect(land(project, 'a').status).toBe(0)
    expect(project.read(join(project.root, 'src/a/x.txt'))).toBe('both\n')
  })

  it('makes a conflicting lockfile anew from the merged manifest', () => {
    const manifest = (sections: object) => `${JSON.stringify({ name: 'p', version: '1.0.0', ...sections }, null, 2)}\n`
    const library = (name: string) => ({ [`libs/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }) })
    const padding = { description: 'x', keywords: [], license: 'MIT', private: true }
    const project = createRepository({
      ...settings(),
      '.gitignore': 'node_modules\n',
      'package.json': manifest({ dependencies: {}, ...padding, devDependencies: {} }),
      ...library('one'),
      ...library('two'),
    })
    const relock = (cwd: string) =>
      project.run('npm', ['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund'], { cwd })
    relock(project.root)
    project.commit({}, 'lock')
    const path = startTask(project, 'a', { shared: ['package.json', 'package-lock.json'] })
    project.write(
      join(path, 'package.json'),
      manifest({ dependencies: { one: 'file:libs/one' }, ...padding, devDependencies: {} }),
    )
    relock(path)
    project.commit({}, 'one', { cwd: path })
    project.write(
      join(project.root, 'package.json'),
      manifest({ dependencies: {}, ...padding, devDependencies: { two: 'file:libs/two' } }),
    )
    relock(project.root)
    project.commit({}, 'two')
    expect(project.tryGit(['merge-tree', '--write-tree', 'main', 'task/a']).stdout).toContain(
      'CONFLICT (content): Merge conflict in package-lock.json',
    )

    const { status, answer } = land(project, 'a')
    expect({ status, refused: answer.refused }).toEqual({ status: 0, refused: [] })
    const { dependencies, devDependencies } = JSON.parse(project.read(join(project.root, 'package-lock.json')))
      .packages['']
    expect([dependencies, devDependencies]).toEqual([{ one: 'file:libs/one' }, { two: 'file:libs/two' }])
    expect(project.git(['log', '-1', '--format=%B', 'main'])).toBe('Land a: Do a\n\nLanekeeper-Task: a\n')
  })

  it('names the way on when a lockfile conflicts that cannot be made anew', () => {
    const project = createRepository({ ...settings(), 'yarn.lock': 'start\n' })
    const path = startTask(project, 'a', { shared: ['yarn.lock'] })
    project.commit({ 'yarn.lock': 'task\n' }, 'task', { cwd: path })
    project.commit({ 'yarn.lock': 'base\n' }, 'base')
    const { hint } = land(project, 'a').answer.refused[0]
    expect(hint).toContain(`git -C ${path} checkout --theirs -- yarn.lock`)
    expect(hint).toContain('package manager')
  })

  it('lands --all in order: the migration owner, then what others need, then by age; and passes by what has no work', () => {
    const project = createRepository(settings())
    workedTask(project, 'young-needs-old', { dependsOn: ['old'] })
    workedTask(project, 'old')
    workedTask(project, 'owner', { migrations: 'dev' })
    startTask(project, 'empty')
    const { status, answer } = land(project, '--all')
    expect(status).toBe(0)
    expect(answer.landed.map(({ task }: { task: string }) => task)).toEqual(['owner', 'old', 'young-needs-old'])
    expect(project.git(['log', '--merges', '--first-parent', '--reverse', '--format=%s', 'main']).split('\n')).toEqual([
      'Land owner: Do owner',
      'Land old: Do old',
      'Land young-needs-old: Do young-needs-old',
    ])
    expect(taskOf(project, 'empty')?.state).toBe('open')
    expectNoLanding(project)
  })

  it('stops at the first that cannot land, and keeps what landed before it', () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    const wanderer = workedTask(project, 'b')
    project.commit({ 'elsewhere.txt': 'x' }, 'wander', { cwd: wanderer })
    workedTask(project, 'c')
    const { status, answer } = land(project, '--all')
    expect(status).toBe(1)
    expect(answer.landed.map(({ task }: { task: string }) => task)).toEqual(['a'])
    expect(refusals(answer)).toEqual([['b', 'refused']])
    expect(tip(project)).toBe(answer.landed[0].commit)
    expect(taskOf(project, 'c')?.state).toBe('open')
  })

  it('refuses a task whose dependency has not landed and was not named', () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    workedTask(project, 'b', { dependsOn: ['a'] })
    const { answer } = land(project, 'b')
    expect(answer.landed).toEqual([])
    expect(answer.refused[0]).toMatchObject({ task: 'b', code: 'refused', hint: expect.stringContaining('land a b') })
    expect(land(project, 'b', 'a').answer.landed.map(({ task }: { task: string }) => task)).toEqual(['a', 'b'])
  })

  it('names a cycle', () => {
    const project = createRepository(settings())
    workedTask(project, 'a', { dependsOn: ['b'] })
    workedTask(project, 'b', { dependsOn: ['a'] })
    expect(land(project, '--all').answer.error.message).toContain('a → b → a')
  })

  it('shows order, verdicts and conflicts to come in a dry run, and moves nothing', () => {
    const project = createRepository({ ...settings(), 'src/shared.txt': 'start\n' })
    const allow = ['src']
    const first = startTask(project, 'a', { allow })
    project.commit({ 'src/shared.txt': 'a\n' }, 'a', { cwd: first })
    const second = startTask(project, 'b', { allow })
    project.commit({ 'src/shared.txt': 'b\n' }, 'b', { cwd: second })
    const third = workedTask(project, 'c')
    project.commit({ 'elsewhere.txt': 'x' }, 'wander', { cwd: third })
    const refs = () => project.git(['for-each-ref', 'refs/heads', 'refs/lanekeeper/tasks'])
    const before = refs()
    const { status, answer } = land(project, '--all', '--dry-run')
    expect(status).toBe(1)
    // each on top of those before it
    const { order } = answer
    expect(
      order.map((one: { task: string; verdict: string; conflicts: string[] }) => [
        one.task,
        one.verdict,
        one.conflicts,
      ]),
    ).toEqual([
      ['a', 'pass', []],
      ['b', 'pass', ['src/shared.txt']],
      ['c', 'refuse', []],
    ])
    expect(refusals(answer)).toEqual([
      ['b', 'conflict'],
      ['c', 'refused'],
    ])
    expect(refs()).toBe(before)
    expect(worktreesOf(project)).toHaveLength(4)
    expect(project.lanekeeper(['land', '--all', '-n']).stdout).toContain('1. a (task/a): would land')
  })

  it.each([
    ['changed', (project: TestRepository) => project.write(join(project.root, 'src/a/x.txt'), 'mine\n')],
    ['new', (project: TestRepository) => project.write(join(project.root, 'src/a/new.txt'), 'mine\n')],
  ])('refuses to run over a %s file in the worktree of the base', (_, spoil) => {
    const project = createRepository({ ...settings(), 'src/a/x.txt': 'start\n', 'other.txt': 'start\n' })
    const path = startTask(project, 'a')
    project.commit({ 'src/a/x.txt': 'task\n', 'src/a/new.txt': 'task\n' }, 'task', { cwd: path })
    spoil(project)
    project.write(join(project.root, 'other.txt'), 'unrelated\n')
    const before = [tip(project), project.git(['status', '--porcelain'])]
    const { answer } = land(project, 'a')
    expect(refusals(answer)).toEqual([['a', 'unsafe']])
    expect(answer.refused[0].hint).toContain('stash push --include-untracked')
    expect([tip(project), project.git(['status', '--porcelain'])]).toEqual(before)
  })

  it('leaves unrelated changes in the worktree of the base as they are', () => {
    const project = createRepository({ ...settings(), 'other.txt': 'start\n' })
    workedTask(project, 'a')
    project.write(join(project.root, 'other.txt'), 'unrelated\n')
    expect(land(project, 'a').status).toBe(0)
    expect(project.git(['status', '--porcelain'])).toBe(' M other.txt')
  })

  it('does not write over an ignored file that the task brings', () => {
    const project = createRepository({ ...settings(), '.gitignore': 'src/a/local.txt\n' })
    const path = startTask(project, 'a')
    project.write(join(path, 'src/a/local.txt'), 'task\n')
    project.git(['add', '-f', 'src/a/local.txt'], { cwd: path })
    project.git(['commit', '-q', '-m', 'force'], { cwd: path })
    project.write(join(project.root, 'src/a/local.txt'), 'mine\n')
    const before = tip(project)
    expect(refusals(land(project, 'a').answer)).toEqual([['a', 'unsafe']])
    expect(tip(project)).toBe(before)
    expect(project.read(join(project.root, 'src/a/local.txt'))).toBe('mine\n')
  })

  it('refuses while a merge is unfinished in the worktree of the base', () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    project.git(['branch', 'side'])
    project.commit({ 'x.txt': '1' })
    project.git(['switch', '-q', 'side'])
    project.commit({ 'y.txt': '1' })
    project.git(['switch', '-q', 'main'])
    project.git(['merge', '-q', '--no-commit', '--no-ff', 'side'])
    expect(land(project, 'a').answer.refused[0].message).toContain('MERGE_HEAD')
  })

  it('moves a base that is checked out nowhere', () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    project.git(['switch', '-q', '-c', 'elsewhere'])
    const { status, answer } = land(project, 'a')
    expect(status).toBe(0)
    expect(tip(project)).toBe(answer.landed[0].commit)
    expect(project.git(['status', '--porcelain', '--branch'])).toBe('## elsewhere')
  })

  it("lands on a task's own base", () => {
    const project = createRepository(settings())
    project.git(['branch', 'release'])
    workedTask(project, 'a', { base: 'release' })
    const before = tip(project)
    const { answer } = land(project, 'a')
    expect(tip(project, 'release')).toBe(answer.landed[0].commit)
    expect(tip(project)).toBe(before)
  })

  it('passes the gate that is installed, and raises no alarm after', () => {
    const project = createRepository(settings())
    expect(project.lanekeeper(['install']).status).toBe(0)
    workedTask(project, 'a')
    expect(land(project, 'a')).toMatchObject({ status: 0 })
    project.git(['switch', '-q', '-c', 'elsewhere'])
    workedTask(project, 'b')
    // no hook sees the base move here, and the branch stays to be found on it
    expect(land(project, 'b', '--keep')).toMatchObject({ status: 0 })
    const { answer } = land(project, '--all')
    expect(answer).toEqual({ ok: true, landed: [], refused: [] })
  })

  it('needs tasks or --all, not both', () => {
    const project = createRepository(settings())
    expect(project.lanekeeper(['land']).status).toBe(2)
    expect(project.lanekeeper(['land', 'a', '--all']).status).toBe(2)
    expect(project.lanekeeper(['land', '--all']).stdout).toBe('Nothing to land.\n')
  })

  it('lets two landings at once have one after the other', async () => {
    const project = createRepository(settings())
    workedTask(project, 'a')
    workedTask(project, 'b')
    const runs = await Promise.all(
      ['a', 'b'].map((id) => project.start(process.execPath, [CLI, 'land', id], { cwd: project.root })),
    )
    expect(runs.map(({ status }) => status)).toEqual([0, 0])
    expect(project.git(['rev-list', '--count', '--merges', 'main'])).toBe('2')
    expectNoLanding(project)
  })
})
