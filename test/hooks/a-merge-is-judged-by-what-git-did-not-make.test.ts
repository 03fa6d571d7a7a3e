/** In a merge, made by hand is what neither its sides nor git made: that alone is judged as the merged task's. */
import { describe, expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository } from '../support/repository.ts'
import { taskWithWork } from '../support/straying-task.ts'

/** A task in its lane, `src/docs`, and a base with a file of nine lines. */
const baseAndTask = prepared((place) => {
  const nine = '1\n2\n3\n4\n5\n6\n7\n8\n9\n'
  const repository = createRepository({ 'lib/pool.ts': 'one\n', 'src/docs/nine.md': nine }, place)
  expect(repository.lanekeeper(['install']).status).toBe(0)
  taskWithWork(repository, { id: 'docs' }, { 'src/docs/nine.md': `${nine}10\n` })
  return repository
})

describe('lets through', () => {
  it('a person’s branch that has merged the task, with its conflict solved', () => {
    const repository = baseAndTask()
    repository.git(['switch', '-q', '-c', 'feature/both'])
    repository.commit({ 'lib/pool.ts': 'mine\n', 'lib/other.ts': 'mine\n' }, 'by a person')
    repository.git(['merge', '-q', '--no-edit', 'task/docs'])
    repository.git(['switch', '-q', 'main'])
    repository.commit({ 'lib/pool.ts': 'another\n' }, 'by another person')
    expect(repository.tryGit(['merge', 'feature/both']).status).toBe(1)
    repository.write('project/lib/pool.ts', 'solved\n')
    repository.git(['add', '-A'])
    repository.git(['commit', '-q', '--no-edit'])
  })

  it('a change that follows a file which the base has renamed', () => {
    const repository = baseAndTask()
    repository.git(['mv', 'src/docs/nine.md', 'lib/nine.md'])
    repository.git(['commit', '-q', '-m', 'renamed by a person'])
    repository.git(['merge', '-q', '--no-ff', '--no-commit', 'task/docs'])
    repository.git(['commit', '-q', '--no-edit'])
    expect(repository.git(['show', 'main:lib/nine.md'])).toContain('10')
  })
})

describe('refuses what a person did on the base, undone', () => {
  it.each(['--verify', '--no-verify'])('by the task’s old version of a file, commit %s', (hooks) => {
    const repository = baseAndTask()
    const before = repository.commit({ 'lib/pool.ts': 'two\n' }, 'by a person')
    repository.git(['merge', '-q', '--no-ff', '--no-commit', 'task/docs'])
    repository.git(['checkout', '-q', 'task/docs', '--', 'lib/pool.ts'])
    const ran = repository.tryGit(['commit', '-q', '--no-edit', hooks])
    expect(ran.stderr).toContain('lib/pool.ts')
    expect(repository.git(['rev-parse', 'main'])).toBe(before)
  })

  it('by a copy of the task’s branch that merged the base and kept nothing of it', () => {
    const repository = baseAndTask()
    const before = repository.commit({ 'lib/pool.ts': 'two\n' }, 'by a person')
    repository.git(['switch', '-q', '-c', 'copy', 'task/docs'])
    repository.git(['merge', '-q', '-s', 'ours', '--no-edit', 'main'])
    repository.git(['switch', '-q', 'main'])
    expect(repository.tryGit(['merge', '-q', 'copy']).stderr).toContain('lib/pool.ts')
    expect(repository.git(['rev-parse', 'main'])).toBe(before)
  })
})
