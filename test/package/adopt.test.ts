/** The article's whole procedure with what we ship: the packed tarball in a project that is not ours. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, type Project } from '../support/package.ts'

function adopt(project: Project): void {
  expect(project.npx(['init', '--yes'])).toMatchObject({ status: 0 })
  project.git(['add', '-A'])
  project.git(['commit', '-q', '-m', 'Adopt Lanekeeper'])
}

function json(project: Project, words: readonly string[], options: { cwd?: string } = {}) {
  const { status, stdout, stderr } = project.bin([...words, '--json'], options)
  const answer = stdout.startsWith('{') ? JSON.parse(stdout) : { error: { code: 'no-json' } }
  if (answer.error) throw new Error(`lanekeeper ${words.join(' ')} exited ${status}\n${stdout}\n${stderr}`)
  return { status, ...answer }
}

/** What a CI job does: a clone of one commit, where nothing is installed. */
function checkInCi(project: Project, branch: string) {
  const [remote, clone] = [`file://${project.path('remote.git')}`, project.path('clone')]
  project.git(['init', '-q', '--bare', project.path('remote.git')])
  project.git(['push', '-q', '--no-verify', remote, 'main', branch, 'refs/lanekeeper/tasks'])
  project.git(['clone', '-q', '--depth=1', '--branch', branch, remote, clone])
  return project.bin(['check', '--base', 'origin/main', '--head', 'HEAD', '--format', 'github'], { cwd: clone })
}

test('a small package: adopted, a task made, an out-of-scope merge refused, landed, removed, left', () => {
  const project = createProject({
    'package.json': '{\n  "name": "small",\n  "scripts": { "test": "node --test" }\n}\n',
    '.gitignore': 'node_modules\n',
    'src/index.js': 'export const one = 1\n',
    'src/index.test.js': "import test from 'node:test'\ntest('one', () => {})\n",
  })
  project.install()
  adopt(project)
  expect(project.npx(['init']).stdout).toMatch(/^Nothing to do/)
  const well = json(project, ['doctor'])
  expect(well.findings.filter(({ level }: { level: string }) => level === 'error')).toEqual([])

  const task = json(project, ['new-task', '--title', 'Add login', '--allow', 'src/auth', '--yes'])
  expect(task).toMatchObject({
    ok: true,
    state: 'ready',
    task: { id: 'add-login', branch: 'task/add-login', base: 'main' },
  })
  const lane = task.worktree.path
  expect(readFileSync(join(lane, '.env.local'), 'utf8')).toContain(`PORT=${task.ports.PORT}`)
  expect(project.git(['status', '--porcelain'], { cwd: lane })).toBe('')

  const plain = project.path('plain')
  project.git(['worktree', 'add', '-q', plain, '-b', 'side'])
  expect(readFileSync(join(plain, '.env.local'), 'utf8')).not.toContain(`PORT=${task.ports.PORT}`)

  project.commit({ 'src/index.js': 'export const one = 2\n' }, 'stray', { cwd: lane, env: { LANEKEEPER: '0' } })
  const before = project.git(['rev-parse', 'main'])
  const merge = project.tryGit(['merge', '-q', 'task/add-login'])
  expect(merge.status).not.toBe(0)
  expect(merge.stderr).toContain('src/index.js')
  expect(project.git(['rev-parse', 'main'])).toBe(before)
  expect(project.git(['status', '--porcelain'])).toBe('')
  expect(json(project, ['check', 'task/add-login'])).toMatchObject({ status: 1, verdict: 'refuse' })
  expect(checkInCi(project, 'task/add-login')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^::error file=src\/index\.js,line=1/),
  })

  project.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd: lane })
  project.commit({ 'src/auth/login.js': 'export const login = true\n' }, 'login', { cwd: lane })
  expect(json(project, ['land', 'add-login'])).toMatchObject({ status: 0, ok: true, refused: [], landed: [{}] })
  expect(project.git(['show', 'main:src/auth/login.js'])).toContain('login')

  for (const path of [lane, plain]) {
    if (!project.git(['worktree', 'list']).includes(path)) continue
    // a removal refuses while the set-up that the hook left to the background still runs
    json(project, ['setup', path, '--wait'])
    expect(json(project, ['remove', path])).toMatchObject({ ok: true })
  }
  expect(project.git(['worktree', 'list']).split('\n')).toHaveLength(1)
  expect(json(project, ['uninstall', '--yes'])).toMatchObject({ ok: true })
  expect(project.tryGit(['config', 'core.hooksPath']).stdout).toBe('')
  project.git(['worktree', 'add', '-q', project.path('after'), '-b', 'after'])
  expect(project.exists('after/.env.local')).toBe(false)
})

