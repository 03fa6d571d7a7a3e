import { chmodSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const TASKS = 'refs/lanekeeper/tasks'

function tasksOf(project: TestRepository): string[] {
  return project.tryGit(['ls-tree', '--name-only', TASKS]).stdout.split('\n').filter(Boolean)
}

it('makes task, branch and worktree, provisioned and briefed, and says where to go', () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{"paths": ["migrations"]}]}' })
  const words = ['--title', 'Add login', '--allow', 'src/auth', '--allow', 'test/auth', '--deny', 'src/auth/old']
  const more = ['--shared', 'package.json', '--step', 'Write it', '--step', 'Test it', '--context', 'Users want in.']
  const made = project.lanekeeper(['new-task', ...words, ...more, '--migrations', 'dev', '--agent', 'claude'])
  expect(made).toMatchObject({ status: 0 })
  const path = project.path('project.worktrees/add-login')
  for (const text of ['task/add-login', path, 'localhost:', 'cd ../project.worktrees/add-login', 'launch add-login'])
    expect(made.stdout).toContain(text)

  const file = project.git(['show', `${TASKS}:add-login.md`])
  for (const text of [
    'title: Add login',
    '- test/auth',
    '- src/auth/old',
    'migrations: dev',
    '1. Write it\n2. Test it',
    'Users want in.',
  ])
    expect(file).toContain(text)
  expect(project.git(['symbolic-ref', '--short', 'HEAD'], { cwd: path })).toBe('task/add-login')
  expect(project.tryGit(['config', 'branch.task/add-login.remote']).status).toBe(1)
  expect(project.read(`${path}/TASK.md`)).toContain('Write it')
  expect(project.git(['status', '--porcelain'], { cwd: path })).toBe('')
  expect(project.git(['status', '--porcelain'])).toBe('')
})

it('tells of what worktrees that were deleted by hand have left, until gc has swept it', () => {
  const project = createRepository()
  const make = (id: string) =>
    project.lanekeeper(['new-task', '--yes', '--id', id, '--title', id, '--allow', id, '--step', 'x'])
  expect(make('one').stderr).not.toContain('vanished')
  rmSync(project.path('project.worktrees/one'), { recursive: true })
  expect(make('two').stderr).toContain('1 vanished worktree(s) left ports or databases behind: npx lanekeeper gc')
  expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
  expect(make('three').stderr).not.toContain('vanished')
})

it('answers one document of the agreed shape', () => {
  const project = createRepository()
  const { status, stdout } = project.lanekeeper(['new-task', '--title', 'Add login', '--allow', 'src', '--json'])
  const document = JSON.parse(stdout)
  expect([status, document.ok, document.state, document.problems]).toEqual([0, true, 'ready', []])
  expect(document.task).toEqual({ id: 'add-login', branch: 'task/add-login', base: 'main' })
  expect(document.worktree).toEqual({ path: project.path('project.worktrees/add-login'), branch: 'task/add-login' })
  expect(document.ports.PORT).toBeGreaterThan(1023)
})

it('works from a sub-directory and from a linked worktree, and puts the worktree where the settings or --path say', () => {
  const project = createRepository({ 'lanekeeper.json': '{"worktrees": "../lanes/{{repo}}-{{task}}"}', 'src/a.ts': '' })
  const first = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src'], {
    cwd: project.path('project/src'),
  })
  expect(first).toMatchObject({ status: 0 })
  const second = project.lanekeeper(['new-task', '--title', 'Two', '--allow', 'docs', '--path', '../here'], {
    cwd: project.path('lanes/project-one'),
  })
  expect(second).toMatchObject({ status: 0 })
  const list = project.git(['worktree', 'list', '--porcelain'])
  for (const name of ['project-one', 'here']) expect(list).toContain(`worktree ${project.path('lanes', name)}\n`)
})

