import { renameSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask, markProvisioned } from '../support/tasks.ts'

const START = {
  'src/auth/login.ts': 'login\n',
  'src/auth/mailer.ts': 'one\ntwo\nthree\n',
  'src/db/pool.ts': 'pool\n',
  'package.json': '{}\n',
}

function withTask() {
  const repository = createRepository(START)
  const made = addTask(repository, {
    id: 'auth',
    title: 'Add a "login"',
    allow: ['src/auth'],
    shared: ['package.json'],
  })
  markProvisioned(repository, made.path)
  return { repository, ...made }
}

function review(repository: TestRepository, id = 'auth') {
  const { status, stdout, stderr } = repository.lanekeeper(['review', id, '--json'])
  expect([status, stderr]).toEqual([0, ''])
  const { changes, ...rest } = JSON.parse(stdout)
  const paths = (group: { path: string; status: string }[]) => group.map(({ path, status: s }) => `${s} ${path}`)
  return {
    ...rest,
    inScope: paths(changes.inScope),
    shared: paths(changes.shared),
    outOfScope: paths(changes.outOfScope),
    changes,
  }
}

it('groups what a task changed, both ends of a rename across its border included', () => {
  const { repository, path } = withTask()
  repository.write(`${path}/src/lib/.keep`, '')
  renameSync(`${path}/src/auth/mailer.ts`, `${path}/src/lib/mailer.ts`)
  const odd = 'src/auth/ünï "c"\n$(id).ts'
  repository.commit({ [odd]: '1\n2\n', 'package.json': '{"a":1}\n', 'src/auth/login.ts': 'x\ny\n' }, 'Work', {
    cwd: path,
  })
  const page = review(repository)
  expect(page.inScope).toEqual(['M src/auth/login.ts', 'D src/auth/mailer.ts', `A ${odd}`])
  expect(page.shared).toEqual(['M package.json'])
  expect(page.outOfScope).toEqual(['A src/lib/.keep', 'A src/lib/mailer.ts'])
  expect(page.changes.inScope[2]).toMatchObject({ added: 2, deleted: 0 })
  expect(page).toMatchObject({ verdict: 'refuse', conflicts: [], behind: 0, waitsFor: [], overlaps: [] })
  expect(page.violations.map(({ path: at, rule }: { path: string; rule: string }) => [at, rule])).toEqual([
    ['src/lib/.keep', 'scope'],
    ['src/lib/mailer.ts', 'scope'],
  ])
  const text = repository.lanekeeper(['review', 'auth']).stdout
  expect(text).toContain('# auth: Add a "login"')
  expect(text).toMatch(
    /## Out of scope \(2 files, \+3 -0\)\n\n {2}A {2}\+0 -0 {2}src\/lib\/\.keep\n {7}scope: not in allow/,
  )
  expect(text).toMatch(/## Shared \(1 file, \+1 -1\)[\s\S]*## In scope \(3 files, \+4 -4\)/)
  expect(text).toContain(JSON.stringify(odd))
  expect(text).toContain('npx lanekeeper check task/auth')
})

it('lists the commits and, when all is well, the command that lands', () => {
  const { repository, path } = withTask()
  repository.commit({ 'src/auth/a.ts': '1' }, 'First')
  repository.git(['merge', '-q', 'main'], { cwd: path })
  repository.commit({ 'src/auth/b.ts': '1' }, 'Second step', { cwd: path })
  const page = review(repository)
  expect(page.commits).toMatchObject([{ author: 'Test', subject: 'Second step' }])
  expect(page).toMatchObject({
    verdict: 'pass',
    inScope: ['A src/auth/b.ts'],
    worktree: { path, state: 'ready', uncommitted: [] },
  })
  expect(page.next).toEqual(['git diff main...task/auth', 'npx lanekeeper land auth'])
})

it('foretells conflicts with the base and with other tasks, without touching a work tree', () => {
  const { repository, path } = withTask()
  const other = addTask(repository, { id: 'mail', allow: ['src/auth/mailer.ts'] })
  addTask(repository, { id: 'idle' })
  repository.commit({ 'src/auth/login.ts': 'theirs\n' }, 'Base work')
  repository.commit({ 'src/auth/login.ts': 'ours\n', 'src/auth/mailer.ts': 'ours\ntwo\nthree\n' }, 'Ours', {
    cwd: path,
  })
  repository.commit({ 'src/auth/mailer.ts': 'other\ntwo\nthree\n' }, 'Other', { cwd: other.path })
  const page = review(repository)
  expect(page).toMatchObject({ conflicts: ['src/auth/login.ts'], behind: 1 })
  expect(page.overlaps).toEqual([
    { task: 'mail', branch: 'task/mail', paths: ['src/auth/mailer.ts'], conflicts: ['src/auth/mailer.ts'] },
  ])
  expect(page.next[0]).toBe(`git -C ${path} merge main`)
  expect(repository.git(['status', '--porcelain'])).toBe('')
  const text = repository.lanekeeper(['review', 'auth']).stdout
  expect(text).toContain('- merge with main: ✗ conflicts in src/auth/login.ts')
  expect(text).toContain('mail (task/mail): would conflict in src/auth/mailer.ts')
})

it('warns of work that is not committed', () => {
  const { repository, path } = withTask()
  repository.commit({ 'src/auth/a.ts': '1' }, 'Work', { cwd: path })
  repository.write(`${path}/src/auth/login.ts`, 'changed\n')
  repository.write(`${path}/left over`, '')
  expect(review(repository).worktree.uncommitted).toEqual(['src/auth/login.ts', 'left over'])
  const text = repository.lanekeeper(['review', 'auth']).stdout
  expect(text).toContain('▲ 2 uncommitted paths there, NOT part of this page:')
  expect(text).toContain(`git -C ${path} status`)
})

it('waits for the tasks it depends on, works without a worktree, and says when nothing is there', () => {
  const { repository, path } = withTask()
  addTask(repository, { id: 'later', dependsOn: ['auth'] })
  expect(review(repository, 'later')).toMatchObject({ waitsFor: ['auth'], commits: [] })
  expect(repository.lanekeeper(['review', 'later']).stdout).toContain('Nothing is committed on task/later yet.')
  repository.git(['worktree', 'remove', path])
  expect(review(repository).worktree).toBeNull()
  repository.git(['branch', '-D', 'task/auth'])
  expect(repository.lanekeeper(['review', 'auth'])).toMatchObject({ status: 3 })
  const unknown = repository.lanekeeper(['review', 'nope'])
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('There is no task "nope"')])
})

it('tells work that somebody merged by plain git from work that never began', () => {
  const { repository, path } = withTask()
  repository.commit({ 'src/auth/a.ts': '1' }, 'Work', { cwd: path })
  repository.git(['merge', '-q', '--no-edit', 'task/auth'])
  expect(review(repository)).toMatchObject({ isMerged: true, next: ['npx lanekeeper remove auth'] })
  expect(repository.lanekeeper(['review', 'auth']).stdout).toContain('Everything committed on task/auth is on main')
  const all = repository.lanekeeper(['land', '--all'])
  expect(all.stderr).toContain('auth is on main already; it ends with: npx lanekeeper remove auth')
})
