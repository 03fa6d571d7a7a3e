/** Whatever ends a task gives its lease back and the next in line has it; what a kill left behind heals. */
import { expect, it } from 'vitest'
import { gitThat } from '../support/altered-git.ts'
import { heldSince, leased, leaseNow, migration, putLease } from '../support/leases.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { startTask, workedTask } from '../support/task-worktrees.ts'

function story() {
  const project = createRepository(leased(['dev', 'test']))
  const first = workedTask(project, 'first', { migrations: 'dev' })
  const second = startTask(project, 'second', { migrations: 'dev' })
  migration(project, ['claim'], first)
  migration(project, ['claim'], second)
  return { project, first, second }
}

const holderOf = (project: TestRepository, database = 'dev') => leaseNow(project, database)?.holder?.task ?? null

it.each([
  ['land', ['land', 'first']],
  ['land --keep', ['land', 'first', '--keep']],
  ['close', ['task', 'close', 'first']],
  ['remove', ['remove', 'first', '--force-unmerged']],
])('%s', (_, words) => {
  const { project, second } = story()
  expect(project.lanekeeper(words)).toMatchObject({ status: 0 })
  expect(leaseNow(project)).toMatchObject({ holder: { task: 'second' }, fence: 2, queue: [] })
  expect(migration(project, ['claim'], second).answer).toMatchObject({ kind: 'renewed' })
})

it('the place in line goes as well', () => {
  const { project } = story()
  expect(project.lanekeeper(['task', 'close', 'second']).status).toBe(0)
  expect(leaseNow(project)).toMatchObject({ holder: { task: 'first' }, fence: 1, queue: [] })
})

it('an edit that takes the migrations away gives the lease back, one that gives them asks for it', () => {
  const { project } = story()
  const edit = (id: string, from: string, to: string) => {
    const text = project.git(['show', `refs/lanekeeper/tasks:${id}.md`]).replace(from, to)
    return project.lanekeeper(['task', 'edit', id, '--file', project.write('edited.md', text)])
  }
  expect(edit('first', 'migrations: dev', 'migrations: test').status).toBe(0)
  expect([holderOf(project), holderOf(project, 'test')]).toEqual(['second', 'first'])
  const back = edit('first', 'migrations: test', 'migrations: dev')
  expect(back.stderr).toContain('Task first waits for the migrations of "dev" (1st in line)')
  expect(holderOf(project, 'test')).toBeNull()
  expect(edit('first', 'migrations: dev', 'migrations: null').status).toBe(0)
  expect(leaseNow(project)?.queue).toEqual([])
})

it('land --all lands the holder first, then who waits, as the lease passes from one to the next', () => {
  const project = createRepository(leased())
  const [old, young, last] = ['old', 'young', 'last'].map((id) => workedTask(project, id, { migrations: 'dev' }))
  for (const path of [young, last, old]) migration(project, ['claim'], path)
  const answer = JSON.parse(project.lanekeeper(['land', '--all', '--json']).stdout)
  expect(answer.landed.map(({ task }: { task: string }) => task)).toEqual(['young', 'last', 'old'])
  expect(leaseNow(project)).toMatchObject({ holder: null, fence: 3, queue: [] })
})

it('a task whose worktree could not be made leaves no lease', () => {
  const project = createRepository(leased())
  project.git(['branch', 'task'])
  const words = ['new-task', '--title', 'One', '--allow', 'src', '--migrations', 'dev']
  expect(project.lanekeeper(words)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('nothing is left behind'),
  })
  expect(leaseNow(project)).toMatchObject({ holder: null, queue: [] })
})

it('a landing that is killed between leaves a lease that counts as free; doctor tells, gc and claim heal', () => {
  const { project, second } = story()
  // the task has ended by the time the lease is let go
  const env = gitThat(project, '-m release by', 'kill -9 $PPID $$')
  expect(project.lanekeeper(['land', 'first'], { env }).status).not.toBe(0)
  expect(leaseNow(project)).toMatchObject({ holder: { task: 'first' }, fence: 1 })
  expect(project.lanekeeper(['doctor']).stdout).toContain(
    'task first is gone and holds the lease on the migrations of dev',
  )
  expect(migration(project, ['status']).answer.databases).toMatchObject([{ holder: { task: 'second' } }, {}])
  expect(project.lanekeeper(['gc', '--dry-run']).stdout).toContain('would remove the lease on the migrations of dev')
  expect(holderOf(project)).toBe('first')
  expect(project.lanekeeper(['gc']).stdout).toContain('removed the lease on the migrations of dev')
  expect(leaseNow(project)).toMatchObject({ holder: { task: 'second' }, fence: 2, queue: [] })
  expect(project.lanekeeper(['gc']).stdout).not.toContain('lease')
  putLease(project, heldSince('first', 1, ['nobody'], 2))
  expect(migration(project, ['claim'], second).answer).toMatchObject({ kind: 'taken', fence: 3, queue: [] })
})

it('doctor --fix frees it too', () => {
  const { project } = story()
  putLease(project, heldSince('nobody', 1, ['ghost'], 5))
  expect(project.lanekeeper(['doctor', '--fix']).stderr).toContain('free leases of tasks that are gone')
  expect(leaseNow(project)).toMatchObject({ holder: null, fence: 5, queue: [] })
})

it('the briefs follow when the lease changes hands', () => {
  const project = createRepository(leased())
  for (const title of ['First', 'Second'])
    project.lanekeeper(['new-task', '--title', title, '--allow', 'src', '--migrations', 'dev'])
  const brief = (id: string) => project.read(project.path('project.worktrees', id, 'TASK.md'))
  expect([brief('first'), brief('second')]).toEqual([
    expect.stringContaining('It held the lease on them'),
    expect.stringContaining('task `first` held the lease on them'),
  ])
  expect(project.lanekeeper(['task', 'close', 'first']).status).toBe(0)
  expect(brief('second')).toContain('It held the lease on them')
})
