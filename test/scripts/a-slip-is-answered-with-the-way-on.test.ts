/** Slips of the hand at the shell: what was meant is named, and what a package manager adds is no slip of yours. */
import { expect, it } from 'vitest'
import { createRepository } from '../support/repository.ts'

it.each([
  [['newtask'], 'Did you mean: npx lanekeeper new-task'],
  [['new-task', '--titel', 'Add login'], 'Did you mean: --title'],
  [['destroy'], 'All verbs: npx lanekeeper --help'],
])('%j', (words, said) => {
  const ran = createRepository().lanekeeper(words)
  expect(ran).toMatchObject({ status: 2, stdout: '' })
  expect(ran.stderr).toContain(said)
})

it('a settings key with a slip in it', () => {
  const project = createRepository({ 'lanekeeper.json': '{ "prots": {} }\n' })
  const ran = project.lanekeeper(['status'])
  expect(ran.status).toBe(2)
  expect(ran.stderr).toContain('"prots": is not a known key; did you mean "ports"')
})

it('pnpm hands on the dashes: pnpm run new-task -- --title …', () => {
  const project = createRepository()
  const ran = project.lanekeeper(['new-task', '--', '--title', 'Add login', '--allow', 'src/auth', '--json'])
  expect(ran.status).toBe(0)
  expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, task: { id: 'add-login' } })
})

it('db in a worktree that has no database', () => {
  const project = createRepository()
  expect(project.lanekeeper(['new-task', '--title', 'One', '--allow', 'src']).status).toBe(0)
  const ran = project.lanekeeper(['db', 'url', '--worktree', 'one'])
  expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('This worktree has no database.')])
})
