import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { settings, workedTask } from '../support/task-worktrees.ts'

/** Installed hooks, and a task `a` that changed two files outside its lane. */
const strayed = prepared((place) => {
  const project = createRepository(settings(), place)
  expect(project.lanekeeper(['install'])).toMatchObject({ status: 0 })
  const path = workedTask(project, 'a')
  const files = { 'lib/x.ts': 'x', 'lib/y z.ts': 'y' }
  project.commit(files, 'wander', { cwd: path, env: { LANEKEEPER: '0' } })
  return project
})

const land = (project: TestRepository, words: string[], cwd = project.root) =>
  project.lanekeeper(['land', 'a', ...words], { cwd })
const REASON = ['--reason', 'agreed\nwith Ann']

it('only what is named passes; it is on record in the merge and in the tasks ref, and raises no alarm', () => {
  const project = strayed()
  const main = project.git(['rev-parse', 'main'])
  const half = land(project, ['--allow', 'lib/x.ts', ...REASON])
  expect(half).toMatchObject({ status: 1 })
  expect(half.stderr).toContain(`land a --allow lib/x.ts --allow 'lib/y z.ts' --reason`)
  expect(half.stderr).not.toMatch(/^ +A +lib\/x\.ts/m)
  expect(land(project, ['--allow', 'lib/*', ...REASON])).toMatchObject({ status: 1 })
  expect(project.git(['rev-parse', 'main'])).toBe(main)
  const words = ['--allow', 'lib/x.ts', '--allow', './lib/y z.ts', ...REASON]
  expect(land(project, [...words, '--dry-run'])).toMatchObject({ status: 0 })
  const landed = land(project, words)
  expect(landed).toMatchObject({ status: 0, stdout: expect.stringContaining('✓ a') })

  const trailers = project.git(['log', '-1', '--format=%(trailers:only)', 'main'])
  expect(trailers.trim()).toBe(
    'Lanekeeper-Task: a\nLanekeeper-Allowed: lib/x.ts\nLanekeeper-Allowed: lib/y z.ts\nLanekeeper-Reason: agreed with Ann',
  )
  expect(project.git(['log', '-1', '--format=%B', 'refs/lanekeeper/tasks'])).toContain('Allowed: lib/x.ts')
  const { alarms } = JSON.parse(project.lanekeeper(['status', '--json']).stdout)
  expect(alarms).toEqual([])

  const expected = { kind: 'allow', task: 'a', paths: ['lib/x.ts', 'lib/y z.ts'], reason: 'agreed with Ann' }
  const audit = () => JSON.parse(project.lanekeeper(['audit', '--json']).stdout).events
  expect(audit()).toMatchObject([
    { ...expected, who: 'Test <test@example.com>', commit: project.git(['rev-parse', 'main']) },
  ])
  // a clone without our refs still has the trailers
  project.git(['update-ref', '-d', 'refs/lanekeeper/tasks'])
  expect(audit()).toMatchObject([expected])
})

it('is a person’s, for one task, with a reason', () => {
  const project = strayed()
  const agent = land(project, ['--allow', 'lib/x.ts', ...REASON], project.path('worktrees/a'))
  expect(agent).toMatchObject({ status: 1, stderr: expect.stringContaining(`cd ${project.root}`) })
  expect(land(project, ['--allow', 'lib/x.ts'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--reason'),
  })
  const all = project.lanekeeper(['land', '--all', '--allow', 'lib/x.ts', ...REASON])
  expect(all).toMatchObject({ status: 2, stderr: expect.stringContaining('one task') })
})

it('what is only to be known is said once, though a landing judges twice', () => {
  const project = strayed()
  const all = ['--allow', 'lib/x.ts', '--allow', 'lib/y z.ts', '--allow', 'README.md', ...REASON]
  const { status, stderr } = land(project, all)
  expect([status, stderr.match(/README\.md has no effect/g)]).toEqual([0, ['README.md has no effect']])
})
