/** The rules on migrations where git works: at a task's commit, in `check`, at a merge into the base, at a landing. */
import { describe, expect, it } from 'vitest'
import { createAdopted } from '../support/provisioning.ts'
import { startTask } from '../support/task-worktrees.ts'

const SETTINGS = JSON.stringify({
  dependencies: 'none',
  test: '',
  migrations: [{ preset: 'knex' }],
})

/** A base with one migration, and two tasks that made one each on it; `late` is the older one. */
function story() {
  const project = createAdopted({ 'lanekeeper.json': SETTINGS, 'migrations/20260101000000_start.js': 'start\n' })
  const run = (words: string[], cwd = project.root) => project.lanekeeper(words, { cwd })
  const task = (id: string) => startTask(project, id, { migrations: 'dev' })
  return { project, run, task }
}

const EARLY = 'migrations/20260201000000_early.js'
const NEWER = 'migrations/20260301000000_newer.js'

describe('without the lease', () => {
  it('a commit of a migration is refused, with the claim; after it the same commit passes', () => {
    const { project, run, task } = story()
    const path = task('early')
    project.write(`${path}/${EARLY}`, 'early\n')
    project.git(['add', '-A'], { cwd: path })
    const refused = project.tryGit(['commit', '-qm', 'early'], { cwd: path })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(
      'git commit -qm early refused: 1 file against the rules of migrations in task "early"',
    )
    expect(refused.stderr).toContain('migration-owner: nobody holds the lease on the migrations of "dev"')
    expect(refused.stderr).toContain('→ npx lanekeeper migration claim dev')
    expect(run(['migration', 'claim'], path).status).toBe(0)
    expect(project.tryGit(['commit', '-qm', 'early'], { cwd: path }).status).toBe(0)
  })

  it('another’s turn is named, and a commit beside the migrations passes', () => {
    const { project, run, task } = story()
    const [holder, path] = [task('holder'), task('early')]
    expect(run(['migration', 'claim'], holder).status).toBe(0)
    project.commit({ 'src/early/a.ts': 'a' }, 'beside', { cwd: path })
    project.write(`${path}/${EARLY}`, 'early\n')
    project.git(['add', '-A'], { cwd: path })
    const refused = project.tryGit(['commit', '-qm', 'early'], { cwd: path })
    expect(refused.stderr).toContain('Task "holder" holds the lease on the migrations of "dev": branch task/holder')
  })
})

describe('a migration that comes before one on the base', () => {
  it('is refused by check, a merge of any kind, and land; renumbered it lands', () => {
    const { project, run, task } = story()
    const path = task('early')
    run(['migration', 'claim'], path)
    project.commit({ [EARLY]: 'early\n' }, 'early', { cwd: path })
    project.commit({ [NEWER]: 'newer\n' }, 'a person lands one meanwhile')
    const says =
      'migration-order: version 20260201000000 comes before migrations/20260301000000_newer.js, which is on main already'

    const check = run(['check'], path)
    expect([check.status, check.stdout.includes(says)]).toEqual([1, true])
    const tip = project.git(['rev-parse', 'main'])
    for (const words of [
      ['merge', '--no-edit'],
      ['merge', '--no-ff', '--no-verify', '--no-edit'],
      ['merge', '--squash'],
    ]) {
      const merge = project.tryGit([...words, 'task/early'])
      expect([words, merge.status === 0, merge.stderr.includes(says)]).toEqual([words, false, true])
    }
    expect(run(['land', 'early']).status).toBe(1)
    expect(project.git(['rev-parse', 'main'])).toBe(tip)

    const renumber = run(['migration', 'renumber'], path)
    expect(renumber.stdout).toMatch(/Renamed migrations\/20260201000000_early\.js → migrations\/\d{14}_early\.js/)
    project.git(['commit', '-qm', 'renumber'], { cwd: path })
    expect(run(['check'], path).status).toBe(0)
    expect(run(['land', 'early']).status).toBe(0)
    const [, ...after] = project.git(['ls-tree', '--name-only', 'main', 'migrations/']).split('\n')
    expect(after[0]).toBe(NEWER)
    expect(after[1]).toMatch(/^migrations\/\d{14}_early\.js$/)
    expect(run(['migration', 'status']).stdout).toContain('free')
  })
})

it('two of one version, one commit each: the second commit is refused', () => {
  const { project, run, task } = story()
  const path = task('early')
  run(['migration', 'claim'], path)
  project.commit({ [EARLY]: 'early\n' }, 'one', { cwd: path })
  project.write(`${path}/migrations/20260201000000_other.js`, 'other\n')
  project.git(['add', '-A'], { cwd: path })
  const refused = project.tryGit(['commit', '-qm', 'two'], { cwd: path })
  expect(refused.stderr).toContain(`migration-duplicate: version 20260201000000 is taken by`)
})

it('what has landed is not edited, and the way back is printed', () => {
  const { project, run, task } = story()
  const path = task('early')
  run(['migration', 'claim'], path)
  project.write(`${path}/migrations/20260101000000_start.js`, 'changed\n')
  project.git(['add', '-A'], { cwd: path })
  const refused = project.tryGit(['commit', '-qm', 'edit'], { cwd: path })
  expect(refused.stderr).toContain('migration-immutable: on main already, and this branch edits it')
  project.git(['restore', '--source=main', '--staged', '--worktree', '--', 'migrations/20260101000000_start.js'], {
    cwd: path,
  })
  expect(project.git(['status', '--porcelain'], { cwd: path })).toBe('')
})

it('merging the base in, with another’s migration, is no change of ours', () => {
  const { project, run, task } = story()
  const path = task('early')
  run(['migration', 'claim'], path)
  project.commit({ 'src/early/a.ts': 'a' }, 'a', { cwd: path })
  project.commit({ [NEWER]: 'newer\n' }, 'a person lands one meanwhile')
  expect(project.tryGit(['merge', '-q', '--no-edit', 'main'], { cwd: path }).status).toBe(0)
  project.commit({ 'migrations/20260401000000_mine.js': 'mine\n' }, 'mine', { cwd: path })
  expect(run(['check'], path).status).toBe(0)
})
