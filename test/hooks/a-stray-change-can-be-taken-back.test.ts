import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'

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