it('continues a branch that exists, and refuses one that is checked out elsewhere', () => {
  const project = createRepository()
  project.git(['branch', 'started'])
  const elsewhere = project.path('elsewhere')
  project.git(['worktree', 'add', '-q', '-b', 'busy', elsewhere])
  const words = ['--title', 'Go on', '--allow', 'src', '--branch']
  expect(project.lanekeeper(['new-task', ...words, 'started'])).toMatchObject({ status: 0 })
  const refused = project.lanekeeper(['new-task', ...words, 'busy', '--id', 'busy'])
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining(elsewhere) })
  expect(tasksOf(project)).toEqual(['go-on.md'])
})

it('warns, but goes on, where the lanes of two tasks meet', () => {
  const project = createRepository()
  project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src/auth'])
  const second = project.lanekeeper(['new-task', '--title', 'Two', '--allow', 'src/*/login.ts'])
  expect(second.status).toBe(0)
  expect(second.stderr).toContain('its lane meets task "one"\'s: "src/auth/login.ts" would be in both')
})

it('gives the lease on the migrations of a database to the first task, and the second a place in line', () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{"paths": ["migrations"]}]}' })
  const words = ['--allow', 'src', '--migrations', 'dev', '--json']
  const make = (title: string) => {
    const { status, stdout, stderr } = project.lanekeeper(['new-task', '--title', title, ...words])
    return { status, stderr, ...JSON.parse(stdout) }
  }
  const one = make('One')
  expect(one).toMatchObject({ status: 0, lease: { database: 'dev', kind: 'taken', holder: { task: 'one' }, fence: 1 } })
  const two = make('Two')
  expect(two).toMatchObject({ status: 0, lease: { kind: 'waiting', holder: { task: 'one' }, place: 1 } })
  expect(two.stderr).toContain('Task two waits for the migrations of "dev" (1st in line): task "one" (task/one) holds')
  expect(project.read(`${one.worktree.path}/TASK.md`)).toContain('It held the lease on them when this was written.')
  expect(project.read(`${two.worktree.path}/WORKTREE.md`)).toContain('task `one` held the lease on them')
})

it('where tasks share migrations by tables, needs them named, and gives each to one task', () => {
  const project = createRepository({
    'lanekeeper.json': '{"migrations": [{"paths": ["migrations"], "mode": "tables"}]}',
  })
  const make = (title: string, ...tables: string[]) =>
    project.lanekeeper(['new-task', '--title', title, '--allow', 'src', '--migrations', 'dev', ...tables])
  expect(make('None')).toMatchObject({ status: 2, stderr: expect.stringContaining('--table users --table posts') })
  expect(make('One', '--table', 'users', '--table', 'posts').status).toBe(0)
  const rival = make('Rival', '--table', 'tags', '--table', 'public.users')
  expect(rival).toMatchObject({ status: 1, stderr: expect.stringContaining('is task "one"\'s (task/one)') })
  expect(make('Two', '--table', 'tags').status).toBe(0)
  expect(project.git(['show', 'refs/lanekeeper/tasks:one.md'])).toContain('tables:\n  - users\n  - posts\n')
  expect(project.read(project.path('project.worktrees/one/TASK.md'))).toContain('these tables alone: `users`, `posts`')
  expect(project.read(project.path('project.worktrees/one/TASKS.md'))).toContain('database `dev`, tables `tags`')
  expect(project.git(['for-each-ref', 'refs/lanekeeper/leases'])).toBe('')
})

it('goes on when a post-checkout hook of the project fails, and says so', () => {
  const project = createRepository()
  const hook = project.write('project/.git/hooks/post-checkout', '#!/bin/sh\necho no coffee >&2\nexit 7\n')
  chmodSync(hook, 0o755)
  const made = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src'])
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('no coffee') })
})

