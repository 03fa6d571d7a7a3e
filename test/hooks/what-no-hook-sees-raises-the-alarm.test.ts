/** Plumbing from a task's worktree, an overridden hooks path, a ref written by hand: the next entrance says so. */
import { describe, expect, it } from 'vitest'
import { BRANCH, expectClean, preparedStrayingTask, type StrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

const ways: [string, (repository: StrayingTask) => void][] = [
  ['hooks path overridden', (r) => r.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', BRANCH])],
  [
    'hooks path overridden, true merge',
    (r) => r.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', '--no-ff', '--no-edit', BRANCH]),
  ],
  [
    'hooks path overridden, squash',
    (r) => {
      r.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', '--squash', BRANCH])
      r.git(['-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'squashed'])
    },
  ],
  ['hooks path overridden, cherry-pick', (r) => r.git(['-c', 'core.hooksPath=/dev/null', 'cherry-pick', BRANCH])],
  [
    'a file taken over and committed by hand',
    (r) => {
      r.git(['checkout', '-q', BRANCH, '--', 'lib/pool.ts'])
      r.git(['commit', '-q', '-m', 'by hand'])
    },
  ],
  ['ref written by hand', (r) => r.write('project/.git/refs/heads/main', `${r.tip}\n`)],
  ['update-ref from the task’s worktree', (r) => r.git(['update-ref', 'refs/heads/main', BRANCH], { cwd: r.worktree })],
  [
    'fetch --update-head-ok from the task’s worktree',
    (r) => r.git(['fetch', '-q', '--update-head-ok', '.', `${BRANCH}:main`], { cwd: r.worktree }),
  ],
  [
    'checkout -B from the task’s worktree',
    (r) => {
      const ran = r.tryGit(['checkout', '-q', '-B', 'main', BRANCH], { cwd: r.worktree })
      // git 2.44 and newer refuse this themselves
      if (ran.status !== 0) r.git(['update-ref', 'refs/heads/main', BRANCH], { cwd: r.worktree })
      else r.git(['switch', '-q', BRANCH], { cwd: r.worktree })
    },
  ],
]

describe('base-moved-unjudged', () => {
  it.each(ways)('%s', (_name, move) => {
    const repository = baseAndStrayingTask()
    move(repository)
    expect(repository.git(['rev-parse', 'main'])).not.toBe(repository.before)

    const ran = repository.lanekeeper(['status'])
    expect(ran.stderr).toContain('base-moved-unjudged')
    expect(ran.stderr).toContain('lib/pool.ts')
    expect(ran.stderr).toContain('task "auth"')
    const { alarms } = JSON.parse(repository.lanekeeper(['status', '--json']).stdout)
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toMatchObject({ code: 'base-moved-unjudged', files: ['lib/pool.ts'] })

    const undo = /undo: +(git .+)/.exec(alarms[0].hint)?.[1] ?? 'false'
    expect(repository.run('sh', ['-c', undo], { cwd: repository.root })).toMatchObject({ status: 0 })
    expectClean(repository)
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })
})

it('a person accepts, it is recorded, and the alarm is silent', () => {
  const repository = baseAndStrayingTask()
  repository.git(['update-ref', 'refs/heads/main', BRANCH], { cwd: repository.worktree })
  const byTask = repository.lanekeeper(['accept', '--reason', 'let me'], { cwd: repository.worktree })
  expect(byTask).toMatchObject({ status: 1 })
  expect(repository.lanekeeper(['accept', '--reason', 'reviewed by hand']).status).toBe(0)
  expect(repository.git(['log', '-1', '--format=%B', 'refs/lanekeeper/tasks'])).toContain('reviewed by hand')
  expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
})

describe('what a person commits on the base is no task’s, though', () => {
  it.each([
    ['a task merges it', ['merge', '-q', 'main']],
    ['a task is moved onto it', ['reset', '-q', '--hard', 'main']],
  ])('%s', (_name, take) => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'lib/pool.ts': 'export const max = 2\n' }, 'by a person')
    repository.git(['commit', '-q', '--amend', '-m', 'by a person, said better'])
    repository.git(['reset', '-q', '--hard', repository.before], { cwd: repository.worktree })
    repository.git(take, { cwd: repository.worktree })

    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
    repository.git(['clone', '-q', '--bare', repository.root, repository.path('remote.git')])
    repository.git(['push', '-q', repository.path('remote.git'), 'main'])
  })

  it('a stray move under it still raises the alarm', () => {
    const repository = baseAndStrayingTask()
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', '--no-edit', BRANCH])
    repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    repository.git(['revert', '-n', 'HEAD'])
    repository.git(['commit', '-q', '-m', 'judged, and let pass'])
    const { alarms } = JSON.parse(repository.lanekeeper(['status', '--json']).stdout)
    expect(alarms).toMatchObject([{ code: 'base-moved-unjudged', files: ['lib/pool.ts'] }])
  })
})

describe('a person’s commits around the stray ones stay', () => {
  const undoOf = (repository: StrayingTask) => {
    const [alarm] = JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms
    return /undo: +(git .+)/.exec(alarm.hint)?.[1] ?? 'false'
  }
  const run = (repository: StrayingTask, command: string) =>
    expect(repository.run('sh', ['-c', command], { cwd: repository.root })).toMatchObject({ status: 0 })

  it('before them', () => {
    const repository = baseAndStrayingTask()
    const mine = repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', '--no-edit', BRANCH])
    run(repository, undoOf(repository))
    expect(repository.git(['rev-parse', 'main'])).toBe(mine)
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it.each([['--no-ff'], ['--ff']])('after a merge with %s', (kind) => {
    const repository = baseAndStrayingTask()
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', kind, '--no-edit', BRANCH])
    repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    run(repository, undoOf(repository))
    expect(repository.git(['show', 'main:lib/pool.ts'])).toBe('export const max = 1')
    expect(repository.git(['show', 'main:README.md'])).toBe('mine')
    expect(repository.git(['status', '--porcelain'])).toBe('')
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it.each(['nowhere', 'in a linked worktree'])('though the base is checked out %s by now', (where) => {
    const repository = baseAndStrayingTask()
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', BRANCH])
    repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    repository.git(['switch', '-q', '-c', 'elsewhere'])
    const linked = repository.path('linked')
    if (where !== 'nowhere') repository.git(['worktree', 'add', '-q', linked, 'main'], { env: { LANEKEEPER: '0' } })
    run(repository, undoOf(repository))
    expect(repository.git(['show', 'main:lib/pool.ts'])).toBe('export const max = 1')
    expect(repository.git(['show', 'main:README.md'])).toBe('mine')
    expect(repository.git(['symbolic-ref', 'HEAD'])).toBe('refs/heads/elsewhere')
    for (const cwd of where === 'nowhere' ? [repository.root] : [repository.root, linked])
      expect(repository.git(['status', '--porcelain'], { cwd })).toBe('')
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it.each([
    ['moved to the branch, which lacks them', ['reset', '-q', '--hard', BRANCH], false],
    ['moved to the branch, which has merged them', ['merge', '-q', '--ff-only', BRANCH], true],
  ])('the base was %s', (_name, move, isMerged) => {
    const repository = baseAndStrayingTask()
    const mine = repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    const env = { LANEKEEPER: '0' }
    if (isMerged) repository.git(['merge', '-q', '--no-edit', 'main'], { cwd: repository.worktree, env })
    repository.git(['-c', 'core.hooksPath=/dev/null', ...move])
    run(repository, undoOf(repository))
    expect(repository.git(['rev-parse', 'main'])).toBe(mine)
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it('on both sides of a branch that had merged them', () => {
    const repository = baseAndStrayingTask()
    repository.commit({ 'README.md': 'mine\n' }, 'by a person')
    repository.git(['merge', '-q', '--no-edit', 'main'], { cwd: repository.worktree, env: { LANEKEEPER: '0' } })
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', BRANCH])
    repository.commit({ 'later.md': 'mine\n' }, 'by a person')
    run(repository, undoOf(repository))
    for (const file of ['README.md', 'later.md']) expect(repository.git(['show', `main:${file}`])).toBe('mine')
    expect(repository.git(['show', 'main:lib/pool.ts'])).toBe('export const max = 1')
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it('a linked worktree that has the base goes back with it', () => {
    const repository = baseAndStrayingTask()
    repository.git(['switch', '-q', '-c', 'elsewhere'])
    const cwd = repository.path('linked')
    repository.git(['worktree', 'add', '-q', cwd, 'main'], { env: { LANEKEEPER: '0' } })
    repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', BRANCH], { cwd })
    run(repository, undoOf(repository))
    expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
    expect(repository.git(['status', '--porcelain'], { cwd })).toBe('')
  })
})

describe('while the base is checked out nowhere', () => {
  /** The main worktree stands on another branch, so no hook guards the base. */
  function elsewhere(): StrayingTask {
    const repository = baseAndStrayingTask()
    repository.git(['switch', '-q', '-c', 'elsewhere'])
    return repository
  }
  const copy = (repository: StrayingTask) => {
    repository.git(['branch', 'copy', BRANCH])
    return 'copy'
  }
  const moves: [string, (repository: StrayingTask) => void][] = [
    ['branch -f', (r) => r.git(['branch', '-f', 'main', BRANCH])],
    ['branch -M', (r) => r.git(['branch', '-M', copy(r), 'main'])],
    ['fetch into it', (r) => r.git(['fetch', '-q', '.', `${BRANCH}:main`])],
    ['push into it without hooks', (r) => r.git(['push', '-q', '--no-verify', '.', `${BRANCH}:main`])],
    [
      'symbolic-ref and reset',
      (r) => {
        r.git(['-c', 'core.hooksPath=/dev/null', 'symbolic-ref', 'HEAD', 'refs/heads/main'])
        r.git(['-c', 'core.hooksPath=/dev/null', 'reset', '-q', '--hard', BRANCH])
        r.git(['switch', '-q', 'elsewhere'])
      },
    ],
    [
      'fast-import',
      (r) => {
        const stream = r.git(['fast-export', `main..${BRANCH}`]).replaceAll(`refs/heads/${BRANCH}`, 'refs/heads/main')
        expect(r.run('git', ['fast-import', '--quiet', '--force'], { cwd: r.root, input: `${stream}\n` }).status).toBe(
          0,
        )
      },
    ],
    [
      'rebase --update-refs',
      (r) => {
        // main is put into the middle of a branch that is rebased onto nothing new but an edit of its first commit
        copy(r)
        r.git(['update-ref', 'refs/heads/main', BRANCH])
        r.git(['update-ref', 'refs/lanekeeper/verified/main', r.before])
        const cwd = r.path('copying')
        r.git(['worktree', 'add', '-q', cwd, 'copy'], { env: { LANEKEEPER: '0' } })
        r.git(['rebase', '-q', '--force-rebase', '--update-refs', r.before], {
          cwd,
          env: { GIT_COMMITTER_DATE: '2030-01-01T00:00:00Z' },
        })
      },
    ],
  ]
  it.each(moves)('%s', (_name, move) => {
    const repository = elsewhere()
    move(repository)
    expect(repository.git(['rev-parse', 'main'])).not.toBe(repository.before)
    const { alarms } = JSON.parse(repository.lanekeeper(['status', '--json']).stdout)
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toMatchObject({ code: 'base-moved-unjudged', files: ['lib/pool.ts'] })
    const undo = /undo: +(git .+)/.exec(alarms[0].hint)?.[1] ?? 'false'
    expect(repository.run('sh', ['-c', undo], { cwd: repository.root })).toMatchObject({ status: 0 })
    expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
    expect(repository.git(['status', '--porcelain'])).toBe('')
    expect(JSON.parse(repository.lanekeeper(['status', '--json']).stdout).alarms).toEqual([])
  })

  it('a push into it with hooks is refused', () => {
    const repository = elsewhere()
    const ran = repository.tryGit(['push', '-q', '.', `${BRANCH}:main`])
    expect(ran.status).not.toBe(0)
    expect(ran.stderr).toContain('lib/pool.ts')
    expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
  })
})
