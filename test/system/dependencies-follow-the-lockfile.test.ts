import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canClone } from '../../scripts/system/clone-tree.ts'
import { installDependencies } from '../../scripts/system/dependencies.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { runSetupCommands } from '../../scripts/system/setup-commands.ts'
import { linkedWorktree } from '../support/provisioned.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const manifest = (more: object = {}) =>
  `${JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { dep: 'file:./dep' }, ...more }, null, 2)}\n`

/** An npm project with one dependency of its own repository, its lockfile committed; nothing comes from a registry. */
function npmProject({ scripts = {}, settings = {} }: { scripts?: object; settings?: object } = {}) {
  const project = createRepository({
    'package.json': manifest({ scripts }),
    'dep/package.json': '{"name":"dep","version":"1.0.0"}\n',
    'lanekeeper.json': JSON.stringify(settings),
    '.gitignore': 'node_modules\nran\n',
  })
  lock(project, project.root)
  project.commit({}, 'lock')
  return project
}

function lock(project: TestRepository, cwd: string): void {
  const { status, stderr } = project.run(
    'npm',
    ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd },
  )
  if (status !== 0) throw new Error(stderr)
}

function inWorktree(project: TestRepository) {
  const worktree = linkedWorktree(project)
  const log = project.path('setup.log')
  const options = (trust: boolean) => ({ trust, log, env: project.env })
  const policy = () => readPolicy(worktree.repository)
  return {
    root: worktree.path,
    log,
    install: (trust = false) => installDependencies(worktree.repository, policy(), options(trust)),
    setUp: (trust = false) => runSetupCommands(worktree.repository, policy(), options(trust)),
    has: (path: string) => existsSync(join(worktree.path, path)),
  }
}

describe('an install', () => {
  it('is npm ci, leaves the hooks alone and the worktree clean', async () => {
    const project = npmProject({ scripts: { prepare: 'node -e "fs.writeFileSync(\'ran\', process.env.HUSKY)"' } })
    const { root, install, has, log } = inWorktree(project)
    expect(await install()).toMatchObject({ state: 'done', message: expect.stringMatching(/^npm ci /) })
    expect(has('node_modules/dep/package.json')).toBe(true)
    expect(readFileSync(join(root, 'ran'), 'utf8')).toBe('0')
    expect(readFileSync(log, 'utf8')).toContain('$ npm ci')
    expect(readFileSync(log, 'utf8')).not.toContain('npm warn')
    expect(project.git(['status', '--porcelain'], { cwd: root })).toBe('')
  })

  it('is a plain one where npm ci refuses the lockfile, which stays as it is', async () => {
    const project = npmProject()
    const stale = readFileSync(join(project.root, 'package-lock.json'), 'utf8')
    project.commit({
      'package.json': manifest({ dependencies: { dep: 'file:./dep', late: 'file:./late' } }),
      'late/package.json': '{"name":"late","version":"1.0.0"}\n',
    })
    const { root, install, has } = inWorktree(project)
    expect(await install()).toMatchObject({ state: 'done', message: expect.stringMatching(/^npm install --no-save/) })
    expect(has('node_modules/late/package.json')).toBe(true)
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toBe(stale)
  })

  it('that fails without a word says so by its status alone', async () => {
    const project = npmProject({ scripts: { postinstall: 'exit 7' } })
    project.commit({ '.npmrc': 'loglevel=silent\n' })
    const { message } = await inWorktree(project).install()
    expect(message).toMatch(/ exited \d+\nThe whole output/)
  })

  it('that fails says what was said and where the rest is, and does not try a second time', async () => {
    const project = npmProject({ scripts: { postinstall: 'echo no such compiler >&2; exit 7' } })
    const { install, log } = inWorktree(project)
    const step = await install()
    expect(step).toMatchObject({ state: 'failed', message: expect.stringContaining('no such compiler') })
    expect(step.message).toContain(log)
    expect(readFileSync(log, 'utf8').match(/^\$ npm/gm)).toHaveLength(1)
  })

  it.each<[string, Record<string, string>]>([
    ['no package.json', { 'README.md': 'x' }],
    ['a package.json without dependencies', { 'package.json': '{"name":"a"}' }],
    ['"dependencies": "none"', { 'package.json': manifest(), 'lanekeeper.json': '{"dependencies":"none"}' }],
  ])('has nothing to do with %s', async (_, files) => {
    const { install, has, log } = inWorktree(createRepository(files))
    expect(await install()).toEqual({ state: 'skipped' })
    expect(has('node_modules') || existsSync(log)).toBe(false)
  })
})

