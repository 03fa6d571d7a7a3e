import { expect, it } from 'vitest'
import { projectSettings } from '../../scripts/policy/adoption/project-files.ts'
import { CLI, createPlace, PROJECT_ROOT, repositoryAt } from '../support/repository.ts'

function newProject(words: readonly string[]) {
  const place = createPlace()
  const ran = place.run(process.execPath, [CLI, 'new-project', 'notes', ...words])
  const project = repositoryAt(place, place.path('notes'))
  return { place, ran, project }
}

/** Packages as an install would put them, without a network. */
function linkPackages(project: ReturnType<typeof newProject>['project']): void {
  project.run('mkdir', ['-p', project.path('notes/node_modules')])
  for (const name of ['lanekeeper', 'libsql'])
    project.run('ln', [
      '-s',
      name === 'lanekeeper' ? PROJECT_ROOT : `${PROJECT_ROOT}/node_modules/${name}`,
      project.path('notes/node_modules', name),
    ])
}

it('makes a project with two commits, live hooks, and nothing left to commit', () => {
  const { ran, project } = newProject(['--no-install'])
  expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('cd notes') })
  expect(project.git(['log', '--format=%s'])).toBe('Keep parallel agents in their lanes\nStart')
  expect(project.git(['status', '--porcelain'])).toBe('')
  const manifest = JSON.parse(project.read('notes/package.json'))
  expect(manifest.scripts).toMatchObject({
    'new-task': 'lanekeeper new-task',
    prepare: expect.stringContaining('lanekeeper install'),
  })
  expect(manifest.devDependencies.lanekeeper).toBe(`file:${PROJECT_ROOT}`)
  expect(project.lanekeeper(['init', '--dry-run']).stdout).toBe('Nothing to write.\n')
})

it('is a project that works: migrations, tests, a server on PORT', async () => {
  const { project } = newProject(['--no-install'])
  linkPackages(project)
  const run = (words: readonly string[]) => project.run(process.execPath, words, { cwd: project.root })
  expect(run(['migrations/run.js']).stdout).toBe('file:./data/dev.db: 0001-notes.sql\n')
  expect(run(['migrations/run.js']).stdout).toBe('file:./data/dev.db: nothing to do\n')
  const tests = run(['--test'])
  expect(tests).toMatchObject({ status: 0, stdout: expect.stringContaining('# pass 2') })
  expect(project.git(['status', '--porcelain'])).toBe('')
})

it('gives each task a port, a fork of the database, and the migrations to one', () => {
  const { project } = newProject(['--no-install'])
  linkPackages(project)
  project.run(process.execPath, ['migrations/run.js'], { cwd: project.root })
  // no network, and no install of the package that is being tested
  project.commit({ 'lanekeeper.json': projectSettings({ offline: true }) }, 'Leave packages alone')
  const words = ['new-task', '--title', 'Tags', '--allow', 'src/routes/tags.js', '--migrations', 'dev', '--json']
  const { status, stdout } = project.lanekeeper(words)
  const made = JSON.parse(stdout)
  expect([status, made.problems]).toEqual([0, []])
  expect(made.databases.dev).toEqual({ provider: 'sqlite', url: 'file:./data/dev.db' })
  expect(project.exists(`${made.worktree.path}/data/dev.db`)).toBe(true)
  expect(project.read(`${made.worktree.path}/.env.local`)).toContain(`PORT=${made.ports.PORT}`)
})

it('works on a machine where git knows no name, and refuses a directory that holds something', () => {
  const place = createPlace()
  place.write('home/.gitconfig', '[init]\n\tdefaultBranch = trunk\n')
  const words = [CLI, 'new-project', 'notes', '--no-install', '--name', 'My Notes!']
  expect(place.run(process.execPath, words)).toMatchObject({ status: 0 })
  expect(JSON.parse(place.read('notes/package.json')).name).toBe('my-notes')
  expect(place.run('git', ['branch', '--show-current'], { cwd: place.path('notes') }).stdout).toBe('main\n')
  const again = place.run(process.execPath, words)
  expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('not empty') })
})
