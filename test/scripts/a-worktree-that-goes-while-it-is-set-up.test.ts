/** Somebody deletes a worktree while its database is being made: what was made stays in the ledger, so that gc finds it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeRecord } from '../../scripts/system/ledger.ts'
import { thisProcess } from '../../scripts/system/lock.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { CLI, createRepository } from '../support/repository.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'
import { markProvisioned } from '../support/tasks.ts'

describe('the database is swept (found by the simulator)', () => {
  it.each([
    ['git worktree remove', 'git worktree remove --force "$LANEKEEPER_DB_WORKTREE"'],
    ['rm -rf', 'rm -rf "$LANEKEEPER_DB_WORKTREE"'],
  ])('%s', (_name, goes) => {
    const command = {
      create: `cp "data/$LANEKEEPER_DB_SOURCE" "data/$LANEKEEPER_DB_NAME" && ${goes}`,
      url: 'echo "mysql://localhost/$LANEKEEPER_DB_NAME"',
      destroy: 'rm "data/$LANEKEEPER_DB_NAME"',
    }
    const databases = { dev: { provider: 'command', vars: ['DATABASE_URL'], command } }
    const migrations = [{ database: 'dev', paths: ['migrations'] }]
    const files = { 'migrations/0001_start.sql': 'CREATE TABLE t (n INTEGER);\n', '.gitignore': '.env*\ndata\n' }
    const project = createRepository({ ...settings({ databases, migrations }), ...files })
    mkdirSync(join(project.root, 'data'))
    project.write(join(project.root, 'data/shop'), 'rows')
    project.write(join(project.root, '.env'), 'DATABASE_URL=mysql://localhost/shop\n')
    const path = startTask(project, 'a')
    project.lanekeeper(['setup', path, '--wait'])
    expect(readdirSync(join(project.root, 'data'))).toHaveLength(2)
    const made = { role: 'dev', resource: expect.stringContaining('shop_wt_') }
    expect(ledgerOf(project)).toMatchObject([{ databases: [made] }])

    rmSync(path, { recursive: true, force: true })
    expect(project.lanekeeper(['gc'])).toMatchObject({ status: 0 })
    expect(readdirSync(join(project.root, 'data'))).toEqual(['shop'])
    expect(ledgerOf(project)).toEqual([])
  })
})

it('gc asks anew whose a record is when its turn comes: a set-up may have begun while it was busy with another', async () => {
  const command = {
    create: 'true',
    url: 'echo mysql://localhost/x',
    destroy: ': > ../busy; while [ ! -e ../go ]; do sleep 0.05; done',
  }
  const databases = { dev: { provider: 'command', vars: ['DATABASE_URL'], command } }
  const project = createRepository({ ...settings({ databases }), '.env': 'DATABASE_URL=mysql://localhost/shop\n' })
  const [busy, begun] = ['a', 'b']
    .map((id) => markProvisioned(project, startTask(project, id)))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  if (!busy || !begun) throw new Error('not recorded')
  const database = {
    role: 'dev',
    provider: 'command',
    state: 'ready',
    nonce: '0a1b2c3d',
    resource: 'command:x',
  } as const
  const details = { name: 'shop_wt_x_0a1b2c3d', source: 'shop' }
  const held = { ...database, source: 'command:shop', url: 'mysql://localhost/x', vars: ['DATABASE_URL'], details }
  const opened = openRepository(project.root, project.env)
  writeRecord(opened, { ...busy, databases: [held] })
  for (const { path } of [busy, begun]) rmSync(path, { recursive: true })

  const gc = project.start(process.execPath, [CLI, 'gc', '--json'], { cwd: project.root })
  await expect.poll(() => project.exists('busy'), { timeout: 20_000 }).toBe(true)
  writeRecord(opened, { ...begun, worker: thisProcess() })
  project.write('go', '')
  const { kept } = JSON.parse((await gc).stdout)
  expect(kept).toContainEqual({
    what: `what ${begun.path} holds`,
    why: expect.stringContaining('its set-up still runs'),
  })
  expect(ledgerOf(project).map(({ id }) => id)).toEqual([begun.id])
  // the test waits for every worker before it clears up
  writeRecord(opened, begun)
})
