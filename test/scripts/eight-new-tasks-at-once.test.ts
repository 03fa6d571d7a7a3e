import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'

it('eight at once: eight worktrees, all ready, no port twice, nothing left locked', async () => {
  const project = createRepository({ 'src/a.ts': 'export {}\n' })
  expect(project.lanekeeper(['install'])).toMatchObject({ status: 0 })
  const cli = new URL('../../dist/cli.cjs', import.meta.url).pathname
  const numbers = Array.from({ length: 8 }, (_, index) => index)
  const runs = await Promise.all(
    numbers.map((n) =>
      project.start(process.execPath, [cli, 'new-task', '--title', `Task ${n}`, '--allow', `src/${n}`, '--json'], {
        cwd: project.root,
      }),
    ),
  )
  expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual(numbers.map(() => [0, '']))
  const documents = runs.map(({ stdout }) => JSON.parse(stdout))
  expect(documents.map(({ state }) => state)).toEqual(numbers.map(() => 'ready'))
  expect(new Set(documents.map(({ ports }) => ports.PORT)).size).toBe(8)
  expect(project.git(['worktree', 'list', '--porcelain']).match(/^branch refs\/heads\/task\/task-\d$/gm)).toHaveLength(
    8,
  )
  expect(project.git(['ls-tree', '--name-only', 'refs/lanekeeper/tasks']).split('\n')).toHaveLength(8)
  expect(project.run('find', [project.path('project/.git'), '-name', '*.lock']).stdout).toBe('')
  expect(project.run('find', [project.path('project/.git/lanekeeper/locks'), '-type', 'f']).stdout).toBe('')
})
