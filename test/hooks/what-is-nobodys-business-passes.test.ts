/** The gate never stands in the way of work in scope, of git's own housekeeping, or of a person on the base. */
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../scripts/system/repository.ts'
import { verifiedTip } from '../../scripts/system/verified.ts'
import { prepared } from '../support/prepared.ts'
import { createRepository, repositoryAt } from '../support/repository.ts'
import { BRANCH, preparedStrayingTask, taskWithWork } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

const installed = prepared((place) => {
  const repository = createRepository({ 'lib/pool.ts': 'export const max = 1\n' }, place)
  expect(repository.lanekeeper(['install']).status).toBe(0)
  return repository
})

describe('a task in its lane reaches the base by', () => {
  const ways: [string, string[]][] = [
    ['fast-forward', ['merge', '-q', 'task/auth']],
    ['true merge', ['merge', '-q', '--no-ff', '--no-edit', 'task/auth']],
    ['cherry-pick', ['cherry-pick', 'task/auth']],
    ['rebase', ['rebase', '-q', 'task/auth']],
    ['reset', ['reset', '-q', '--hard', 'task/auth']],
    ['pull', ['pull', '-q', '.', 'task/auth']],
  ]
  it.each(ways)('%s', (_name, args) => {
    const repository = installed()
    taskWithWork(repository, { id: 'auth' }, { 'src/auth/login.ts': 'in lane\n' })
    repository.git(args)
    expect(repository.git(['show', 'main:src/auth/login.ts'])).toBe('in lane')
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
    expect(verifiedTip(openRepository(repository.root, repository.env), 'main')).toBe(
      repository.git(['rev-parse', 'main']),
    )
  })

  it('squash and commit', () => {
    const repository = installed()
    taskWithWork(repository, { id: 'auth' }, { 'src/auth/login.ts': 'in lane\n' })
    repository.git(['merge', '-q', '--squash', 'task/auth'])
    repository.git(['commit', '-q', '-m', 'squashed'])
    expect(repository.git(['status', '--porcelain'])).toBe('')
  })
})

describe('a person on the base', () => {
  it('commits, amends, reverts, resets, and merges a branch that is no task', () => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'lib/pool.ts': 'mine\n' }, 'by hand')
    repository.git(['commit', '-q', '--amend', '-m', 'by hand, better said'])
    repository.git(['commit', '-q', '--allow-empty', '--no-verify', '-m', 'without hooks'])
    repository.git(['revert', '--no-edit', 'HEAD~1'])
    repository.git(['reset', '-q', '--hard', 'HEAD~1'])
    repository.git(['switch', '-q', '-c', 'feature/person'])
    repository.commit({ 'lib/pool.ts': 'by a person on a branch\n' })
    repository.git(['switch', '-q', 'main'])
    repository.git(['merge', '-q', '--no-ff', '--no-edit', 'feature/person'])
    expect(repository.git(['show', 'main:lib/pool.ts'])).toBe('by a person on a branch')
    expect(JSON.parse(repository.lanekeeper(['accept', '--reason', 'x', '--json']).stdout)).toEqual({
      ok: true,
      accepted: null,
    })
  })

  it('commits although lanekeeper.json and a task file are broken, and although the code copy is gone', () => {
    const repository = installed()
    repository.commit({ 'lanekeeper.json': '{ broken' }, 'breaks the settings')
    repository.run('sh', ['-c', 'rm -rf .git/lanekeeper/code-*'], { cwd: repository.root })
    repository.commit({ 'lanekeeper.json': '{}' }, 'mends the settings')
    expect(repository.git(['status', '--porcelain'])).toBe('')
  })

  it('pulls what the upstream holds, whoever made it', () => {
    const repository = installed()
    repository.git(['clone', '-q', '--bare', '.', repository.path('upstream.git')])
    repository.git(['remote', 'add', 'origin', repository.path('upstream.git')])
    repository.git(['fetch', '-q', 'origin'])
    repository.git(['branch', '-q', '--set-upstream-to=origin/main', 'main'])
    taskWithWork(repository, { id: 'auth' }, { 'lib/pool.ts': 'out of lane, but reviewed there\n' })
    repository.git(['push', '-q', 'origin', 'task/auth:main'], { env: { LANEKEEPER: '0' } })
    repository.git(['pull', '-q'])
    expect(repository.git(['show', 'main:lib/pool.ts'])).toContain('reviewed there')
  })
})

describe('housekeeping', () => {
  it('gc, pack-refs, stash, fetch, tags, branches and worktrees work on the base', () => {
    const repository = baseAndStrayingTask()
    const place = repositoryAt(repository, repository.root)
    repository.write('project/README.md', 'edited\n')
    place.git(['stash', '-q'])
    place.git(['stash', 'pop', '-q'])
    place.git(['checkout', '-q', '--', 'README.md'])
    for (const args of [
      ['pack-refs', '--all'],
      ['gc', '-q', '--prune=now'],
      ['pack-refs', '--all', '--prune'],
      ['fetch', '-q', '.', `${BRANCH}:refs/remotes/x/auth`],
      ['tag', 'v1'],
      ['branch', 'other'],
      ['branch', '-q', '-D', 'other'],
      ['switch', '-q', '-c', 'side'],
      ['switch', '-q', 'main'],
      ['reset', '-q', '--hard'],
      ['merge', '-q', 'main'],
      ['update-ref', 'refs/heads/main', 'main'],
    ])
      expect(place.tryGit(args), args.join(' ')).toMatchObject({ status: 0 })
    expect(place.git(['rev-parse', 'main'])).toBe(repository.before)
  })

  it('deleting the base is refused, and named', () => {
    const repository = baseAndStrayingTask()
    const ran = repository.tryGit(['update-ref', '-d', 'refs/heads/main'])
    expect(ran.status).toBe(128)
    expect(ran.stderr).toContain('deleting main refused')
    expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
  })
})

it('LANEKEEPER=0 switches everything off', () => {
  const repository = baseAndStrayingTask()
  repository.git(['merge', '-q', BRANCH], { env: { LANEKEEPER: '0' } })
  expect(repository.git(['rev-parse', 'main'])).toBe(repository.tip)
})
