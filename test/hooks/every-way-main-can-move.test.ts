/**
 * git-hooks.md section 2, row by row: an out-of-scope branch does not reach the base by it, the refusal names the file,
 * and the recovery it prints leaves a clean status.
 */
import { describe, expect, it } from 'vitest'
import {
  BRANCH,
  expectClean,
  expectRefused,
  preparedStrayingTask,
  recover,
  taskWithWork,
} from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

const OFF = { LANEKEEPER: '0' }

describe('refused before anything is touched', () => {
  const ways: [string, string[]][] = [
    ['fast-forward', ['merge', BRANCH]],
    ['true merge', ['merge', '--no-ff', '--no-edit', BRANCH]],
    ['ff-only', ['merge', '--ff-only', BRANCH]],
    ['no-verify', ['merge', '--no-ff', '--no-edit', '--no-verify', BRANCH]],
    ['squash', ['merge', '--squash', BRANCH]],
    ['no-commit', ['merge', '--no-ff', '--no-commit', BRANCH]],
    ['strategy ours', ['merge', '--no-edit', '-s', 'ours', BRANCH]],
    ['strategy option', ['merge', '--no-edit', '--no-ff', '-X', 'theirs', BRANCH]],
    ['pull', ['pull', '-q', '.', BRANCH]],
    ['pull --no-rebase', ['pull', '-q', '--no-rebase', '--no-edit', '.', BRANCH]],
    ['merge of a remote-tracking branch', ['merge', 'refs/remotes/other/auth']],
    ['rebase of the base', ['rebase', BRANCH]],
    ['pull --rebase', ['pull', '-q', '--rebase', '.', BRANCH]],
  ]
  it.each(ways)('%s', (_name, args) => {
    const repository = baseAndStrayingTask()
    repository.git(['update-ref', 'refs/remotes/other/auth', repository.tip])
    repository.write('project/untracked.txt', 'mine\n')
    const ran = repository.tryGit(args)
    expect(ran.stderr).not.toContain('Back to a clean state')
    expect(repository.git(['status', '--porcelain'])).toBe('?? untracked.txt')
    repository.run('rm', [repository.path('project/untracked.txt')])
    expectRefused(repository, ran)
  })

  it('a merge of a commit id, and of the branch among others (octopus)', () => {
    const repository = baseAndStrayingTask()
    expectRefused(repository, repository.tryGit(['merge', repository.tip]))
    taskWithWork(repository, { id: 'docs' }, { 'src/docs/a.md': 'a\n' })
    expectRefused(repository, repository.tryGit(['merge', '--no-edit', 'task/docs', BRANCH]))
  })

  it('keeps uncommitted work of the person as it was', () => {
    const repository = baseAndStrayingTask()
    repository.write('project/README.md', 'edited\n')
    expect(repository.tryGit(['merge', BRANCH]).status).not.toBe(0)
    expect(repository.git(['status', '--porcelain'])).toBe(' M README.md')
  })
})

describe('refused late, and taken back by the command that is printed', () => {
  const ways: [string, string[]][] = [
    ['cherry-pick', ['cherry-pick', BRANCH]],
    ['cherry-pick of a range', ['cherry-pick', `main..${BRANCH}`]],
    ['cherry-pick --ff', ['cherry-pick', '--ff', `main..${BRANCH}`]],
    ['reset --hard', ['reset', '-q', '--hard', BRANCH]],
    ['reset --mixed', ['reset', '-q', BRANCH]],
    ['reset --soft', ['reset', '-q', '--soft', BRANCH]],
    ['reset --keep', ['reset', '-q', '--keep', BRANCH]],
    ['checkout -B', ['checkout', '-q', '-B', 'main', BRANCH]],
    ['switch -C', ['switch', '-q', '-C', 'main', BRANCH]],
    ['update-ref', ['update-ref', 'refs/heads/main', BRANCH]],
    ['fetch --update-head-ok', ['fetch', '-q', '--update-head-ok', '.', `${BRANCH}:main`]],
    ['rebase --no-verify', ['rebase', '-q', '--no-verify', BRANCH]],
  ]
  it.each(ways)('%s', (_name, args) => {
    const repository = baseAndStrayingTask()
    expectRefused(repository, repository.tryGit(args))
  })

  it('update-ref with the old value', () => {
    const repository = baseAndStrayingTask()
    expectRefused(repository, repository.tryGit(['update-ref', 'refs/heads/main', BRANCH, repository.before]))
  })

  it('am', () => {
    const repository = baseAndStrayingTask()
    repository.git(['format-patch', '-q', '-o', repository.path('patches'), `main..${BRANCH}`])
    expectRefused(
      repository,
      repository.tryGit(['am', '-q', repository.path('patches/0002-work-on-lib-pool.ts.patch')]),
    )
  })

  it('cherry-pick that was rewritten on the way (a new message, a new committer)', () => {
    const repository = baseAndStrayingTask()
    expectRefused(
      repository,
      repository.tryGit(['cherry-pick', '-x', BRANCH], { env: { GIT_COMMITTER_NAME: 'Somebody Else' } }),
    )
  })

  it('pull --rebase of a person’s branch, with a pick of the task’s on the way', () => {
    const repository = baseAndStrayingTask()
    repository.git(['switch', '-q', '-c', 'feature/person'])
    repository.commit({ 'person.ts': '1\n' })
    repository.git(['switch', '-q', 'main'])
    const fixture = { ...repository, before: repository.commit({ 'mine.ts': '1\n' }) }
    const env = { GIT_SEQUENCE_EDITOR: `printf 'exec git cherry-pick ${repository.tip}\\n' >>` }
    expectRefused(fixture, repository.tryGit(['pull', '-q', '--rebase=interactive', '.', 'feature/person'], { env }))
  })

  it('a rebase of a copy of the branch, then reset to it', () => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'README.md': 'moved on\n' }, 'a person moves on')
    repository.git(['branch', 'copy', BRANCH])
    repository.git(['rebase', '-q', 'main', 'copy'])
    repository.git(['switch', '-q', 'main'])
    const fixture = { ...repository, before: repository.git(['rev-parse', 'main']) }
    expectRefused(fixture, repository.tryGit(['reset', '-q', '--hard', 'copy']))
  })
})

