/**
 * A commit is a task's by where it was made and on which branch, here or elsewhere; the name that a person types says
 * little. And what a person made stays a person's, though a task has merged it.
 */
import { describe, expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import {
  BRANCH,
  expectRefused,
  preparedStrayingTask,
  type StrayingTask,
  taskWithWork,
} from '../support/straying-task.ts'
import { addTask } from '../support/tasks.ts'

const baseAndStrayingTask = preparedStrayingTask()
const installed = prepared((place) => {
  const repository = createRepository({ 'lib/pool.ts': 'export const max = 1\n' }, place)
  expect(repository.lanekeeper(['install']).status).toBe(0)
  return repository
})

const OFF = { LANEKEEPER: '0' }
const alarms = (r: TestRepository) => JSON.parse(r.lanekeeper(['status', '--json']).stdout).alarms

/** Another clone has the task's branch; gives that clone. */
function pushed(r: StrayingTask): string {
  const elsewhere = r.path('elsewhere.git')
  r.git(['clone', '-q', '--bare', r.root, elsewhere])
  return elsewhere
}

function forgotten(r: StrayingTask): void {
  r.git(['worktree', 'remove', '--force', r.worktree])
  r.git(['branch', '-q', '-D', BRANCH])
}

describe('a task’s, and refused', () => {
  const ways: [string, (r: StrayingTask) => string[]][] = [
    [
      'a branch that only the remote has',
      (r) => {
        r.git(['remote', 'add', 'origin', pushed(r)])
        r.git(['fetch', '-q', 'origin'])
        forgotten(r)
        return ['merge', '-q', `origin/${BRANCH}`]
      },
    ],
    [
      'a branch that is further on at the remote',
      (r) => {
        r.git(['remote', 'add', 'origin', pushed(r)])
        r.git(['fetch', '-q', 'origin'])
        r.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd: r.worktree })
        return ['pull', '-q', '--no-rebase', 'origin', BRANCH]
      },
    ],
    [
      'a branch of another clone, which is no remote',
      (r) => {
        const elsewhere = pushed(r)
        forgotten(r)
        return ['pull', '-q', '--no-rebase', elsewhere, BRANCH]
      },
    ],
    [
      'a branch that was renamed',
      (r) => {
        r.git(['branch', '-m', BRANCH, 'login'], { cwd: r.worktree })
        return ['merge', '-q', 'login']
      },
    ],
    [
      'a branch that was renamed twice, and its worktree removed',
      (r) => {
        r.git(['branch', '-m', BRANCH, 'session'])
        r.git(['branch', '-m', 'session', 'login'])
        r.git(['worktree', 'remove', '--force', r.worktree])
        return ['merge', '-q', 'login']
      },
    ],
    [
      'a branch made of one that is gone with its worktree',
      (r) => {
        r.git(['branch', 'login', BRANCH])
        forgotten(r)
        return ['merge', '-q', '--squash', 'login']
      },
    ],
    [
      'a branch that the agent made on the side',
      (r) => {
        r.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd: r.worktree })
        r.git(['switch', '-q', '-c', 'login'], { cwd: r.worktree })
        r.commit({ 'lib/pool.ts': 'export const max = 7\n' }, 'on the side', { cwd: r.worktree })
        return ['merge', '-q', '--squash', 'login']
      },
    ],
    [
      'a tag on a commit of a detached HEAD',
      (r) => {
        r.git(['switch', '-q', '--detach', 'main'], { cwd: r.worktree })
        r.commit({ 'lib/pool.ts': 'export const max = 7\n' }, 'on no branch', { cwd: r.worktree })
        r.git(['tag', 'v1'], { cwd: r.worktree })
        return ['cherry-pick', 'v1']
      },
    ],
    [
      'one of two lines that the branch has merged',
      (r) => {
        r.git(['reset', '-q', '--hard', 'main'], { cwd: r.worktree })
        const mine = r.commit({ 'src/auth/a.ts': 'a\n' }, 'in the lane', { cwd: r.worktree })
        r.git(['merge', '-q', '--no-edit', '--no-verify', r.tip], { cwd: r.worktree })
        r.git(['switch', '-q', '-c', 'both'])
        for (const line of [r.tip, mine]) r.git(['merge', '-q', '--no-ff', '--no-edit', line])
        r.git(['switch', '-q', 'main'])
        return ['merge', '-q', 'both']
      },
    ],
    [
      'a branch that the base was told to follow',
      (r) => {
        r.git(['branch', '-q', '-u', BRANCH, 'main'])
        return ['pull', '-q']
      },
    ],
  ]
  it.each(ways)('%s', (_name, prepare) => {
    const repository = baseAndStrayingTask()
    const command = prepare(repository)
    expectRefused(repository, repository.tryGit(command))
  })
})

