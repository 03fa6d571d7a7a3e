import { beforeAll, expect, it } from 'vitest'
import {
  createPlace,
  createRepository,
  PROJECT_ROOT,
  repositoryAt,
  type TestRepository,
} from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const PLOPFILE = `${PROJECT_ROOT}/dist/plopfile.mjs`
const PLOP = `${PROJECT_ROOT}/node_modules/plop/bin/plop.js`

interface Generator {
  readonly prompts: readonly { readonly name: string }[]
  runPrompts(bypass: readonly string[]): Promise<Record<string, string>>
}
interface Plop {
  getGeneratorList(): readonly { readonly name: string }[]
  getGenerator(name: string): Generator
}

let plop: Plop

// plop exits 0 when its plopfile throws, so that it loads is a thing to prove
beforeAll(async () => {
  const { default: nodePlop } = await import('node-plop')
  plop = (await nodePlop(PLOPFILE)) as unknown as Plop
})

it('loads, and registers at least two generators', () => {
  expect(plop.getGeneratorList().map(({ name }) => name)).toEqual(['task', 'migration', 'project'])
})

const answers = (changes: Record<string, string> = {}) =>
  Object.values({
    title: 'Add login',
    id: 'add-login',
    branch: 'task/add-login',
    base: 'main',
    allow: 'src/auth',
    deny: '',
    shared: '',
    steps: 'one; two',
    context: '',
    dependsOn: '',
    migrations: '',
    agent: 'none',
    ...changes,
  })

function runPlop(project: TestRepository, words: readonly string[]) {
  return project.run(process.execPath, [PLOP, '--plopfile', PLOPFILE, ...words], { cwd: project.root })
}

it('asks the questions of the flags, in the order that people answer them', () => {
  expect(plop.getGenerator('task').prompts.map(({ name }) => name)).toEqual([
    ...[
      'title',
      'id',
      'branch',
      'base',
      'allow',
      'deny',
      'shared',
      'steps',
      'context',
      'dependsOn',
      'migrations',
      'agent',
    ],
  ])
})

it('makes the task that the answers mean, in plop itself', () => {
  const project = createRepository()
  const made = runPlop(project, ['task', ...answers()])
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('Worktree') })
  expect(project.git(['show', 'refs/lanekeeper/tasks:add-login.md'])).toContain('1. one\n2. two')
  expect(project.git(['worktree', 'list'])).toContain('[task/add-login]')
})

it.each([
  ['an id that escapes', { id: '../x' }, 'may hold only'],
  ['a branch that a shell would run', { branch: '$(x)' }, 'take apart'],
  ['a pattern that escapes', { allow: '../x' }, 'leaves its directory'],
  ['a prerequisite nobody knows', { dependsOn: 'nope' }, 'no task "nope"'],
  ['a base that is not there', { base: 'nope' }, 'git branch --list'],
])('refuses %s in the prompt, by the policy, and makes nothing', (_, change, words) => {
  const project = createRepository()
  const refused = runPlop(project, ['task', ...answers(change)])
  expect(refused.status).toBe(1)
  expect(refused.stdout + refused.stderr).toContain(words)
  expect(project.git(['for-each-ref', '--format=%(refname)'])).toBe('refs/heads/main')
})

it('an action that fails is exit status 1 with the hint', () => {
  const project = createRepository({ 'src/auth/login.ts': '' })
  addTask(project, { id: 'other', allow: ['src'] })
  const failed = runPlop(project, ['task', ...answers()])
  expect(failed.status).toBe(1)
  expect(failed.stdout + failed.stderr).toContain('--depends-on other')
})

it('a generator that does not exist is an error, and outside a repository it is said plainly', () => {
  const place = createPlace()
  expect(runPlop(createRepository(), ['tsak', 'x'])).toMatchObject({ status: 1 })
  const outside = runPlop(repositoryAt(place, place.dir), ['task', ...answers()])
  expect(outside.status).toBe(1)
  expect(outside.stdout + outside.stderr).toContain('not in a git repository')
})

it('makes a migration by its generator', () => {
  const project = createRepository({ 'lanekeeper.json': '{"migrations": [{ "preset": "dbmate" }]}' })
  const made = runPlop(project, ['migration', 'add tags'])
  expect(made).toMatchObject({ status: 0, stderr: expect.stringMatching(/Made db\/migrations\/\d{14}_add_tags\.sql/) })
  const refused = runPlop(createRepository(), ['migration', 'add tags'])
  expect(refused.status).toBe(1)
  expect(refused.stdout + refused.stderr).toContain('lanekeeper.json knows of no migrations')
})

it('makes a project by its generator', () => {
  const place = createPlace()
  const made = runPlop(repositoryAt(place, place.dir), ['project', 'notes', 'no'])
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('npm run new-task') })
  expect(place.run('git', ['status', '--porcelain'], { cwd: place.path('notes') })).toMatchObject({
    status: 0,
    stdout: '',
  })
})
