/**
 * `git init --ref-format=reftable` (git 2.45 and newer): HEAD is a stub there and no log is a file, so what hooks read from
 * files elsewhere has to be asked of git. The whole suite runs so with GIT_DEFAULT_REF_FORMAT=reftable.
 */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createPlace, createRepository } from '../support/repository.ts'

const version = /(\d+)\.(\d+)/.exec(String(spawnSync('git', ['--version']).stdout))
const hasTables = Number(version?.[1]) * 1000 + Number(version?.[2]) >= 2045

it.skipIf(!hasTables)('a task is known by its branch, held in its lane, and its commits under another name', () => {
  const place = createPlace({ GIT_DEFAULT_REF_FORMAT: 'reftable' })
  const repository = createRepository({ 'lib/pool.ts': '1\n', 'src/auth/login.ts': '1\n' }, place)
  expect(repository.read('project/.git/HEAD')).toBe('ref: refs/heads/.invalid\n')
  expect(repository.lanekeeper(['install']).status).toBe(0)
  const words = ['--yes', '--json', '--title', 'Auth', '--id', 'auth', '--allow', 'src/auth']
  const made = JSON.parse(repository.lanekeeper(['new-task', ...words]).stdout)
  expect(made).toMatchObject({ task: { id: 'auth' }, worktree: { branch: 'task/auth' } })
  const at = { cwd: made.worktree.path }

  repository.write(`${at.cwd}/src/auth/login.ts`, '2\n')
  repository.git(['commit', '-qam', 'in its lane'], at)
  repository.write(`${at.cwd}/lib/pool.ts`, '2\n')
  const strays = repository.tryGit(['commit', '-qam', 'outside'], at)
  expect(strays.status).toBe(1)
  expect(strays.stderr).toContain('lib/pool.ts')
  repository.git(['commit', '-qam', 'outside', '--no-verify'], at)
  repository.git(['branch', '-m', 'renamed'], at)

  const merged = repository.tryGit(['merge', '-q', 'renamed'])
  expect(merged.status).toBe(128)
  expect(merged.stderr).toContain('lib/pool.ts')
  expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
})
