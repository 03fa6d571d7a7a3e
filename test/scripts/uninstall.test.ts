import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const FILES = {
  'package.json':
    '{\n  "name": "p",\n  "scripts": {\n    "prepare": "husky"\n  },\n  "devDependencies": { "lanekeeper": "*" }\n}\n',
  '.husky/pre-commit': 'npm test',
  'AGENTS.md': '# Rules\n',
  '.gitignore': 'node_modules/\n',
  '.claude/settings.json': '{}\n',
}

const adopted = prepared((place) => {
  const repository = createRepository(FILES, place)
  expect(repository.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
  return repository
})

const hooksPath = (repository: TestRepository) => repository.tryGit(['config', '--get', 'core.hooksPath']).stdout.trim()

test('init and uninstall leave no trace: files, hooks path and .git are as before', () => {
  const repository = createRepository(FILES)
  const config = repository.read(join(repository.root, '.git/config'))
  repository.lanekeeper(['init', '--yes'])
  expect(repository.git(['status', '--porcelain'])).not.toBe('')
  expect(repository.lanekeeper(['uninstall', '--yes'])).toMatchObject({ status: 0 })
  expect(repository.git(['status', '--porcelain', '--untracked-files=all'])).toBe('')
  expect(repository.read(join(repository.root, '.git/config'))).toBe(config)
  expect(repository.exists('project/.git/lanekeeper')).toBe(false)
  expect(repository.lanekeeper(['uninstall']).stdout).toMatch(/^Nothing to do/)
})

test('husky gets its hooks path back', () => {
  const repository = createRepository({ ...FILES, '.husky/_/pre-commit': '#!/bin/sh\n' })
  repository.git(['config', 'core.hooksPath', '.husky/_'])
  repository.lanekeeper(['init', '--yes'])
  expect(hooksPath(repository)).toContain('lanekeeper')
  repository.lanekeeper(['uninstall', '--yes'])
  expect(hooksPath(repository)).toBe('.husky/_')
})

test('what somebody changed stays: settings, and lines around ours', () => {
  const repository = adopted()
  const settings = repository.write(join(repository.root, 'lanekeeper.json'), '{ "base": "main" }\n')
  repository.write(
    join(repository.root, 'AGENTS.md'),
    `${repository.read(join(repository.root, 'AGENTS.md'))}\nMore.\n`,
  )
  const ran = repository.lanekeeper(['uninstall', '--yes', '--json'])
  expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, left: ['lanekeeper.json'] })
  expect(repository.read(settings)).toBe('{ "base": "main" }\n')
  expect(repository.read(join(repository.root, 'AGENTS.md'))).toBe('# Rules\n\nMore.\n')
})

test('it asks: without a terminal --yes is needed, and --dry-run does nothing', () => {
  const repository = adopted()
  const before = repository.git(['status', '--porcelain'])
  expect(repository.lanekeeper(['uninstall'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') })
  expect(repository.lanekeeper(['uninstall', '--dry-run']).stdout).toContain('delete lanekeeper.json')
  expect(repository.git(['status', '--porcelain'])).toBe(before)
  expect(hooksPath(repository)).toContain('lanekeeper')
})

test('the tasks stay, unless they are purged; what the gate last judged never does', () => {
  const repository = adopted()
  repository.git(['update-ref', 'refs/lanekeeper/tasks', 'HEAD'])
  const refs = () => repository.git(['for-each-ref', '--format=%(refname)', 'refs/lanekeeper'])
  expect(refs()).toContain('refs/lanekeeper/verified/main')
  repository.lanekeeper(['uninstall', '--yes'])
  expect(refs()).toBe('refs/lanekeeper/tasks')
  repository.lanekeeper(['uninstall', '--yes', '--purge'])
  expect(refs()).toBe('')
})

test('it refuses while a provisioned worktree lives, and names the command', () => {
  const repository = adopted()
  const path = repository.path('wt')
  repository.git(['worktree', 'add', '-q', path, '-b', 'side'])
  const ran = repository.lanekeeper(['uninstall', '--yes', '--json'])
  expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'unsafe', hint: `npx lanekeeper remove ${path}` })
  expect(hooksPath(repository)).toContain('lanekeeper')
})

test('it refuses while the ledger names a vanished worktree', () => {
  const repository = adopted()
  repository.write(
    join(repository.root, '.git/lanekeeper/worktrees/x.json'),
    '{"id":"x","gitDir":"/gone","worker":null}',
  )
  const ran = repository.lanekeeper(['uninstall', '--yes', '--json'])
  expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'unsafe', hint: expect.stringContaining('gc') })
})

test('what stays on record is said, with the command that deletes it', () => {
  const repository = adopted()
  repository.lanekeeper(['new-task', '--title', 'One', '--allow', 'src'])
  expect(repository.lanekeeper(['remove', 'one'])).toMatchObject({ status: 0 })
  expect(repository.lanekeeper(['uninstall', '--yes']).stdout).toContain('npx lanekeeper uninstall --purge')
  expect(repository.lanekeeper(['uninstall', '--yes', '--purge'])).toMatchObject({ status: 0 })
  expect(repository.git(['for-each-ref', 'refs/lanekeeper'])).toBe('')
})

test('hooks of the project’s own that git would not run any more are named, with what makes it run them', () => {
  const repository = createRepository({ '.husky/pre-commit': 'echo own >&2; exit 7\n' })
  repository.lanekeeper(['init', '--yes'])
  const { stdout } = repository.lanekeeper(['uninstall', '--yes'])
  const way = /git does not run \.husky\/pre-commit any more\..*: (chmod .*)/.exec(stdout)?.[1] ?? 'false'
  expect(repository.tryGit(['commit', '-q', '--allow-empty', '-m', 'x'])).toMatchObject({ status: 0 })
  expect(repository.run('sh', ['-c', way], { cwd: repository.root })).toMatchObject({ status: 0 })
  expect(repository.tryGit(['commit', '-q', '--allow-empty', '-m', 'x'])).toMatchObject({ status: 1, stderr: 'own\n' })
})