it('what the agent took back on a branch of another name is brought no more', () => {
  const repository = baseAndStrayingTask()
  const cwd = repository.worktree
  repository.git(['branch', '-m', BRANCH, 'login'], { cwd })
  repository.git(['restore', '--source=main', '--staged', '--worktree', '--', 'lib/pool.ts'], { cwd })
  repository.git(['commit', '-q', '-m', 'take it back'], { cwd })
  repository.git(['merge', '-q', 'login'])
  expect(alarms(repository)).toEqual([])
})

it('what a person took back of a task’s work before it came is not brought', () => {
  const repository = baseAndStrayingTask()
  repository.git(['switch', '-q', '-c', 'both'])
  repository.git(['merge', '-q', '--no-ff', '--no-edit', BRANCH])
  repository.git(['restore', '--source=main', '--staged', '--worktree', '--', 'lib/pool.ts'])
  repository.git(['commit', '-q', '-m', 'not this'])
  repository.git(['switch', '-q', 'main'])
  repository.git(['merge', '-q', 'both'])
  expect(alarms(repository)).toEqual([])
})

describe('a person’s, and let through', () => {
  /** The task is at the base, as if it had just begun. */
  function withFreshTask(): StrayingTask {
    const repository = baseAndStrayingTask()
    repository.git(['reset', '-q', '--hard', 'main'], { cwd: repository.worktree })
    return repository
  }

  it('a branch that the task has merged', () => {
    const repository = withFreshTask()
    repository.git(['switch', '-q', '-c', 'feature/pool'])
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['switch', '-q', 'main'])
    repository.git(['merge', '-q', 'feature/pool'], { cwd: repository.worktree, env: OFF })
    repository.git(['merge', '-q', 'feature/pool'])
    expect(alarms(repository)).toEqual([])
  })

  it('a commit that was taken back after a task had merged it, and put on again', () => {
    const repository = withFreshTask()
    const mine = repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['merge', '-q', 'main'], { cwd: repository.worktree })
    // without the log of HEAD only what the hooks wrote down tells whose it is
    repository.git(['reflog', 'expire', '--expire=now', '--all'])
    repository.git(['reset', '-q', '--hard', 'HEAD~1'])
    repository.git(['reset', '-q', '--hard', mine])
  })

  it('a rebase of the base that conflicted: git goes on with it where no hook sees the base', () => {
    const repository = withFreshTask()
    repository.git(['switch', '-q', '-c', 'feature/pool'])
    repository.commit({ 'lib/pool.ts': 'export const max = 3\n' }, 'by a person')
    repository.git(['switch', '-q', 'main'])
    repository.commit({ 'lib/pool.ts': 'export const max = 4\n' }, 'by a person too')
    expect(repository.tryGit(['rebase', '-q', 'feature/pool']).status).toBe(1)
    repository.write('project/lib/pool.ts', 'export const max = 7\n')
    repository.git(['add', '-A'])
    repository.git(['rebase', '--continue'])
    repository.git(['merge', '-q', 'main'], { cwd: repository.worktree })
    expect(alarms(repository)).toEqual([])
  })

  it('what goes with a task’s work: in a squash of a branch that has merged it, in a merge that is amended', () => {
    const repository = installed()
    taskWithWork(repository, { id: 'docs' }, { 'src/docs/a.md': 'a\n' })
    repository.git(['switch', '-q', '-c', 'feature/both'])
    repository.commit({ 'lib/pool.ts': 'mine\n' }, 'by a person')
    repository.git(['merge', '-q', '--no-edit', 'task/docs'])
    repository.git(['switch', '-q', 'main'])
    repository.commit({ 'lib/other.ts': 'mine\n' }, 'by a person')
    repository.git(['merge', '-q', '--squash', 'feature/both'])
    repository.git(['commit', '-q', '-m', 'squashed'])
    expect(alarms(repository)).toEqual([])
    repository.git(['merge', '-q', '--no-ff', '--no-edit', 'task/docs'])
    repository.write('project/lib/pool.ts', 'mine, later\n')
    repository.git(['commit', '-q', '-a', '--amend', '--no-edit'])
    expect(alarms(repository)).toEqual([])
  })

  it('a revert to what the base had before, which a task has put back too', () => {
    const repository = baseAndStrayingTask()
    const cwd = repository.worktree
    repository.git(['restore', '--source=main', '--staged', '--worktree', '--', 'lib/pool.ts'], { cwd })
    repository.git(['commit', '-q', '-m', 'take it back'], { cwd })
    repository.commit({ 'lib/pool.ts': 'export const max = 2\n' }, 'by a person')
    repository.git(['revert', '--no-edit', 'HEAD'])
  })
})

