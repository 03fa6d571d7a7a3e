/**
 * What an agent made in its task's worktree on a branch of another name is the task's under a new id too: picked, patched,
 * rebased, amended or squashed by a person. What a person wrote is not, though a task has a copy of it.
 */
import { describe, expect, it } from 'vitest'
import type { Ran, TestRepository } from '../support/repository.ts'
import { BRANCH, expectRefused, preparedStrayingTask, type StrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()
const OFF = { LANEKEEPER: '0' }
const alarms = (r: TestRepository) => JSON.parse(r.lanekeeper(['status', '--json']).stdout).alarms

/** The task's branch is at the base; in its worktree a stray commit was made on `login`, which is checked out nowhere now. */
function withSideBranch(): StrayingTask {
  const repository = baseAndStrayingTask()
  const cwd = repository.worktree
  repository.git(['reset', '-q', '--hard', 'main'], { cwd })
  repository.git(['switch', '-q', '-c', 'login'], { cwd })
  repository.commit({ 'lib/pool.ts': 'export const max = 7\n' }, 'on the side', { cwd })
  repository.git(['switch', '-q', BRANCH], { cwd })
  return repository
}

const again: [string, (r: StrayingTask) => Ran][] = [
  [
    'picked without a commit, and committed',
    (r) => {
      r.git(['cherry-pick', '-n', 'login'])
      return r.tryGit(['commit', '-q', '-m', 'by hand'])
    },
  ],
  [
    'amended',
    (r) => {
      r.git(['switch', '-q', 'login'])
      r.git(['commit', '-q', '--amend', '-m', 'said better'])
      r.git(['switch', '-q', 'main'])
      return r.tryGit(['merge', '-q', 'login'])
    },
  ],
  [
    'made one commit of',
    (r) => {
      r.git(['switch', '-q', '-c', 'mine', 'login'])
      r.git(['reset', '-q', '--soft', 'main'])
      r.git(['commit', '-q', '-m', 'all of it'])
      r.git(['switch', '-q', 'main'])
      return r.tryGit(['merge', '-q', 'mine'])
    },
  ],
]

it.each(again)('%s', (_name, bring) => {
  const repository = withSideBranch()
  expectRefused(repository, bring(repository))
})

const onMovedBase: [string, (r: StrayingTask) => Ran][] = [
  ['a patch of it', (r) => r.run('git', ['am', '-q'], { cwd: r.root, input: patchOf(r, 'login') })],
  [
    'rebased',
    (r) => {
      r.git(['rebase', '-q', 'main', 'login'])
      r.git(['switch', '-q', 'main'])
      return r.tryGit(['merge', '-q', 'login'])
    },
  ],
]

const patchOf = (r: StrayingTask, branch: string) => `${r.git(['format-patch', '-1', '--stdout', branch])}\n`

it.each(onMovedBase)('%s, on a base that has moved on', (_name, bring) => {
  const repository = withSideBranch()
  const before = repository.commit({ 'docs/a.md': 'a\n' }, 'by a person')
  expectRefused({ ...repository, before }, bring(repository))
})

it('a patch of what was given up since', () => {
  const repository = withSideBranch()
  const input = patchOf(repository, 'login')
  repository.git(['branch', '-q', '-D', 'login'])
  const before = repository.commit({ 'docs/a.md': 'a\n' }, 'by a person')
  expectRefused({ ...repository, before }, repository.run('git', ['am', '-q'], { cwd: repository.root, input }))
})

it.each([
  ['with words of his own', ['-m', 'taken over']],
  ['with the words and the date of the original', ['-C', 'login']],
])('committed by a person, %s, it raises the alarm', (_name, words) => {
  const repository = withSideBranch()
  repository.commit({ 'docs/a.md': 'a\n' }, 'by a person')
  repository.git(['restore', '--source=login', '--staged', '--worktree', 'lib'])
  repository.git(['commit', '-q', ...words])
  expect(alarms(repository)).toMatchObject([{ files: ['lib/pool.ts'] }])
})

describe('a person’s, and let through', () => {
  function withFreshTask(): StrayingTask {
    const repository = baseAndStrayingTask()
    repository.git(['reset', '-q', '--hard', 'main'], { cwd: repository.worktree })
    return repository
  }

  it('what a task has picked of it', () => {
    const repository = withFreshTask()
    repository.commit({ 'src/auth/login.ts': 'newer\n' }, 'in the lane', { cwd: repository.worktree })
    repository.git(['switch', '-q', '-c', 'feature/pool'])
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['switch', '-q', 'main'])
    repository.git(['cherry-pick', 'feature/pool'], { cwd: repository.worktree })
    repository.git(['merge', '-q', '--no-ff', '--no-edit', 'feature/pool'])
    expect(alarms(repository)).toEqual([])
  })

  it('what the file held before, though a task once had a copy of the commit that made it so', () => {
    const repository = withFreshTask()
    repository.commit({ 'src/auth/login.ts': 'newer\n' }, 'in the lane', { cwd: repository.worktree })
    const first = repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['cherry-pick', first], { cwd: repository.worktree })
    repository.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd: repository.worktree })
    for (const max of [4, 3]) repository.commit({ 'lib/pool.ts': `export const max = ${max}\n` }, `${max}`)
    expect(alarms(repository)).toEqual([])
  })

  it('what an agent gave up, and a person then writes himself', () => {
    const repository = withFreshTask()
    const cwd = repository.worktree
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'stray', { cwd, env: OFF })
    repository.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd })
    repository.git(['switch', '-q', '-c', 'feature/pool'])
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['switch', '-q', 'main'])
    repository.git(['merge', '-q', 'feature/pool'])
    expect(alarms(repository)).toEqual([])
  })

  it('what was made in another worktree of no task, and a task has merged', () => {
    const repository = withFreshTask()
    const mine = repository.path('mine')
    repository.git(['worktree', 'add', '-q', '-b', 'feature/pool', mine])
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person', { cwd: mine })
    repository.git(['merge', '-q', 'feature/pool'], { cwd: repository.worktree, env: OFF })
    repository.git(['merge', '-q', 'feature/pool'])
    expect(alarms(repository)).toEqual([])
  })
})
