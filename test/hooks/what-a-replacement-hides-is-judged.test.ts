/** `git replace` changes what git shows in one clone, and nothing of what a branch brings: the gate sees what a push would. */
import { expect, it } from 'vitest'
import { BRANCH, preparedStrayingTask, type StrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

const hidings: [string, (r: StrayingTask) => string[]][] = [
  [
    'a tree without the stray file',
    (r) => [r.git(['rev-parse', `${r.tip}^{tree}`]), r.git(['rev-parse', 'main^{tree}'])],
  ],
  [
    'a commit that changes nothing',
    (r) => [r.tip, r.git(['commit-tree', 'main^{tree}', '-p', 'main', '-m', 'nothing'])],
  ],
]

it.each(hidings)('the branch shows %s', (_name, hide) => {
  const repository = baseAndStrayingTask()
  repository.git(['replace', ...hide(repository)], { cwd: repository.worktree })
  expect(repository.git(['diff', '--name-only', 'main', BRANCH])).not.toContain('lib/pool.ts')
  const { status, stderr } = repository.tryGit(['merge', '-q', BRANCH])
  expect({ status, names: stderr.includes('lib/pool.ts') }).toEqual({ status: 128, names: true })
  expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
})
