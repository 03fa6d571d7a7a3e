/** Bad input: an exit status that says whose fault it is, words without a stack trace, and nothing left behind. */
import { describe, expect, it } from 'vitest'
import { createPlace, createRepository, type Ran, repositoryAt, type TestRepository } from '../support/repository.ts'

const GOOD = ['--title', 'Add login', '--allow', 'src/auth']

function expectClean(project: TestRepository): void {
  expect(project.git(['for-each-ref', '--format=%(refname)', 'refs/heads'])).toMatch(/^(refs\/heads\/main)?$/)
  expect(project.tryGit(['ls-tree', 'refs/lanekeeper/tasks']).stdout).toBe('')
  expect(project.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1)
  expect(project.exists('project.worktrees')).toBe(false)
  expect(project.exists('pwned')).toBe(false)
}

function expectPlain(ran: Ran, status: number, words: string): void {
  expect(ran.stderr).toContain(words)
  expect(ran.stderr).not.toMatch(/^\s+at /m)
  expect(ran.status).toBe(status)
  expect(ran.stdout).toBe('')
}

describe('names', () => {
  const project = () => createRepository()
  it.each([
    ['a space', 'a b'],
    ['a single quote', "a'b"],
    ['a double quote', 'a"b'],
    ['a command', '$(touch ../pwned)'],
    ['a command in backticks', '`touch ../pwned`'],
    ['a semicolon', 'a;touch ../pwned'],
    ['a newline', 'a\nb'],
    ['a leading dash', '-f'],
    ['a parent', '../x'],
    ['a reflog', 'a@{1}'],
    ['201 bytes', 'a'.repeat(201)],
    ['.lock', 'a.lock'],
  ])('a branch with %s is refused', (_, branch) => {
    const here = project()
    expectPlain(here.lanekeeper(['new-task', ...GOOD, `--branch=${branch}`]), 2, 'The branch name')
    expectClean(here)
  })

  it.each(['../x', 'a/b', 'A', '.x', '-x', 'a b', '', 'a'.repeat(49)])('the id %j is refused', (id) => {
    const here = project()
    expectPlain(here.lanekeeper(['new-task', ...GOOD, `--id=${id}`]), 2, 'The task id')
    expectClean(here)
  })

  it.each([['feature/größe-日本'], ['a'.repeat(200)], ['it-is-50%']])('the branch %j is fine', (branch) => {
    const here = project()
    const made = here.lanekeeper(['new-task', ...GOOD, `--branch=${branch}`])
    expect(made).toMatchObject({ status: 0 })
    const path = here.path('project.worktrees/add-login')
    expect(here.git(['symbolic-ref', '--short', 'HEAD'], { cwd: path })).toBe(branch)
  })

  it.each([
    ['--allow=../x', 'leaves its directory'],
    ['--allow=src/../../x', 'leaves its directory'],
    ['--allow=**', 'whole repository'],
    ['--deny=!src', 'no negation'],
    ['--shared={a,b}', 'one pattern a line'],
    ['--allow=a\\b', 'backslash'],
    ['--depends-on=nope', 'no such task'],
    ['--base=nope', 'no base branch "nope"'],
    ['--agent=hal', 'no agent "hal"'],
    ['--migrations=dev', 'no migrations of "dev"'],
    ['--title=', '--title'],
    ['--title=a\nb', 'more than one line'],
    ['--nonsense', 'nonsense'],
  ])('%j is refused', (word, words) => {
    const here = project()
    expectPlain(here.lanekeeper(['new-task', ...GOOD, word]), 2, words)
    expectClean(here)
  })

  it('without a terminal a missing answer is an error that names the flag', () => {
    const here = project()
    expectPlain(here.lanekeeper(['new-task']), 2, '--title and --allow')
    expectPlain(here.lanekeeper(['new-task', '--title', 'x']), 2, 'needs --allow')
    const json = here.lanekeeper(['new-task', '--json'])
    expect([json.status, JSON.parse(json.stdout).error.code]).toEqual([2, 'usage'])
    expectClean(here)
  })
})

describe('places', () => {
  it.each([
    ['a directory with something in it', '../full', 2, 'not empty'],
    ['a file', '../full/file', 2, 'exists already'],
    ['below a file', '../full/file/deep/wt', 3, 'is not a directory'],
    ['inside the main worktree', 'inside', 2, 'git does not ignore it'],
    ['a file system that takes nothing', '/proc/lanekeeper/wt', 3, '/proc'],
  ])('%s is refused', (_, path, status, words) => {
    const project = createRepository()
    project.write('full/file', 'mine')
    expectPlain(project.lanekeeper(['new-task', ...GOOD, '--path', path]), status, words)
    expectClean(project)
    expect(project.read('full/file')).toBe('mine')
  })

  it('inside another linked worktree is refused; inside the main one is fine where git ignores it', () => {
    const project = createRepository({ '.gitignore': '/lanes/\n' })
    expect(project.lanekeeper(['new-task', ...GOOD, '--path', 'lanes/one'])).toMatchObject({ status: 0 })
    const second = ['--title', 'Two', '--allow', 'docs', '--path', 'lanes/one/two']
    expectPlain(project.lanekeeper(['new-task', ...second]), 2, 'inside the worktree')
    expect(project.git(['status', '--porcelain'])).toBe('')
  })
})

