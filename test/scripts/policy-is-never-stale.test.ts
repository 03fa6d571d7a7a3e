import { expect, it } from 'vitest'
import { createAdopted } from '../support/provisioning.ts'
import type { TestRepository } from '../support/repository.ts'

/** A task that may change src/one, with one commit in its lane; what `check` says is kept, and must not be too long. */
function story() {
  const project = createAdopted({ 'lanekeeper.json': '{"dependencies":"none"}', 'src/one/a': 'a' })
  const made = project.lanekeeper([
    'new-task',
    '--yes',
    '--id',
    'one',
    '--title',
    'One',
    '--allow',
    'src/one',
    '--step',
    'x',
  ])
  expect(made).toMatchObject({ status: 0 })
  const worktree = `${project.dir}/project.worktrees/one`
  project.commit({ 'src/one/a': 'b' }, 'work', { cwd: worktree })
  expect(verdict(project)).toBe('pass')
  return project
}

function verdict(project: TestRepository): string {
  return JSON.parse(project.lanekeeper(['check', 'task/one', '--json']).stdout).verdict
}

const settings = (project: TestRepository, more: object) => ({
  'lanekeeper.json': JSON.stringify({ ...JSON.parse(project.read(`${project.root}/lanekeeper.json`)), ...more }),
})

it('sees settings as soon as they are committed on the base, and no sooner', () => {
  const project = story()
  project.write(`${project.root}/lanekeeper.json`, settings(project, { protected: ['src'] })['lanekeeper.json'])
  expect(verdict(project)).toBe('pass')
  project.commit({}, 'protect src')
  expect(verdict(project)).toBe('refuse')
})

it('sees settings that came to a packed base by plumbing, and those that were taken back', () => {
  const project = story()
  const before = project.git(['rev-parse', 'main'])
  const after = project.commit(settings(project, { protected: ['src'] }), 'protect src')
  project.git(['reset', '-q', '--hard', before])
  expect(verdict(project)).toBe('pass')
  project.git(['pack-refs', '--all', '--prune'])
  project.git(['-c', 'core.hooksPath=/dev/null', 'update-ref', 'refs/heads/main', after])
  expect(verdict(project)).toBe('refuse')
  project.git(['-c', 'core.hooksPath=/dev/null', 'update-ref', 'refs/heads/main', before])
  expect(verdict(project)).toBe('pass')
})

it('sees a task that was edited', () => {
  const project = story()
  project.commit({ 'src/two/b': 'b' }, 'stray', {
    cwd: `${project.dir}/project.worktrees/one`,
    env: { LANEKEEPER: '0' },
  })
  expect(verdict(project)).toBe('refuse')
  const widened = project.lanekeeper(['task', 'widen', 'one', 'src/two', '--reason', 'needed'])
  expect(widened).toMatchObject({ status: 0 })
  expect(verdict(project)).toBe('pass')
})

it.each(['', 'torn', '{"rules":"x","policies":[]}', '[]', 'null'])(
  'does without its memory where that holds %j',
  (text) => {
    const project = story()
    const file = `${project.root}/.git/lanekeeper/cache/policies.json`
    expect(project.exists(file)).toBe(true)
    project.write(file, text)
    expect(verdict(project)).toBe('pass')
  },
)
