/** The lease is won by one, whoever races: processes out of several worktrees, round after round. */
import { expect, it } from 'vitest'
import { freeLease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease } from '../../scripts/policy/migrations/lease-text.ts'
import { gitThat } from '../support/altered-git.ts'
import { leased, leaseNow, migration, putLease } from '../support/leases.ts'
import { CLI, createRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const RACERS = 20
const ROUNDS = 5

it(`${RACERS} processes from two worktrees, ${ROUNDS} rounds: one winner each, every loser is told who`, async () => {
  const project = createRepository(leased())
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
    const lease = leaseNow(project)
    expect(lease).toMatchObject({ holder: { task: winner }, fence: fence + 1 })
    expect(lease?.queue).toHaveLength(RACERS - 1)
    // back to the start: nobody holds it, nobody waits, and the fence stays
    fence += 1
    putLease(project, formatLease({ ...freeLease(24), fence }))
  }
  expect(project.run('find', [`${project.root}/.git/refs/lanekeeper`, '-name', '*.lock']).stdout).toBe('')
})

it('a task that joins while another asks keeps its place', () => {
  const project = createRepository(leased())
  const a = addTask(project, { id: 'a', migrations: 'dev' }).path
  const b = addTask(project, { id: 'b', migrations: 'dev' }).path
  migration(project, ['claim'], a)
  // between what b read and its swap
  const words = 'new-task --title Late --allow src/late --migrations dev'
  const once = `[ -e ${project.path('once')} ] || { touch ${project.path('once')}; ${process.execPath} ${CLI} ${words} >&2; }`
  const env = gitThat(project, '-m claim by b', once)
  expect(project.lanekeeper(['migration', 'claim'], { cwd: b, env }).status).toBe(1)
  expect(leaseNow(project)?.queue.map(({ task }) => task)).toEqual(['late', 'b'])
})
