/** Whoever reads a command of ours pastes it where the shell stands, and that is often a folder of the repository. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPlace, createRepository, repositoryAt, type TestRepository } from '../support/repository.ts'

const FOLDER = 'packages/my app'

function projectWithFolder(files: Record<string, string> = {}) {
  const repository = createRepository({ [`${FOLDER}/index.js`]: '1\n', ...files })
  const cwd = join(repository.root, FOLDER)
  return { repository, cwd, paste: (lines: readonly string[]) => paste(repository, lines, cwd) }
}

function paste(repository: TestRepository, lines: readonly string[], cwd: string) {
  expect(lines).not.toEqual([])
  return repository.run('sh', ['-c', lines.join('\n')], { cwd })
}

test('after init in a folder the commands commit what it wrote', () => {
  const { repository, cwd, paste } = projectWithFolder()
  const { stdout } = repository.lanekeeper(['init', '--yes'], { cwd })
  const next = stdout.split('\n').filter((line) => /^ {2}(cd|git) /.test(line))
  expect(paste(next)).toMatchObject({ status: 0 })
  expect(repository.git(['show', '--name-only', '--format=', 'HEAD'])).toContain('lanekeeper.json')
})

test('what makes another hooks manager give way goes to the project’s own .husky', () => {
  const { repository, cwd, paste } = projectWithFolder({ 'lefthook.yml': 'pre-commit: {}\n' })
  const { stderr } = repository.lanekeeper(['init', '--yes'], { cwd })
  paste(stderr.split('\n').flatMap((line) => /^↳ {3}(.*)$/.exec(line)?.[1] ?? []))
  expect(repository.read(join(repository.root, '.husky/pre-commit'))).toContain('lefthook run pre-commit')
  expect(repository.lanekeeper(['init', '--yes'], { cwd })).toMatchObject({ status: 0 })
})

test('the ways on of doctor work in a folder', () => {
  const { repository, cwd, paste } = projectWithFolder()
  repository.lanekeeper(['init', '--yes'])
  const { stdout } = repository.lanekeeper(['doctor'], { cwd })
  const fixes = stdout.split('\n').flatMap((line) => /↳ (.*git add lanekeeper\.json.*)$/.exec(line)?.[1] ?? [])
  expect(paste(fixes)).toMatchObject({ status: 0 })
  expect(repository.git(['show', '--name-only', '--format=', 'HEAD'])).toBe('lanekeeper.json')
})

test('new-task by npm run leads to the worktree from the folder it was typed in', () => {
  const { repository, cwd, paste } = projectWithFolder()
  const { stdout } = repository.lanekeeper(['new-task', '--title', 'Add auth', '--allow', 'src'], {
    env: { INIT_CWD: cwd },
  })
  const go = stdout.split('\n').filter((line) => line.startsWith('  cd '))
  expect(paste([...go, 'pwd'])).toMatchObject({ status: 0, stdout: `${repository.root}.worktrees/add-auth\n` })
})

test('check takes a task’s name for its branch, as land and review do', () => {
  const { repository } = projectWithFolder()
  repository.lanekeeper(['new-task', '--title', 'Add auth', '--allow', 'src'])
  expect(repository.lanekeeper(['check', 'add-auth'])).toMatchObject({
    status: 0,
    stdout: '✓ task/add-auth may land on main (0 changed paths)\n',
  })
  expect(repository.lanekeeper(['check', 'add-aut'])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('All tasks: npx lanekeeper task list'),
  })
})

test('check and status judge a task that started from another branch where it lands, as land does', () => {
  const { repository } = projectWithFolder()
  repository.git(['switch', '-q', '-c', 'next'])
  repository.commit({ 'lib/next.js': '1\n' })
  repository.git(['switch', '-q', 'main'])
  repository.lanekeeper(['new-task', '--title', 'Add auth', '--allow', 'src', '--base', 'next'])
  expect(repository.lanekeeper(['check', 'task/add-auth'])).toMatchObject({
    status: 0,
    stdout: '✓ task/add-auth may land on next (0 changed paths)\n',
  })
  const { worktrees } = JSON.parse(repository.lanekeeper(['status', '--json']).stdout)
  expect(worktrees.map(({ verdict }: { verdict: string | null }) => verdict)).toEqual([null, 'pass'])
})

test('a slip in the name of a worktree or in a lane is answered with what is there', () => {
  const { repository } = projectWithFolder()
  const made = repository.lanekeeper(['new-task', '--title', 'Add auth', '--allow', 'packges/**'])
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('there is packages: mind the name') })
  const widened = repository.lanekeeper(['task', 'widen', 'add-auth', 'packages/my-app', '--reason', 'x'])
  expect(widened).toMatchObject({ status: 0, stderr: expect.stringContaining('there is packages/my app: mind') })
  const { stderr } = repository.lanekeeper(['remove', 'ad-auth'])
  expect(stderr).toContain('Did you mean: npx lanekeeper remove add-auth\n')
})

test.each([
  ['init', '--yes'],
  ['new-task', '--title', 'A', '--allow', 'a'],
])('%s in a repository without a commit names the command that makes one, be there files or none', (...words) => {
  const place = createPlace()
  place.run('git', ['init', '-q', '-b', 'main', 'empty'])
  const repository = repositoryAt(place, place.path('empty'))
  const { stderr } = repository.lanekeeper(words)
  const start = stderr.split('\n').flatMap((line) => /(git add -A && git commit [^,]*)/.exec(line)?.[1] ?? [])
  expect(paste(repository, start, repository.root)).toMatchObject({ status: 0, stderr: '' })
})
