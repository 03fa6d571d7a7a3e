/** git-hooks.md section 4: what git executes is a trusted copy, pinned so that no npm install and no branch can take it away. */
import { cpSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRepository, PROJECT_ROOT, type TestRepository } from '../support/repository.ts'
import { BRANCH, expectRefused, preparedStrayingTask, taskWithWork } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

/** The real husky, as a project's `prepare` runs it. */
function husky(repository: TestRepository, cwd: string): void {
  const ran = repository.run(process.execPath, [join(PROJECT_ROOT, 'node_modules/husky/bin.js')], { cwd })
  expect(ran).toMatchObject({ status: 0 })
}

function hooksPath(repository: TestRepository, cwd = repository.root): string {
  return repository.git(['config', 'core.hooksPath'], { cwd })
}

describe('core.hooksPath', () => {
  it('stays ours after husky ran in the main worktree and in a linked one', () => {
    const repository = baseAndStrayingTask()
    const before = hooksPath(repository)
    husky(repository, repository.root)
    husky(repository, repository.worktree)
    expect(repository.git(['config', '--file', '.git/config', 'core.hooksPath'])).toBe('.husky/_')
    expect(hooksPath(repository)).toBe(before)
    expect(hooksPath(repository, repository.worktree)).toContain('lanekeeper/husky/_')
    expectRefused(repository, repository.tryGit(['merge', BRANCH]))
  })

  it('holds where husky was there first', () => {
    const repository = createRepository({ '.husky/pre-commit': 'echo project-hook >> "$HOME/ran"\n' })
    husky(repository, repository.root)
    expect(repository.lanekeeper(['install']).status).toBe(0)
    husky(repository, repository.root)
    expect(hooksPath(repository)).toContain('lanekeeper/husky/base')
    expect(repository.lanekeeper(['install']).status).toBe(0)
    expect(repository.git(['config', '--get-all', 'include.path'])).toBe('lanekeeper/hooks.config')
  })

  it('is refused where somebody else is in charge, and nothing is written', () => {
    const repository = createRepository()
    repository.git(['config', 'core.hooksPath', '/somewhere/else'])
    const ran = repository.lanekeeper(['install'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('another hooks manager')
    expect(repository.exists('project/.git/lanekeeper')).toBe(false)
  })

  it('names reference-transaction only where the base can be moved by accident', () => {
    const repository = baseAndStrayingTask()
    expect(repository.exists(`${hooksPath(repository)}/reference-transaction`)).toBe(true)
    expect(repository.exists(`${hooksPath(repository, repository.worktree)}/reference-transaction`)).toBe(false)
  })

  it('names it everywhere when the settings say so', () => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'lanekeeper.json': '{ "gate": "everywhere" }\n' })
    repository.lanekeeper(['install'])
    const ran = repository.tryGit(['update-ref', 'refs/heads/main', BRANCH], { cwd: repository.worktree })
    expect(ran.status).toBe(128)
    expect(ran.stderr).toContain('lib/pool.ts')
  })
})

it('a branch that rewrites every hook, the settings and the policy is judged by the base’s', () => {
  const repository = baseAndStrayingTask()
  const gutted = 'exit 0\n'
  const hooks = [
    'pre-commit',
    'pre-merge-commit',
    'reference-transaction',
    'post-checkout',
    '_/pre-merge-commit',
    '_/h',
  ]
  repository.commit(
    {
      ...Object.fromEntries(hooks.map((name) => [`.husky/${name}`, gutted])),
      'lanekeeper.json': '{ "protected": [], "taskBranches": [] }\n',
    },
    'gut the gate',
    { cwd: repository.worktree, env: { LANEKEEPER: '0' } },
  )
  for (const args of [
    ['merge', BRANCH],
    ['merge', '--no-ff', '--no-edit', BRANCH],
    ['merge', '--squash', BRANCH],
    ['reset', '-q', '--hard', BRANCH],
  ]) {
    const ran = repository.tryGit(args)
    expect(ran.stderr).toContain('.husky/pre-merge-commit')
    expect(ran.stderr).toContain('lanekeeper.json')
    expectRefused(repository, ran)
  }
})

