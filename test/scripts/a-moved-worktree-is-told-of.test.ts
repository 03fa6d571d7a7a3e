/** `git worktree move` tells nobody but git: what our pages say of the place is wrong until the worktree is set up again. */
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { settings, startTask } from '../support/task-worktrees.ts'

it('status and doctor say so, take nothing for left behind, and doctor --fix mends it', () => {
  const project = createRepository(settings())
  const path = startTask(project, 'a')
  project.lanekeeper(['setup', path, '--wait'])
  const moved = project.path('worktrees/elsewhere')
  project.git(['worktree', 'move', path, moved])

  const note = `${moved} was moved: its pages still name ${path}`
  expect(project.lanekeeper(['status']).stdout).toContain(`▲ ${note}\n  ↳ npx lanekeeper setup ${moved}`)
  const finding = (check: string, ...words: string[]) =>
    JSON.parse(project.lanekeeper(['doctor', '--json', ...words]).stdout).findings.find(
      (found: { check: string }) => found.check === check,
    )
  expect(finding('provisioning')).toMatchObject({ level: 'warning', message: note })
  expect(finding('leftovers')).toMatchObject({ level: 'ok' })

  expect(finding('provisioning', '--fix')).toMatchObject({ level: 'ok' })
  expect(project.read('worktrees/elsewhere/TASK.md')).toContain(moved)
  expect(project.lanekeeper(['status']).stdout).not.toContain('was moved')
  project.run('rm', ['-r', moved])
  expect(finding('leftovers')).toMatchObject({ level: 'warning' })
})
