/** A project's pre-commit may stage files itself (`git add -A` after a formatter): the gate looks before it and after it. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'
import { taskWithWork } from '../support/straying-task.ts'

const STAGES = 'echo made > made.txt\ngit add -A\n'

/** Commits one file in a task's worktree, under the base's own pre-commit. */
function committedUnder(hook: string, allow: string[], file: string) {
  const files = { '.husky/pre-commit': hook, 'lanekeeper.json': '{ "dependencies": "none" }\n' }
  const repository = createRepository(files)
  expect(repository.lanekeeper(['install']).status).toBe(0)
  const { path } = taskWithWork(repository, { id: 'auth', allow }, {})
  repository.write(join(path, file), '1\n')
  repository.git(['add', file], { cwd: path })
  return { path, ran: repository.tryGit(['commit', '-q', '-m', 'work'], { cwd: path }), repository }
}

it('out of the lane it is refused, and said by name', () => {
  const { ran } = committedUnder(STAGES, ['src/auth'], 'src/auth/a.ts')
  expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining('made.txt') })
})

it('in the lane it is committed', () => {
  const { ran, repository, path } = committedUnder(STAGES, ['src/auth', 'made.txt'], 'src/auth/a.ts')
  expect(ran).toMatchObject({ status: 0 })
  expect(repository.git(['show', '--name-only', '--format=', 'HEAD'], { cwd: path })).toContain('made.txt')
})

it('a hook that fails still stops the commit, in its own words', () => {
  const { ran } = committedUnder('echo no good\nexit 3\n', ['src/auth'], 'src/auth/a.ts')
  expect(ran.status).toBe(1)
  expect(`${ran.stdout}${ran.stderr}`).toMatch(/no good[\s\S]*pre-commit script failed \(code 3\)/)
})

it('what is out of the lane already is refused before the hook is run', () => {
  const { ran, repository, path } = committedUnder(STAGES, ['src/auth'], 'lib/x.ts')
  expect(ran.status).toBe(1)
  expect(repository.exists(join(path, 'made.txt'))).toBe(false)
})