describe('repositories', () => {
  it('a repository without a commit', () => {
    const place = createPlace()
    place.run('git', ['init', '-q', '-b', 'main', 'project'])
    const project = repositoryAt(place, place.path('project'))
    expectPlain(project.lanekeeper(['new-task', ...GOOD]), 2, 'no commit yet')
    expectClean(project)
  })

  it('no repository', () => {
    const place = createPlace()
    expectPlain(repositoryAt(place, place.dir).lanekeeper(['new-task', ...GOOD]), 3, 'not in a git repository')
  })

  it('a bare repository and a shallow clone get their task', () => {
    const project = createRepository()
    project.commit({ 'a.txt': 'a' })
    project.git(['clone', '-q', '--bare', project.root, project.path('bare.git')])
    project.git(['clone', '-q', '--depth=1', `file://${project.root}`, project.path('shallow')])
    for (const name of ['bare.git', 'shallow']) {
      const clone = repositoryAt(project, project.path(name))
      expect(clone.lanekeeper(['new-task', ...GOOD, '--path', project.path(`${name}-wt`)])).toMatchObject({ status: 0 })
      expect(clone.git(['worktree', 'list'])).toContain(`${name}-wt`)
    }
  })

  it('a submodule gets no worktree inside its superproject, and one outside', () => {
    const project = createRepository()
    const inner = createRepository()
    project.git(['submodule', '--quiet', 'add', inner.root, 'inner'])
    project.git(['commit', '-qm', 'with a submodule'])
    const submodule = repositoryAt(project, project.path('project/inner'))
    expectPlain(submodule.lanekeeper(['new-task', ...GOOD]), 2, 'inside the superproject')
    expect(project.git(['status', '--porcelain'])).toBe('')
    const outside = submodule.lanekeeper(['new-task', ...GOOD, '--path', project.path('outside')])
    expect(outside).toMatchObject({ status: 0 })
    expect(project.git(['status', '--porcelain'])).toBe('')
  })

  it('a broken lanekeeper.json is named with its line', () => {
    const project = createRepository({ 'lanekeeper.json': '{\n  "base": "main",\n  "prots": {}\n}\n' })
    expectPlain(project.lanekeeper(['new-task', ...GOOD]), 2, 'lanekeeper.json, line 3: "prots": is not a known key')
    project.commit({ 'lanekeeper.json': '{\n  "base": "main"\n  "gate": "base"\n}\n' })
    expectPlain(project.lanekeeper(['new-task', ...GOOD]), 2, 'line 3')
    expectClean(project)
  })

  it('a broken task file is named with its line, and the task can be mended', () => {
    const project = createRepository()
    expect(project.lanekeeper(['new-task', ...GOOD]).status).toBe(0)
    const file = project.git(['show', 'refs/lanekeeper/tasks:add-login.md']).replace('deny: []', 'deny: 7')
    const blob = project.run('git', ['hash-object', '-w', '--stdin'], { cwd: project.root, input: file }).stdout.trim()
    const tree = project.run('git', ['mktree'], { cwd: project.root, input: `100644 blob ${blob}\tadd-login.md\n` })
    const commit = project.git(['commit-tree', tree.stdout.trim(), '-m', 'by hand'])
    project.git(['update-ref', 'refs/lanekeeper/tasks', commit])
    const next = project.lanekeeper(['new-task', '--title', 'Two', '--allow', 'docs'])
    expectPlain(next, 2, 'add-login.md, line 8: "deny"')
    const mended = project.write('mended.md', file.replace('deny: 7', 'deny: []'))
    expect(project.lanekeeper(['task', 'edit', 'add-login', '--file', mended])).toMatchObject({ status: 0 })
    expect(project.lanekeeper(['task', 'list'])).toMatchObject({ status: 0 })
  })
})

it('a set-up step that fails says how to mend it', () => {
  const project = createRepository({
    '.env.local': 'A=1\n',
    'lanekeeper.json': '{ "env": [{ "file": ".env.local" }] }',
  })
  const ran = project.lanekeeper(['new-task', ...GOOD])
  expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('git rm --cached .env.local') })
})
