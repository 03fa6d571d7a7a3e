/** Somebody deletes a worktree while its database is being made: what was made stays in the ledger, so that gc finds it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'

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