it('undoes everything when git cannot add the worktree', () => {
  const project = createRepository()
  project.git(['branch', 'task'])
  const failed = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src'])
  expect(failed).toMatchObject({ status: 3, stderr: expect.stringContaining('nothing is left behind') })
  expect(tasksOf(project)).toEqual([])
  expect(project.git(['branch', '--format=%(refname:short)'])).toBe('main\ntask')
  expect(project.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1)
  expect(project.exists('project.worktrees')).toBe(false)
})

it('undoes branch and directories when the checkout itself fails', () => {
  const project = createRepository({ 'a.txt': 'a', '.gitattributes': 'a.txt filter=boom\n' })
  project.git(['config', 'filter.boom.smudge', 'false'])
  project.git(['config', 'filter.boom.required', 'true'])
  const failed = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src', '--path', '../new/deep/wt'])
  expect(failed).toMatchObject({ status: 3, stderr: expect.stringContaining('nothing is left behind') })
  expect(tasksOf(project)).toEqual([])
  expect(project.git(['branch', '--format=%(refname:short)'])).toBe('main')
  expect(project.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1)
  expect(project.exists('new')).toBe(false)
})

it('says how a task that was killed half-way gets its worktree, and the command works', () => {
  const project = createRepository()
  addTask(project, { id: 'one' })
  project.git(['worktree', 'remove', project.path('worktrees/one')])
  project.git(['branch', '-D', 'task/one'])
  const refused = project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src'])
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('has no worktree') })
  const [, add = ''] = /Give it one: (git .*) && npx/.exec(refused.stderr) ?? []
  expect(project.run('sh', ['-c', add], { cwd: project.root })).toMatchObject({ status: 0 })
  expect(project.lanekeeper(['setup', project.path('project.worktrees/one')])).toMatchObject({ status: 0 })
  expect(project.read('project.worktrees/one/TASK.md')).toContain('task/one')
})

it('says the same in status and at launch, in any folder, where a worktree went and its branch stayed', () => {
  const project = createRepository()
  const { path } = addTask(project, { id: 'one' })
  addTask(project, { id: 'elsewhere' })
  project.git(['worktree', 'remove', path])
  project.git(['worktree', 'remove', project.path('worktrees/elsewhere')])
  project.git(['branch', '-D', 'task/elsewhere'])
  project.run('mkdir', ['deep'], { cwd: project.root })
  const shown = project.lanekeeper(['status']).stdout
  expect(shown).not.toContain('elsewhere')
  const again = /▲ task one has no worktree\n {2}↳ (git .*) && npx/.exec(shown)?.[1] ?? ''
  const launched = project.lanekeeper(['launch', 'one', '--agent', 'none'])
  expect(launched).toMatchObject({ status: 3, stderr: expect.stringContaining(again) })
  expect(project.run('sh', ['-c', again], { cwd: project.path('project/deep') })).toMatchObject({ status: 0 })
  expect(project.lanekeeper(['status']).stdout).not.toContain('has no worktree')
})

it('says that nothing enforces a scope where Lanekeeper is not adopted, and not once the hooks are there', () => {
  const project = createRepository()
  expect(project.lanekeeper(['new-task', '--title', 'One', '--allow', 'a']).stderr).toContain('not adopted here')
  project.lanekeeper(['install'])
  expect(project.lanekeeper(['new-task', '--title', 'Two', '--allow', 'b']).stderr).not.toContain('not adopted here')
})

it('keeps the worktree when its set-up fails, exits 3, and names set-up as the next step, not launch', () => {
  const project = createRepository({ 'lanekeeper.json': '{ "setup": ["exit 7"] }\n' })
  const made = project.lanekeeper(['new-task', '--title', 'Fails', '--allow', 'a'])
  expect(made.status).toBe(3)
  expect(made.stdout).toMatch(/State +failed/)
  expect(made.stdout).toContain('npx lanekeeper setup')
  expect(made.stdout).not.toContain('launch')
  expect(project.exists('project.worktrees/fails/TASK.md')).toBe(true)
})