it('what the base has to the letter is brought by nobody: a person amended the commit that a task has merged', () => {
  const repository = installed()
  const { path: cwd } = taskWithWork(repository, { id: 'docs' }, { 'src/docs/a.md': 'a\n' })
  repository.commit({ 'lib/pool.ts': 'mine\n', 'lib/new.ts': 'mine\n' }, 'by a person')
  repository.git(['merge', '-q', '--no-edit', 'main'], { cwd })
  repository.git(['commit', '-q', '--amend', '-m', 'by a person, said better'])
  expect(repository.lanekeeper(['check', 'task/docs'])).toMatchObject({ status: 0 })
  repository.commit({ 'lib/new.ts': 'of the task\n' }, 'stray', { cwd, env: OFF })
  expect(repository.tryGit(['merge', '-q', '--no-edit', 'task/docs']).stderr).toContain('lib/new.ts')
  repository.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd })
  repository.git(['merge', '-q', '--no-edit', 'task/docs'])
})

it('what two tasks have is the lower one’s of a stack', () => {
  const repository = installed()
  const lower = taskWithWork(repository, { id: 'lower' }, { 'src/lower/1.ts': '1\n' })
  const upper = addTask(repository, { id: 'upper', createdAt: '2026-01-02T00:00:00.000Z' })
  repository.git(['reset', '-q', '--hard', 'task/lower'], { cwd: upper.path })
  // the older date makes git come to the common commit from the upper branch
  const env = { GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' }
  const tip = repository.commit({ 'src/lower/2.ts': '2\n' }, 'lower', { cwd: lower.path, env })
  repository.commit({ 'src/upper/1.ts': '1\n' }, 'upper', { cwd: upper.path })
  repository.git(['merge', '-q', tip])
  expect(alarms(repository)).toEqual([])
})

it('a task that has merged another’s stray work lands it where its own lane has it, by its name as by the commit', () => {
  const repository = baseAndStrayingTask()
  const lane = { allow: ['src', 'lib'], createdAt: '2026-01-02T00:00:00.000Z' }
  const { path: cwd } = addTask(repository, { id: 'all', ...lane })
  repository.git(['merge', '-q', BRANCH], { cwd, env: OFF })
  repository.commit({ 'src/all.ts': 'a\n' }, 'in the lane', { cwd })
  expect(repository.lanekeeper(['check', 'task/all'])).toMatchObject({ status: 0 })
  expect(repository.tryGit(['merge', '-q', BRANCH]).stderr).toContain('lib/pool.ts')
  repository.commit({ 'src/auth/login.ts': 'stray again\n', 'docs/a.md': 'stray\n' }, 'stray', {
    cwd: repository.worktree,
    env: OFF,
  })
  repository.git(['switch', '-q', '-c', 'both'])
  repository.git(['merge', '-q', '--no-ff', '--no-edit', 'task/all'])
  repository.git(['switch', '-q', 'main'])
  repository.git(['merge', '-q', '--no-ff', '--no-edit', 'both'])
  expect(alarms(repository)).toEqual([])
  expect(repository.tryGit(['merge', '-q', '--no-edit', BRANCH]).stderr).toContain('docs/a.md')
})