test('husky and lint-staged were there first: theirs still run, in every worktree, and a later npm install changes nothing', () => {
  const project = createProject({
    'package.json':
      '{\n  "name": "linted",\n  "scripts": { "prepare": "husky" },\n  "lint-staged": { "*.txt": "node check.mjs" }\n}\n',
    '.gitignore': 'node_modules\n',
    '.husky/pre-commit': 'npx lint-staged\n',
    'check.mjs':
      "import { readFileSync } from 'node:fs'\nif (readFileSync(process.argv[2], 'utf8').includes('bad')) process.exit(1)\n",
  })
  project.install('husky@9', 'lint-staged@16')
  expect(project.npm(['run', 'prepare']).status).toBe(0)
  expect(project.git(['config', 'core.hooksPath'])).toBe('.husky/_')
  adopt(project)
  expect(project.read(join(project.root, '.husky/pre-commit'))).toMatch(/^npx lint-staged\n\[ "\$LANEKEEPER_ACTIVE" \]/)
  expect(JSON.parse(project.read(join(project.root, 'package.json'))).scripts.prepare).toMatch(/^husky && /)
  expect(json(project, ['doctor']).findings).not.toContainEqual(expect.objectContaining({ level: 'error' }))

  const lane = json(project, ['new-task', '--title', 'Notes', '--allow', 'notes', '--yes']).worktree.path
  const commit = (path: string, text: string) => {
    project.write(join(lane, path), text)
    project.git(['add', '-A'], { cwd: lane })
    return project.tryGit(['commit', '-q', '-m', 'notes'], { cwd: lane })
  }
  expect(commit('notes/a.txt', 'bad').status).not.toBe(0)
  expect(commit('notes/a.txt', 'good')).toMatchObject({ status: 0 })
  expect(commit('elsewhere.txt', 'good')).toMatchObject({ status: 1, stderr: expect.stringContaining('elsewhere.txt') })

  expect(project.npm(['run', 'prepare']).status).toBe(0)
  expect(json(project, ['doctor']).findings).not.toContainEqual(expect.objectContaining({ level: 'error' }))
})

test('a package.json without scripts, and one without a package.json at all', () => {
  const project = createProject({ 'package.json': '{"name":"bare"}' })
  project.install()
  adopt(project)
  expect(project.git(['ls-files', 'node_modules'])).toBe('')
  expect(JSON.parse(project.read(join(project.root, 'package.json'))).scripts).toEqual({
    prepare: 'lanekeeper install || exit 0',
    'new-task': 'lanekeeper new-task',
  })
  const made = project.npm([
    'run',
    '--silent',
    'new-task',
    '--',
    '--title',
    'First',
    '--allow',
    'src',
    '--yes',
    '--json',
  ])
  expect(JSON.parse(made.stdout)).toMatchObject({ ok: true, state: 'ready' })

  const other = project.path('no-package')
  project.git(['init', '-q', '-b', 'main', other])
  project.commit({ 'go.mod': 'module x\n' }, 'start', { cwd: other })
  const bin = join(project.root, 'node_modules/.bin/lanekeeper')
  expect(project.run(bin, ['init', '--yes'], { cwd: other })).toMatchObject({ status: 0 })
  expect(JSON.parse(project.read('no-package/lanekeeper.json'))).toEqual({ test: 'go test ./...' })
  project.git(['worktree', 'add', '-q', project.path('no-package-wt'), '-b', 'x'], { cwd: other })
  expect(project.exists('no-package-wt/.env.local')).toBe(true)
})
