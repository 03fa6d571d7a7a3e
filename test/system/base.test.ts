import { describe, expect, it } from 'vitest'
import { detectBase } from '../../scripts/system/base.ts'
import { openGit } from '../../scripts/system/git.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

function base(repository: TestRepository): string {
  const git = openGit(repository.root, repository.env)
  const quick = detectBase(git, `${repository.root}/.git`)
  expect(quick).toBe(detectBase(git))
  return quick
}

describe('the base, from files as from git', () => {
  it('is main, loose or packed', () => {
    const repository = createRepository()
    repository.git(['branch', 'master'])
    expect(base(repository)).toBe('main')
    repository.git(['pack-refs', '--all'])
    expect(base(repository)).toBe('main')
  })

  it('is master where there is no main, and the current branch where there is neither', () => {
    const repository = createRepository()
    repository.git(['branch', '-m', 'master'])
    expect(base(repository)).toBe('master')
    repository.git(['branch', '-m', 'trunk'])
    repository.git(['branch', 'main/deep'])
    expect(base(repository)).toBe('trunk')
  })

  it('is the remote’s default branch where a local one has its name', () => {
    const repository = createRepository()
    repository.git(['update-ref', 'refs/remotes/origin/team/develop', 'HEAD'])
    repository.git(['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/team/develop'])
    expect(base(repository)).toBe('main')
    repository.git(['branch', 'team/develop'])
    expect(base(repository)).toBe('team/develop')
  })
})
