/** `git worktree move` tells nobody but git: what our pages say of the place is wrong until the worktree is set up again. */
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'
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

it('is removed without a word on the database of another that has its old place by now', () => {
  const project = createRepository({
    ...settings({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
    '.gitignore': '.env.local\n*.db\n',
  })
  project.write('project/.env.local', 'DATABASE_URL=file:./dev.db\n')
  sql(project.path('project/dev.db'), 'CREATE TABLE t (a); INSERT INTO t VALUES (1)')
  const path = startTask(project, 'a')
  project.lanekeeper(['setup', path, '--wait'])
  project.git(['worktree', 'move', path, project.path('worktrees/elsewhere')])
  project.git(['worktree', 'add', '-q', '-b', 'other', path])
  project.lanekeeper(['setup', path, '--wait'])

  const { status, stdout } = project.lanekeeper(['remove', 'a', '--json'])
  expect({ status, kept: JSON.parse(stdout).kept }).toEqual({ status: 0, kept: [] })
  expect(rows(`${path}/dev.db`, 'SELECT a FROM t')).toEqual(['1'])
  expect(project.lanekeeper(['gc', '--dry-run']).stdout).toBe('Nothing to sweep.\n')
})
