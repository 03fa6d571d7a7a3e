/**
 * The simulator in short: agents on one repository with real git, SQLite and Postgres, killed and hindered at random. Long:
 * `npm run simulate -- --agents 12 --minutes 20 --seed 7`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { logOf, scriptOf } from '../simulator/deeds.ts'
import { SCRIPT_HEADER } from '../simulator/script-header.ts'
import { simulate } from '../simulator/simulate.ts'
import { CLI, PROJECT_ROOT } from '../support/repository.ts'

const place = { cli: CLI, project: PROJECT_ROOT }

const rounds = (agents: readonly string[], count: number, hasFault: boolean) =>
  Array.from({ length: count }, (_, index) => ({ number: index + 1, agents, hasFault }))

it('four agents, with kills and a machine that fails them', async () => {
  const agents = ['agent1', 'agent2', 'agent3', 'agent4']
  const seed = Number(process.env.SEED ?? 5)
  const until = { schedule: rounds(agents, 20, true) }
  const outcome = await simulate({
    ...place,
    agents,
    seed,
    faults: 0.3,
    until,
    withPostgres: process.env.SKIP_PG !== '1',
  })
  expect(outcome.broken, `seed ${seed}\n${logOf(outcome.deeds)}`).toEqual([])
  expect(outcome.steps).toBe(80)
  const kinds = Object.values(outcome.faults)
  expect(kinds.length).toBeGreaterThan(2)
  expect(kinds.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5)
})

it('the script of a run does what the run did', async () => {
  const agents = ['agent1']
  const until = { schedule: rounds(agents, 12, false) }
  const outcome = await simulate({ ...place, agents, seed: 4, faults: 0, until, withPostgres: false })
  expect(outcome.broken).toEqual([])
  const dir = mkdtempSync(join(tmpdir(), 'lanekeeper-test-script-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const script = scriptOf(outcome.deeds, outcome.places, SCRIPT_HEADER)
  writeFileSync(join(dir, 'run.sh'), script)
  const env = { PATH: process.env.PATH, W: join(dir, 'w'), LANEKEEPER: CLI, PROJECT: PROJECT_ROOT }
  const ran = spawnSync('sh', ['run.sh'], { cwd: dir, env, encoding: 'utf8' })
  expect(ran.status, ran.stderr).toBe(0)
  const files = spawnSync('git', ['ls-tree', '-r', '--name-only', 'main'], {
    cwd: join(dir, 'w/project'),
    encoding: 'utf8',
  })
  expect(files.stdout.split('\n')).toEqual([...outcome.baseFiles, ''])
  expect(outcome.baseFiles.some((file) => file.startsWith('src/'))).toBe(true)
})
