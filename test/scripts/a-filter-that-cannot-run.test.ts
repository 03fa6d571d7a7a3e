import { expect, test } from 'vitest'
import { createRepository } from '../support/repository.ts'

test('a checkout that fails in a filter of .gitattributes is said to be the filter’s, and nothing stays', () => {
  const repository = createRepository({ '.gitattributes': '*.bin filter=big\n', 'a.bin': 'x\n' })
  repository.git(['config', 'filter.big.process', 'no-such-program'])
  repository.git(['config', 'filter.big.required', 'true'])
  const ran = repository.lanekeeper(['new-task', '--title', 'Add auth', '--allow', 'src'])
  expect(ran.status).toBe(3)
  expect(ran.stderr).toContain("git config --get-regexp '^filter'")
  expect(ran.stderr).not.toContain('--path')
  expect(repository.git(['branch', '--list', 'task/*'])).toBe('')
})

test('what starts a task is said in words that work without a package.json', () => {
  const repository = createRepository()
  const { stdout } = repository.lanekeeper(['task', 'list'])
  expect(stdout).toBe('No open task. Make one: npx lanekeeper new-task\n')
})