it('the main worktree switched to a task’s branch still runs the trusted post-checkout', () => {
  const repository = baseAndStrayingTask()
  repository.git(['worktree', 'remove', '--force', repository.worktree])
  repository.git(['switch', '-q', BRANCH])
  expect(hooksPath(repository)).toContain('lanekeeper/husky/_')
  repository.git(['worktree', 'add', '-q', repository.path('other'), '-b', 'side', 'main'])
  expect(repository.exists('project/.git/worktrees/other/lanekeeper')).toBe(true)
})

it('a deleted copy is put back at the next entrance, aloud', () => {
  const repository = baseAndStrayingTask()
  repository.run('rm', ['-rf', join(repository.root, '.git/lanekeeper')])
  expect(repository.lanekeeper(['status']).stderr).toContain('installed anew')
  expect(repository.lanekeeper(['status']).stderr).not.toContain('installed anew')
  expectRefused(repository, repository.tryGit(['merge', BRANCH]))
})

describe('a configuration that was written anew', () => {
  /** An installation replaces this file, whatever it holds. */
  const installation = (repository: TestRepository) =>
    statSync(join(repository.root, '.git/lanekeeper/runtime.json')).ino

  it('with both pins in it is taken note of, and nothing is installed', () => {
    const repository = baseAndStrayingTask()
    repository.lanekeeper(['status'])
    const before = [installation(repository), repository.read('project/.git/lanekeeper/installed.json')]
    repository.git(['branch', 'short-lived'])
    repository.git(['branch', '-D', 'short-lived'])
    expect(repository.lanekeeper(['status'])).toMatchObject({ status: 0, stderr: '' })
    expect(installation(repository)).toBe(before[0])
    expect(repository.read('project/.git/lanekeeper/installed.json')).not.toBe(before[1])
  })

  it.each([
    ['husky reset the key', ['git', 'config', 'core.hooksPath', '.husky/_']],
    ['the key was taken out', ['git', 'config', '--unset', 'core.hooksPath']],
    ['the include was taken out', ['git', 'config', '--unset', 'include.path']],
    [
      'the key stands after the include too',
      ['sh', '-c', 'printf "[core]\\n\\thooksPath = .husky/_\\n" >> .git/config'],
    ],
    ['the included file was emptied', ['sh', '-c', ': > .git/lanekeeper/hooks.config; git config x.y z']],
  ])('is pinned again where %s', (_, words) => {
    const repository = baseAndStrayingTask()
    const wanted = hooksPath(repository)
    const [program = '', ...rest] = words
    expect(repository.run(program, rest, { cwd: repository.root }).status).toBe(0)
    expect(repository.lanekeeper(['status']).status).toBe(0)
    expect(repository.git(['config', '--file', '.git/config', 'core.hooksPath'])).toContain('.git/lanekeeper/husky/_')
    expect(hooksPath(repository)).toBe(wanted)
    expectRefused(repository, repository.tryGit(['merge', BRANCH]))
  })
})

