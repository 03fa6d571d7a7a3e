import { expect, it } from 'vitest'
import { readRef } from '../../scripts/system/refs.ts'
import { createRepository } from '../support/repository.ts'

const MAIN = 'refs/heads/main'

function story() {
  const project = createRepository()
  const read = (ref: string) => readRef(`${project.root}/.git`, ref)
  return { ...project, read, head: project.git(['rev-parse', 'HEAD']) }
}

it('is what git says: loose, packed, and loose over packed', () => {
  const { git, read, head, commit } = story()
  expect(read(MAIN)).toBe(head)
  git(['pack-refs', '--all'])
  expect(read(MAIN)).toBe(head)
  const next = commit({ a: 'a' })
  expect(read(MAIN)).toBe(next)
})

it('is null for a ref that is nowhere, also where others lie below its name', () => {
  const { git, read } = story()
  git(['branch', 'feature/one'])
  expect([read('refs/heads/nope'), read('refs/heads/feature')]).toEqual([null, null])
  git(['pack-refs', '--all', '--prune'])
  expect([read('refs/heads/nope'), read('refs/heads/feature')]).toEqual([null, null])
})

it('is left to git where a ref stands for another, or is no commit id', () => {
  const { git, read, write, root } = story()
  git(['symbolic-ref', 'refs/heads/alias', MAIN])
  write(`${root}/.git/refs/heads/torn`, 'abc')
  expect([read('refs/heads/alias'), read('refs/heads/torn')]).toEqual([undefined, undefined])
})

it('is left to git where refs are no files', () => {
  const { read, write, root } = story()
  write(`${root}/.git/reftable/tables.list`, '')
  expect(read(MAIN)).toBeUndefined()
})

it('is left to git where very many refs are packed', () => {
  const { git, read, write, root, head } = story()
  git(['pack-refs', '--all', '--prune'])
  const many = Array.from({ length: 5000 }, (_, index) => `${head} refs/tags/t${index}\n`).join('')
  write(`${root}/.git/packed-refs`, `${many}${head} ${MAIN}\n`)
  expect(read(MAIN)).toBeUndefined()
})
