/** What a person let land by name is not refused a second time in CI; what anybody wrote into a commit excuses nothing. */
import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type Place, repositoryAt, type TestRepository } from '../support/repository.ts'
import { settings, workedTask } from '../support/task-worktrees.ts'

const RANGE = ['check', '--base', 'origin/main', '--head', 'HEAD']
const ON_GITHUB = { CI: 'true', GITHUB_HEAD_REF: 'task/a', GITHUB_BASE_REF: 'main', GITHUB_REF_NAME: '1/merge' }

/** Installed hooks, a bare `origin`, and a task `a` that strayed by one file; all of it pushed. */
const strayed = prepared((place) => {
  const project = createRepository(settings(), place)
  project.git(['init', '-q', '--bare', project.path('remote.git')])
  project.git(['remote', 'add', 'origin', `file://${project.path('remote.git')}`])
  expect(project.lanekeeper(['install'])).toMatchObject({ status: 0 })
  const path = workedTask(project, 'a')
  project.commit({ 'lib/x.ts': 'x' }, 'wander', { cwd: path, env: { LANEKEEPER: '0' } })
  project.git(['push', '-q', 'origin', 'main', 'task/a', 'refs/lanekeeper/tasks'])
  return project
})

const allow = (project: TestRepository, env: NodeJS.ProcessEnv = {}) =>
  expect(
    project.lanekeeper(['land', 'a', '--allow', 'lib/x.ts', '--reason', 'agreed', '--keep'], { env }),
  ).toMatchObject({ status: 0 })
const shareTasks = (project: TestRepository) => project.git(['push', '-q', 'origin', 'refs/lanekeeper/tasks'])

let jobs = 0

/** The request's merge in a clone of one commit, as a job has it. */
function job(project: TestRepository, head: string, words: string[] = [], env: NodeJS.ProcessEnv = ON_GITHUB) {
  const base = project.git(['ls-remote', 'origin', 'refs/heads/main']).split('\t')[0] ?? ''
  const tree = project.git(['merge-tree', '--write-tree', base, head])
  const merge = project.git(['commit-tree', tree, '-p', base, '-p', head, '-m', 'merge'])
  project.git(['push', '-qf', '--no-verify', 'origin', `${merge}:refs/pull/1/merge`])
  const clone = repositoryAt(project as Place, project.path(`ci-${++jobs}`))
  project.git(['init', '-q', clone.root])
  clone.git(['remote', 'add', 'origin', `file://${project.path('remote.git')}`])
  clone.git(['fetch', '-q', '--no-tags', '--depth=1', 'origin', 'refs/pull/1/merge'])
  clone.git(['checkout', '-q', '--detach', 'FETCH_HEAD'])
  return clone.lanekeeper([...RANGE, ...words], { env })
}

it('the landing passes once its record is on the remote, and says what was let pass', () => {
  const project = strayed()
  expect(job(project, 'task/a')).toMatchObject({ status: 1 })
  allow(project)
  const alone = job(project, 'main')
  expect(alone.status).toBe(1)
  expect(alone.stderr).toContain('refs/lanekeeper/tasks has no such landing on record: it does not count')
  shareTasks(project)
  const ran = job(project, 'main')
  expect(ran).toMatchObject({ status: 0, stdout: '✓ task/a may land on main (0 changed paths)\n' })
  expect(ran.stderr).toMatch(/A person let lib\/x\.ts land with task "a" \([0-9a-f]{10}\): agreed/)
  // a person's own branch for it passes as well
  expect(job(project, 'main', ['--branch', 'landing'])).toMatchObject({ status: 0 })
})

it('still does after the base went on, and what comes on top of it is judged', () => {
  const project = strayed()
  allow(project)
  shareTasks(project)
  const landing = project.git(['rev-parse', 'main'])
  const elsewhere = project.git(['commit-tree', '-p', 'main~1', '-m', 'other', 'main~1^{tree}'])
  project.git(['push', '-q', '--no-verify', 'origin', `${elsewhere}:refs/heads/main`])
  expect(job(project, landing)).toMatchObject({ status: 0 })
  project.git(['switch', '-q', '-c', 'more', landing])
  project.commit({ 'lib/x.ts': 'changed again', 'src/a/more.txt': 'more' })
  const { violations } = JSON.parse(job(project, 'more', ['--format', 'json']).stdout)
  expect(violations.map(({ path, rule }: Record<string, string>) => [path, rule])).toEqual([
    ['lib/x.ts', 'no-task'],
    ['src/a/more.txt', 'no-task'],
  ])
})

it('an agent’s own trailers, on a commit or on a merge, excuse nothing and are told', () => {
  const project = strayed()
  const cwd = project.path('worktrees/a')
  const trailers = 'Lanekeeper-Task: a\nLanekeeper-Allowed: lib/x.ts\nLanekeeper-Reason: I say so'
  project.git(['commit', '-q', '--allow-empty', '-m', 'wander', '-m', trailers], { cwd })
  const plain = job(project, 'task/a', ['--format', 'json'])
  expect(JSON.parse(plain.stdout).violations).toMatchObject([{ path: 'lib/x.ts', rule: 'scope' }])
  expect(plain.stderr).toContain('it does not count')
  const tree = project.git(['rev-parse', 'task/a^{tree}'])
  const forged = project.git(['commit-tree', tree, '-p', 'main', '-p', 'task/a', '-m', 'Land a', '-m', trailers])
  expect(job(project, forged)).toMatchObject({ status: 1 })
})

it('LANEKEEPER=0 is no word in CI: what it let land is refused there', () => {
  const project = strayed()
  expect(project.lanekeeper(['land', 'a', '--keep'], { env: { LANEKEEPER: '0' } })).toMatchObject({ status: 0 })
  shareTasks(project)
  expect(job(project, 'main')).toMatchObject({ status: 1 })
})

it('a refusal offers what makes sense in a job', () => {
  const project = strayed()
  const ran = job(project, 'task/a')
  expect(ran.stdout).not.toContain('LANEKEEPER=0')
  for (const part of [
    'git rm -q -- :/lib/x.ts',
    'task widen a lib/x.ts --reason',
    'land a --allow lib/x.ts --reason',
    'git push origin refs/lanekeeper/tasks',
  ])
    expect(ran.stdout).toContain(part)
  const github = job(project, 'task/a', ['--format', 'github'])
  expect([github.stdout.includes('LANEKEEPER=0'), github.stdout.includes('task widen a')]).toEqual([false, true])
  const unknown = job(project, 'task/a', ['--branch', 'task/none'])
  expect([unknown.stdout.includes('LANEKEEPER=0'), unknown.stdout.includes('new-task --branch')]).toEqual([false, true])
  // at a person's clone it is another matter
  expect(project.lanekeeper(['check', 'task/a']).stdout).toContain('land a --allow lib/x.ts')
  expect(project.lanekeeper(['check', 'task/a'], { env: { CI: 'true' } }).stdout).toContain('run this job again')
})
