import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { BRANCH, preparedStrayingTask } from '../support/straying-task.ts'

const baseAndStrayingTask = preparedStrayingTask()

/** A task whose branch has a stray commit already, made round the hook. */
function withStrayCommit() {
  const project = createRepository({ 'src/server.js': 'fine\n' })
  expect(project.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
  project.commit({}, 'adopt')
  expect(project.lanekeeper(['new-task', '--title', 'Search', '--allow', 'src/search.js'])).toMatchObject({ status: 0 })
  const cwd = project.path('project.worktrees/search')
  project.write(`${cwd}/src/server.js`, 'stray\n')
  project.write(`${cwd}/src/stray.js`, 'stray\n')
  project.git(['add', '-A'], { cwd })
  expect(project.tryGit(['commit', '-qm', 'stray'], { cwd }).status).toBe(1)
  project.git(['commit', '-q', '--no-verify', '-m', 'stray'], { cwd })
  return { project, cwd }
}

it('lets a task commit the stray change back to what the base has', () => {
  const { project, cwd } = withStrayCommit()
  project.git(['restore', '--source=main', '--staged', '--worktree', '--', 'src/server.js'], { cwd })
  project.git(['rm', '-q', 'src/stray.js'], { cwd })
  project.git(['commit', '-qm', 'take it back'], { cwd })
  expect(project.lanekeeper(['check'], { cwd })).toMatchObject({ status: 0 })
})

it('still refuses a second stray change to the same file', () => {
  const { project, cwd } = withStrayCommit()
  project.write(`${cwd}/src/server.js`, 'stray again\n')
  const refused = project.tryGit(['commit', '-qam', 'again'], { cwd })
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('src/server.js') })
})

it.each([
  ['a file in the place of a directory', 'git rm -rq lib && echo x > lib'],
  [
    'a directory in the place of a file',
    'git rm -q lib/pool.ts && mkdir -p lib/pool.ts && echo x > lib/pool.ts/index.ts',
  ],
  ['a repository in the repository', 'git init -q lib/copy && git -C lib/copy commit -q --allow-empty -m x'],
])('takes %s back by the commands that the refusal prints', (_name, stray) => {
  const repository = baseAndStrayingTask()
  const cwd = repository.worktree
  const sh = (line: string) => expect(repository.run('sh', ['-ec', line], { cwd })).toMatchObject({ status: 0 })
  repository.git(['reset', '-q', '--hard', 'main'], { cwd })
  sh(`${stray}; git add -A 2> /dev/null; git commit -q --no-verify -m stray`)
  const { stderr } = repository.tryGit(['merge', '-q', BRANCH])
  sh(/An agent: .*\n((?: {2}.+\n)+)/.exec(stderr)?.[1] ?? 'false')
  sh('git commit -q -m "take it back"')
  repository.git(['merge', '-q', BRANCH])
  expect(repository.git(['diff', '--stat', repository.before, 'main'])).toBe('')
})

it('the commands that the refusal prints work on a branch that was renamed', () => {
  const repository = baseAndStrayingTask()
  const cwd = repository.worktree
  repository.git(['branch', '-m', BRANCH, 'login'], { cwd })
  const { stderr } = repository.tryGit(['merge', '-q', 'login'])
  const advice = /An agent: .*\n((?: {2}.+\n)+)/.exec(stderr)?.[1] ?? 'false'
  expect(repository.run('sh', ['-ec', advice], { cwd })).toMatchObject({ status: 0, stderr: '' })
  repository.git(['commit', '-q', '-m', 'take it back'], { cwd })
  repository.git(['merge', '-q', 'login'])
  expect(repository.git(['diff', '--name-only', repository.before, 'main'])).toBe('src/auth/login.ts')
})
