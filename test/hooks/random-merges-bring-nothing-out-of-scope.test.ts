/**
 * Any number of merges by random routes, half of them with something out of the lane: nothing of that reaches the base, and
 * whatever is in the lane does. `MERGES=500 SEED=7 npx vitest run test/hooks/random-merges…` makes it long.
 */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { randomFrom } from '../simulator/random.ts'
import { createAdopted } from '../support/provisioning.ts'
import type { TestRepository } from '../support/repository.ts'
import { startTask } from '../support/task-worktrees.ts'

const MERGES = Number(process.env.MERGES ?? 24)
const SEED = Number(process.env.SEED ?? 20_261_126)

/** Commands on the base, in order; `BRANCH` is the task's, `MAIN` the base's tip before. */
const ROUTES: readonly (readonly string[][])[] = [
  [['merge', '-q', '--no-edit', 'BRANCH']],
  [['merge', '-q', '--no-edit', '--no-ff', 'BRANCH']],
  [['merge', '-q', '--no-edit', '--no-ff', '--no-verify', 'BRANCH']],
  [
    ['merge', '-q', '--squash', 'BRANCH'],
    ['commit', '-qm', 'squashed'],
  ],
  [
    ['merge', '-q', '--squash', 'BRANCH'],
    ['commit', '-qm', 'squashed', '--no-verify'],
  ],
  [
    ['merge', '-q', '--no-commit', '--no-ff', 'BRANCH'],
    ['commit', '-qm', 'merged'],
  ],
  [['pull', '-q', '--no-rebase', '--no-edit', '.', 'BRANCH']],
  [['cherry-pick', 'MAIN..BRANCH']],
  [['reset', '-q', '--hard', 'BRANCH']],
  [['checkout', '-q', '-B', 'main', 'BRANCH']],
  [['update-ref', 'refs/heads/main', 'BRANCH']],
  [['rebase', '-q', 'BRANCH']],
]

it(`${MERGES} of them`, () => {
  const random = randomFrom(SEED)
  const project = createAdopted({ 'lanekeeper.json': '{"dependencies":"none"}' })
  const path = startTask(project, 't')
  const seen = { landed: 0, refused: 0 }
  for (let number = 1; number <= MERGES; number++) {
    const [isStray, route] = [random.chance(0.5), random.pick(ROUTES)]
    bring(project, path, number, isStray, random.chance(0.5))
    const tip = project.git(['rev-parse', 'main'])
    const isThrough = go(project, route, tip)
    const what = `merge ${number} of seed ${SEED}: git ${route.map((words) => words.join(' ')).join('; git ')}`
    expect([what, strays(project)]).toEqual([what, ''])
    // of a branch that strays, commits before the stray one may be picked
    if (!isStray) expect([what, isThrough]).toEqual([what, true])
    seen[isThrough ? 'landed' : 'refused']++
  }
  expect(Math.min(seen.landed, seen.refused)).toBeGreaterThan(MERGES / 5)
}, 1_800_000)

/** One to three commits on the task's branch, from where the base is; the stray file may be in any of them. */
function bring(project: TestRepository, path: string, number: number, isStray: boolean, isFirst: boolean): void {
  const git = (...words: string[]) => project.git(words, { cwd: path })
  git('reset', '-q', '--hard', 'main')
  const files = [`src/t/${number}-a.txt`, `src/t/${number}-b.txt`]
  const stray = isStray ? [`other/${number}.stray`] : []
  for (const file of isFirst ? [...stray, ...files] : [...files, ...stray]) {
    project.write(join(path, file), `${file}\n`)
    git('add', '-A')
    git('commit', '-qm', file, '--no-verify')
  }
}

/** Goes the route in the main worktree; whether the task's work is on the base afterwards. Half-done things are taken back. */
function go(project: TestRepository, route: readonly string[][], tip: string): boolean {
  for (const words of route) {
    const filled = words.map((word) => word.replace('MAIN', tip).replace('BRANCH', 'task/t'))
    if (project.tryGit(filled).status !== 0) break
  }
  const isThrough = project.git(['rev-parse', 'main']) !== tip
  for (const verb of ['merge', 'cherry-pick', 'rebase']) project.tryGit([verb, '--abort'])
  project.git(['reset', '-q', '--hard', 'main'])
  project.git(['clean', '-qfd'])
  return isThrough
}

const strays = (project: TestRepository) => project.git(['ls-tree', '-r', '--name-only', 'main', 'other/'])
