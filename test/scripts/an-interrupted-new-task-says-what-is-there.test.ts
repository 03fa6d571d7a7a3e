/** Ctrl-C in the middle of a long set-up: the person is told what is there and how it goes on, and it does. */
import { expect, it } from 'vitest'
import { interruptedOnceBegun } from '../support/interrupt.ts'
import { createRepository } from '../support/repository.ts'
import { settings } from '../support/task-worktrees.ts'

it('keeps task and worktree, marks the set-up as failed and names the command that finishes it', async () => {
  const project = createRepository(settings({ setup: ['[ -e ../begun ] || { touch ../begun; sleep 20; }'] }))
  const words = ['new-task', '--title', 'Slow', '--allow', 'src/slow']
  const { status, answer, said } = await interruptedOnceBegun(project, words)
  expect(status).toBe(3)
  expect(said).toContain('Stopping what runs')

  const path = project.path('project.worktrees/slow')
  const { error } = JSON.parse(answer)
  expect(error).toMatchObject({ code: 'interrupted', hint: `npx lanekeeper setup ${path} --wait` })
  const { worktrees } = JSON.parse(project.lanekeeper(['status', '--json']).stdout)
  expect(worktrees).toContainEqual(expect.objectContaining({ path, task: 'slow', state: 'failed' }))
  expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
})
