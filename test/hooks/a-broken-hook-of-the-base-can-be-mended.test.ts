import { expect, test } from 'vitest'
import { createRepository } from '../support/repository.ts'

test('who mends a hook that refuses every commit is told which file ran, and how to go on', () => {
  const repository = createRepository({ '.husky/pre-commit': 'true\n' })
  repository.lanekeeper(['init', '--yes'])
  repository.commit({}, 'adopt')
  repository.commit({ '.husky/pre-commit': 'exit 7\n' }, 'break it')
  repository.lanekeeper(['status'])
  const commit = (env = {}) => repository.tryGit(['commit', '-qam', 'mend it'], { env })
  repository.write(`${repository.root}/README.md`, 'a commit like any other\n')
  const other = commit()
  expect(other.status).toBe(1)
  expect(other.stderr).not.toContain('lanekeeper:')

  repository.write(`${repository.root}/.husky/pre-commit`, 'true\n')
  const { status, stderr } = commit()
  expect(status).toBe(1)
  expect(stderr).toContain('that was the .husky/pre-commit of main, not the one here')
  expect(stderr).toContain('HUSKY=0 git commit')
  expect(commit({ HUSKY: '0' })).toMatchObject({ status: 0 })
})
