import { expect, it } from 'vitest'
import type { Change } from '../../scripts/policy/changes.ts'
import { nameTwinsOf } from '../../scripts/system/path-facts.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createRepository } from '../support/repository.ts'

const added = (path: string): Change => ({ path, status: 'A', oldMode: '000000', newMode: '100644', oid: 'a' })

/** What is added beside the paths that matter: new directories, with nothing at the base to meet. */
const newDirectories = (count: number) => Array.from({ length: count }, (_, index) => added(`src/new${index}/a.ts`))

it.each([0, 200])('are found, also among %i new directories', (count) => {
  const project = createRepository({ 'src/ui/Login.ts': '', 'src/ui/deep/x': '', 'Docs/a.md': '', 'src/é.ts': '' })
  const repository = openRepository(project.root, project.env)
  const changes = [
    'docs/b.md',
    'src/UI/deep/y',
    'src/e\u0301.ts',
    'src/ui/login.ts',
    'src/ui/other.ts',
    'src/ui/deep/X',
  ].map(added)
  const twins = nameTwinsOf(repository, readPolicy(repository), [...changes, ...newDirectories(count)])
  expect(Object.fromEntries(twins)).toEqual({
    'docs/b.md': 'Docs',
    'src/UI/deep/y': 'src/ui',
    'src/e\u0301.ts': 'src/é.ts',
    'src/ui/login.ts': 'src/ui/Login.ts',
    'src/ui/deep/X': 'src/ui/deep/x',
  })
})

it('are no twins where the other one goes in the same change', () => {
  const project = createRepository({ 'src/Login.ts': '' })
  const repository = openRepository(project.root, project.env)
  const gone: Change = { ...added('src/Login.ts'), status: 'D' }
  expect(nameTwinsOf(repository, readPolicy(repository), [added('src/login.ts'), gone]).size).toBe(0)
})
