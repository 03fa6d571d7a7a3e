/** The lease is won by one, whoever races: processes out of several worktrees, round after round. */
import { expect, it } from 'vitest'
import { readLease } from '../../scripts/policy/migrations/lease-text.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const RACERS = 20
const ROUNDS = 5
const REF = 'refs/lanekeeper/leases/dev'

const leaseIn = (project: TestRepository) => readLease(project.git(['cat-file', 'blob', REF]))

it(`${RACERS} processes from two worktrees, ${ROUNDS} rounds: one winner each, every loser is told who`, async () => {
  const settings = { migrations: [{ database: 'dev', paths: ['migrations'] }] }
  const project = createRepository({ 'lanekeeper.json': JSON.stringify(settings) })
  const ids = Array.from({ length: RACERS }, (_, n) => `racer-${n}`)
  for (const id of ids) addTask(project, { id, migrations: 'dev' })
  const beside = project.path('beside')
  project.git(['worktree', 'add', '-q', '--detach', beside])
  const race = (id: string, n: number) =>
    project.start(process.execPath, [CLI, 'migration', 'claim', '--task', id, '--json'], {
      cwd: n % 2 === 0 ? project.root : beside,
    })
  let fence = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const ran = await Promise.all(ids.map(race))
    const answers = ran.map(({ stdout }) => JSON.parse(stdout))
    const winners = answers.filter(({ ok }) => ok)
    expect(winners.map(({ kind }) => kind)).toEqual(['taken'])
    const [{ task: winner }] = winners
    const losers = answers.filter(({ ok }) => !ok)
    expect(losers.every(({ error, holder }) => error.code === 'lease-held' && holder.task === winner)).toBe(true)
    expect(losers.map(({ place }) => place).sort((a, b) => a - b)).toEqual(losers.map((_, index) => index + 1))
    expect(ran.map(({ status }) => status).filter((status) => status === 1)).toHaveLength(RACERS - 1)
    const lease = leaseIn(project)
    expect(lease).toMatchObject({ holder: { task: winner }, fence: fence + 1 })
    expect(lease?.queue).toHaveLength(RACERS - 1)
    // back to the start: nobody holds it, nobody waits, and the fence stays
    fence += 1
    const free = project.run('git', ['hash-object', '-w', '--stdin'], {
      cwd: project.root,
      input: JSON.stringify({ holder: null, fence, hours: 24, queue: [] }),
    })
    project.git(['update-ref', REF, free.stdout.trim()])
  }
  expect(project.run('find', [`${project.root}/.git/refs/lanekeeper`, '-name', '*.lock']).stdout).toBe('')
})