describe('a copy-on-write clone of the main worktree’s node_modules', () => {
  const prepared = () => {
    const project = npmProject({ scripts: { postinstall: 'echo x > ran' } })
    project.run('npm', ['ci', '--ignore-scripts'], { cwd: project.root })
    project.write(`${project.root}/node_modules/.cache/tool`, 'stale')
    project.write(`${project.root}/node_modules/native/build.node`, 'compiled')
    return project
  }

  it('is taken where the file system can, and shares no later change', async ({ skip }) => {
    const project = prepared()
    if (!(await canClone(join(project.root, 'package.json'), project.dir)))
      skip(`${project.dir} is on a file system without copy-on-write clones`)
    const { root, install, has } = inWorktree(project)
    expect(await install()).toMatchObject({ state: 'done', message: expect.stringContaining('cloned') })
    expect(has('node_modules/native/build.node')).toBe(true)
    expect(has('node_modules/.cache') || has('ran')).toBe(false)
    expect(lstatSync(join(root, 'node_modules/dep')).isSymbolicLink()).toBe(true)
    writeFileSync(join(root, 'node_modules/native/build.node'), 'changed')
    expect(project.read(`${project.root}/node_modules/native/build.node`)).toBe('compiled')
  })

  it('is not taken with another lockfile', async () => {
    const project = prepared()
    const { root, install, has } = inWorktree(project)
    writeFileSync(join(root, 'package-lock.json'), `${readFileSync(join(root, 'package-lock.json'), 'utf8')}\n`)
    expect(await install(true)).toMatchObject({ state: 'done', message: expect.stringMatching(/^npm ci/) })
    expect(has('node_modules/native')).toBe(false)
  })
})

describe('set-up commands', () => {
  it('run one after the other in the worktree, and the first failure ends them', async () => {
    const setup = ['echo one >> ran', 'echo "two $PWD"; echo told >&2; exit 3', 'echo three >> ran']
    const { root, setUp, log } = inWorktree(createRepository({ 'lanekeeper.json': JSON.stringify({ setup }) }))
    const step = await setUp()
    expect(step).toMatchObject({ state: 'failed', message: expect.stringContaining('exited 3:') })
    expect(step.message).toContain(`two ${root}\ntold`)
    expect(step.message).toContain(log)
    expect(readFileSync(join(root, 'ran'), 'utf8')).toBe('one\n')
  })

  it('are none without any', async () => {
    expect(await inWorktree(createRepository()).setUp()).toEqual({ state: 'skipped' })
  })
})

describe('a branch runs code only if its manifests are the base’s, or a person approved just this content', () => {
  const guarded = () => {
    const project = npmProject({ settings: { setup: ['echo set-up >> ran'] } })
    return { project, ...inWorktree(project) }
  }

  it('runs where only other files differ', async () => {
    const { project, root, setUp } = guarded()
    project.commit({ 'src/index.js': '1' }, 'work', { cwd: root })
    expect(await setUp()).toEqual({ state: 'done' })
  })

  it('runs where the base moved on and the branch did not touch them', async () => {
    const { project, setUp } = guarded()
    project.commit({ 'package.json': manifest({ version: '1.1.0' }) }, 'release')
    expect(await setUp()).toEqual({ state: 'done' })
  })

  it.each<[string, (project: TestRepository, root: string) => void]>([
    [
      'a committed package.json',
      (project, root) => project.commit({ 'package.json': manifest({ private: true }) }, 'x', { cwd: root }),
    ],
    ['an edited lockfile', (project, root) => project.write(`${root}/package-lock.json`, '{}')],
    ['a new .npmrc', (project, root) => project.write(`${root}/.npmrc`, 'ignore-scripts=false')],
    ['a workspace’s package.json', (project, root) => project.write(`${root}/packages/a/package.json`, '{}')],
    ['its own lanekeeper.json', (project, root) => project.write(`${root}/lanekeeper.json`, '{"setup":["rm -rf ."]}')],
  ])('asks about %s', async (_, change) => {
    const { project, root, install, setUp, has } = guarded()
    change(project, root)
    for (const step of [await install(), await setUp()])
      expect(step).toMatchObject({ state: 'failed', message: expect.stringContaining('npx lanekeeper setup --trust') })
    expect(has('node_modules') || has('ran')).toBe(false)
  })

  it('an approval holds for that content and no other', async () => {
    const { project, root, setUp } = guarded()
    project.write(`${root}/package.json`, manifest({ version: '2.0.0' }))
    expect((await setUp()).state).toBe('failed')
    expect((await setUp(true)).state).toBe('done')
    expect((await setUp()).state).toBe('done')
    project.write(`${root}/package.json`, manifest({ version: '3.0.0' }))
    expect((await setUp()).state).toBe('failed')
  })
})