describe('a build that lies in a task’s worktree', () => {
  /** As an agent may leave it: the package in its node_modules, with a line of its own. */
  function withOwnBuild() {
    const repository = baseAndStrayingTask()
    const own = join(repository.worktree, 'node_modules/lanekeeper/dist')
    cpSync(join(PROJECT_ROOT, 'dist'), own, { recursive: true })
    writeFileSync(join(own, 'build-id'), 'aaaaaaaaaaaa\n')
    const run = (...words: string[]) =>
      repository.run(process.execPath, [join(own, 'cli.cjs'), ...words], { cwd: repository.worktree })
    const installed = () => JSON.parse(repository.read('project/.git/lanekeeper/installed.json')).code
    return { repository, run, installed }
  }

  it('never becomes what guards the base', () => {
    const { repository, run, installed } = withOwnBuild()
    const code = installed()
    expect(run('status').status).toBe(0)
    expect(run('doctor', '--fix').stdout).toContain('its own branch’s')
    expect(run('install').status).toBe(0)
    expect(installed()).toBe(code)
    expect(code).not.toBe('aaaaaaaaaaaa')
    expect(repository.exists('project/.git/lanekeeper/code-aaaaaaaaaaaa')).toBe(false)
  })

  it('puts nothing in the place of a copy that was deleted, and says what does', () => {
    const { repository, run } = withOwnBuild()
    rmSync(join(repository.root, '.git/lanekeeper'), { recursive: true })
    expect(run('status').stderr).toContain(`In the main worktree (${repository.root}): npx lanekeeper install`)
    expect(repository.exists('project/.git/lanekeeper/installed.json')).toBe(false)
    expect(repository.lanekeeper(['status']).stderr).toContain('installed anew')
  })

  it('that was edited is not copied by doctor --fix either', () => {
    const { repository, run, installed } = withOwnBuild()
    const own = join(repository.worktree, 'node_modules/lanekeeper/dist')
    cpSync(join(PROJECT_ROOT, 'dist/build-id'), join(own, 'build-id'))
    writeFileSync(join(own, 'hook-gates.cjs'), 'gutted\n')
    const ran = run('doctor', '--fix')
    expect([ran.status, ran.stdout]).toEqual([1, expect.stringContaining('differ: hook-gates.cjs')])
    expect(ran.stdout).toContain(`cd ${repository.root} && npx lanekeeper doctor --fix`)
    expect(repository.read(`project/.git/lanekeeper/code-${installed()}/hook-gates.cjs`)).not.toContain('gutted')
  })

  it('of the same version may refresh what the base changed', () => {
    const { repository, run } = withOwnBuild()
    cpSync(join(PROJECT_ROOT, 'dist/build-id'), join(repository.worktree, 'node_modules/lanekeeper/dist/build-id'))
    repository.commit({ '.husky/commit-msg': 'exit 0\n' }, 'a hook of the base')
    expect(run('status').status).toBe(0)
    expect(repository.exists('project/.git/lanekeeper/husky/_/commit-msg')).toBe(true)
  })
})

it('a clone of an adopted project says that its hooks are not installed', () => {
  const repository = createRepository({ 'package.json': '{"name":"p"}\n' })
  expect(repository.lanekeeper(['init', '--yes']).status).toBe(0)
  repository.git(['add', '-A'])
  repository.git(['commit', '-q', '-m', 'adopt'])
  expect(repository.lanekeeper(['status']).stderr).not.toContain('not installed')
  repository.git(['clone', '-q', '.', repository.path('clone')])
  const clone = { cwd: repository.path('clone') }
  expect(repository.lanekeeper(['status'], clone).stderr).toContain('npx lanekeeper install')
  expect(repository.lanekeeper(['install'], clone).status).toBe(0)
  expect(repository.lanekeeper(['status'], clone).stderr).not.toContain('not installed')
})

