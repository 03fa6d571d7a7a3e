import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLI, createPlace } from '../support/repository.ts'

const demo = (words: readonly string[]) => {
  const place = createPlace()
  place.run('mkdir', ['-p', place.path('tmp')])
  // a home and a temporary directory of the test's own show whatever the demo would leave in either
  const before = readdirSync(place.path('home'))
  const ran = place.run(process.execPath, [CLI, 'demo', ...words], { env: { TMPDIR: place.path('tmp') } })
  expect(readdirSync(place.path('home'))).toEqual(before)
  return { ran, left: readdirSync(place.path('tmp')), place }
}

it('goes the whole way: three tasks, a refused merge, two landings, nothing left', () => {
  const { ran, left } = demo([])
  expect(ran.stderr).toBe('')
  expect(ran.status).toBe(0)
  for (const text of [
    '$ npx lanekeeper new-task --title ',
    'git merge --no-edit task/search-notes refused: 1 file outside the lane',
    '✓ tag-notes landed on main',
    '✓ search-notes landed on main',
    '$ npx lanekeeper gc\n',
  ])
    expect(ran.stdout).toContain(text)
  expect(ran.stdout).not.toMatch(/^\s+at |undefined|\[object/m)
  expect(left).toEqual([])
})

it('keeps the project on request, and tells each step as data', () => {
  const { ran, left, place } = demo(['--keep', '--json'])
  const { ok, folder, steps } = JSON.parse(ran.stdout)
  expect([ok, ran.status]).toEqual([true, 0])
  expect(steps.length).toBeGreaterThan(20)
  const gc = steps.find(({ command }: { command: string }) => command === 'npx lanekeeper gc')
  expect(gc.output).toMatch(/nothing/i)
  expect(left).toHaveLength(1)
  const git = (words: readonly string[]) => place.run('git', words, { cwd: `${folder}/notes` }).stdout
  expect(git(['status', '--porcelain'])).toBe('')
  expect(git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1)
  expect(git(['branch', '--format=%(refname:short)'])).toBe('main\n')
})
