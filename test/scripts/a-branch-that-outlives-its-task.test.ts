/** A closed task's branch stays for a person: with its worktree or without, what gc and remove say to type does take it. */
import { expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { branchesOf, startTask } from '../support/task-worktrees.ts'

function closedTask() {
  const project = createRepository()
  const path = startTask(project, 'one')
  expect(project.lanekeeper(['task', 'close', 'one']).status).toBe(0)
  return { project, path }
}

const wayOn = (project: TestRepository) => / hold work: (.+)$/m.exec(project.lanekeeper(['gc']).stdout)?.[1] ?? 'false'

it('with its worktree: remove', () => {
  const { project } = closedTask()
  expect(wayOn(project)).toBe('npx lanekeeper remove one')
  expect(project.lanekeeper(['remove', 'one']).status).toBe(0)
  expect(branchesOf(project)).toEqual(['main'])
})

it('without: git itself, and remove says so too', () => {
  const { project, path } = closedTask()
  project.git(['worktree', 'remove', path])
  const refused = project.lanekeeper(['remove', 'one'])
  const command = wayOn(project)
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(command)])
  expect(project.run('sh', ['-c', command], { cwd: project.root }).status).toBe(0)
  expect(branchesOf(project)).toEqual(['main'])
})