describe('the base’s own hooks', () => {
  const files = {
    '.husky/pre-commit': 'echo "pre-commit in $PWD" >> "$HOME/ran"\n[ "$LANEKEEPER_ACTIVE" ] || exit 9 # lanekeeper\n',
    '.husky/commit-msg': 'echo "commit-msg $(cat "$1")" >> "$HOME/ran"\n',
    '.husky/post-checkout': 'echo "post-checkout $3" >> "$HOME/ran"\n',
  }

  it('run in every worktree, a branch’s own version never', () => {
    const repository = createRepository(files)
    repository.lanekeeper(['install'])
    const { path } = taskWithWork(repository, { id: 'auth' }, {})
    repository.commit({ '.husky/commit-msg': 'exit 1\n' }, 'rewrites a hook', { cwd: path, env: { LANEKEEPER: '0' } })
    repository.run('rm', ['-f', repository.path('home/ran')])
    repository.commit({ 'src/auth/a.ts': 'a\n' }, 'by the task', { cwd: path })
    repository.commit({ 'README.md': 'b\n' }, 'by a person')
    const ran = repository.read('home/ran').trim().split('\n')
    expect(ran).toEqual([
      `pre-commit in ${path}`,
      'commit-msg by the task',
      `pre-commit in ${repository.root}`,
      'commit-msg by a person',
    ])
  })

  it('that change on the base are taken over at the next entrance', () => {
    const repository = createRepository(files)
    repository.lanekeeper(['install'])
    repository.commit({ '.husky/commit-msg': 'echo changed >> "$HOME/ran"\n' })
    repository.lanekeeper(['status'])
    repository.git(['commit', '-q', '--allow-empty', '-m', 'next'])
    expect(repository.read('home/ran')).toContain('changed')
  })

  it('still refuse a commit when they fail, and HUSKY=0 silences only them', () => {
    const repository = createRepository({ '.husky/pre-commit': 'exit 1\n' })
    repository.lanekeeper(['install'])
    expect(repository.tryGit(['commit', '-q', '--allow-empty', '-m', 'x']).status).toBe(1)
    expect(repository.tryGit(['commit', '-q', '--allow-empty', '-m', 'x'], { env: { HUSKY: '0' } }).status).toBe(0)
  })
})

it('the gate runs without node on PATH, with a space in the path, and with NODE_OPTIONS that would break it', () => {
  const repository = baseAndStrayingTask()
  const gitOnly = repository.git(['--exec-path'])
  expectRefused(repository, repository.tryGit(['merge', BRANCH], { env: { PATH: `${gitOnly}:/usr/bin:/bin` } }))
  expectRefused(repository, repository.tryGit(['merge', BRANCH], { env: { NODE_OPTIONS: '--require /nowhere.js' } }))

  const spaced = createRepository({ 'lib/pool.ts': 'x\n' })
  spaced.run('mv', [spaced.root, spaced.path("it's a project")])
  const cwd = spaced.path("it's a project")
  expect(spaced.lanekeeper(['install'], { cwd }).status).toBe(0)
  spaced.git(['commit', '-q', '--allow-empty', '-m', 'works'], { cwd })
})

it('what our line in .husky calls judges too, where husky alone is installed', () => {
  const repository = baseAndStrayingTask()
  const hook = (name: string, args: string[] = [], input = '') =>
    repository.lanekeeper(['hook', name, ...args], { input, cwd: repository.worktree })
  repository.write(join(repository.worktree, 'lib/pool.ts'), 'again\n')
  repository.git(['add', '-A'], { cwd: repository.worktree })
  expect(hook('pre-commit')).toMatchObject({ status: 1 })
  const lines = `${repository.before} ${repository.tip} refs/heads/main\n`
  expect(hook('reference-transaction', ['prepared'], lines)).toMatchObject({ status: 1 })
  expect(hook('reference-transaction', ['committed'], lines)).toMatchObject({ status: 0 })
  expect(
    hook('pre-push', ['origin', 'url'], `x ${repository.tip} refs/heads/main ${repository.before}\n`),
  ).toMatchObject({ status: 1 })
  expect(repository.lanekeeper(['hook', 'nonsense'])).toMatchObject({ status: 2 })
})

it('a detached set-up of an older copy does not put its own hooks back over newer ones', () => {
  const repository = baseAndStrayingTask()
  const state = repository.path('project/.git/lanekeeper')
  const installed = repository.read(join(state, 'installed.json'))
  repository.run('cp', ['-r', join(state, `code-${JSON.parse(installed).code}`), join(state, 'code-older')])
  repository.write(join(state, 'code-older', 'build-id'), 'older\n')
  const ran = repository.run(process.execPath, [join(state, 'code-older', 'cli.cjs'), 'status'], {
    cwd: repository.root,
  })
  expect(ran).toMatchObject({ status: 0 })
  expect(repository.read(join(state, 'installed.json'))).toBe(installed)
})