describe('what was begun while the hooks were off is refused at its commit', () => {
  const commits: [string, string[]][] = [
    ['commit', ['commit', '-q', '-m', 'done']],
    ['commit --no-verify', ['commit', '-q', '--no-verify', '-m', 'done']],
  ]
  describe.each(commits)('%s', (_name, commit) => {
    const begun: [string, string[]][] = [
      ['merge --squash', ['merge', '--squash', BRANCH]],
      ['merge --no-commit', ['merge', '--no-ff', '--no-commit', BRANCH]],
      ['cherry-pick --no-commit', ['cherry-pick', '--no-commit', BRANCH]],
    ]
    it.each(begun)('%s', (_begin, args) => {
      const repository = baseAndStrayingTask()
      repository.git(args, { env: OFF })
      expectRefused(repository, repository.tryGit(commit))
    })

    it.each(['merge', 'cherry-pick'])('a %s conflict that a person resolved', (verb) => {
      const repository = baseAndStrayingTask()
      repository.commit({ 'lib/pool.ts': 'export const max = 2\n' }, 'a person changes the same line')
      const fixture = { ...repository, before: repository.git(['rev-parse', 'main']) }
      expect(repository.tryGit([verb, BRANCH], { env: OFF }).status).toBe(1)
      repository.write('project/lib/pool.ts', 'export const max = 3\n')
      repository.git(['add', 'lib/pool.ts'])
      expectRefused(fixture, repository.tryGit(commit))
    })
  })

  it.each(['merge', 'cherry-pick'])('%s --continue', (verb) => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'lib/pool.ts': 'export const max = 2\n' }, 'a person changes the same line')
    const fixture = { ...repository, before: repository.git(['rev-parse', 'main']) }
    expect(repository.tryGit([verb, BRANCH], { env: OFF }).status).toBe(1)
    repository.write('project/lib/pool.ts', 'export const max = 3\n')
    repository.git(['add', 'lib/pool.ts'])
    expectRefused(fixture, repository.tryGit([verb, '--continue']))
  })

  it('an edit made by hand inside the merge of a task that stays in its lane', () => {
    const repository = baseAndStrayingTask()
    taskWithWork(repository, { id: 'docs' }, { 'src/docs/a.md': 'a\n' })
    repository.git(['merge', '--no-ff', '--no-commit', 'task/docs'])
    repository.write('project/lib/pool.ts', 'slipped in\n')
    repository.git(['add', 'lib/pool.ts'])
    const ran = repository.tryGit(['commit', '-q', '-m', 'merge'])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('the merge of task/docs')
    recover(repository, ran.stderr)
    expectClean(repository)
  })
})

describe('refused by git itself while the base is checked out', () => {
  const ways: [string, string[]][] = [
    ['branch -f', ['branch', '-f', 'main', BRANCH]],
    ['branch -M', ['branch', '-M', BRANCH, 'main']],
    ['fetch into it', ['fetch', '-q', '.', `${BRANCH}:main`]],
    ['push into it', ['push', '-q', '.', `${BRANCH}:main`]],
  ]
  it.each(ways)('%s', (_name, args) => {
    const repository = baseAndStrayingTask()
    expect(repository.tryGit(args).status).not.toBe(0)
    expectClean(repository)
  })
})

it('a single cherry-pick that is a fast-forward', () => {
  const repository = baseAndStrayingTask()
  repository.git(['branch', 'one', 'main'])
  const worktree = repository.path('one')
  repository.git(['worktree', 'add', '-q', worktree, 'one'], { env: OFF })
  repository.git(['cherry-pick', BRANCH], { cwd: worktree, env: OFF })
  expectRefused(repository, repository.tryGit(['cherry-pick', '--ff', 'one']))
})
