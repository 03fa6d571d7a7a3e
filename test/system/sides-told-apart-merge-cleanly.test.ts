/**
 * `status` merges only sides that have something in common. Random histories, merged to and fro, with work that is only
 * begun: its answer is what a plain commit of everything and a plain merge say.
 * `ROUNDS=200 SEED=7 npx vitest run test/system/sides-told-apart…` makes it long.
 */
import { copyFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pairsApart } from '../../scripts/system/footprints.ts'
import { conflictsOfPairs, type Side } from '../../scripts/system/foretold-conflicts.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { findUncommitted } from '../../scripts/system/uncommitted.ts'
import { type Random, randomFrom } from '../simulator/random.ts'
import { changeSomething, someTree } from '../support/random-changes.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 6)
const SEED = Number(process.env.SEED ?? 20_261_126)

it(`say what a plain merge of everything says, ${ROUNDS} rounds`, async () => {
  const random = randomFrom(SEED)
  const project = createRepository(someTree())
  const places = ['0', '1', '2', '3', '4', '5'].map((name) => project.path('worktrees', name))
  for (const place of places) project.git(['worktree', 'add', '-q', '--detach', place])
  const repository = openRepository(project.root, project.env)
  const seen = { apart: 0, clean: 0, conflicting: 0 }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const place of places) work(project, place, places, random)
    const sides = await sidesOf(project, places)
    const pairs = sides.flatMap((a, index) => sides.slice(index + 1).map((b) => [a, b] as const))
    const apart = pairsApart(repository.git, pairs)
    const foretold = await conflictsOfPairs(repository, pairs)
    const commits = new Map(sides.map((side) => [side.key, fullCommit(project, side)]))
    for (const [index, [a, b]] of pairs.entries()) {
      const truth = conflictsOf(project, commits.get(a.key) ?? '', commits.get(b.key) ?? '')
      const what = `round ${round} of seed ${SEED}: ${a.key} and ${b.key}`
      expect([what, foretold[index]?.map(withoutIds)]).toEqual([what, truth.map(withoutIds)])
      if (apart[index]) expect([what, truth]).toEqual([what, []])
      seen[apart[index] ? 'apart' : truth.length > 0 ? 'conflicting' : 'clean'] += 1
    }
  }
  // rules that take all for near, or histories without trouble, would prove nothing
  expect(Math.min(seen.apart, seen.conflicting)).toBeGreaterThan(ROUNDS)
}, 1_800_000)

it('are not told apart by one of two commits where they part', async () => {
  const project = createRepository({ 'f.txt': 'old\n' })
  const start = project.git(['rev-parse', 'HEAD'])
  const [one, two] = ['one', 'two'].map((text) => {
    project.git(['checkout', '-q', '--detach', start])
    return project.commit({ 'f.txt': `${text}\n` }, text)
  }) as [string, string]
  // each takes its own side of the merge: seen from `one`, the first has changed nothing
  const tree = (commit: string) => project.git(['rev-parse', `${commit}^{tree}`])
  const crossed = [one, two].map((own) => project.git(['commit-tree', tree(own), '-p', one, '-p', two, '-m', 'cross']))
  const [a, b] = crossed.map((tip): Side => ({ key: tip, tip, dirty: null, uncommitted: [] })) as [Side, Side]
  const { git } = openRepository(project.root, project.env)
  expect(conflictsOf(project, a.tip, b.tip)).toEqual(['f.txt'])
  expect(pairsApart(git, [[a, b]])).toEqual([false])
  expect(pairsApart(git, [[b, a]])).toEqual([false])
})

/** From where some worktree is: perhaps a merge, that may stay unresolved, then commits, then work that is only begun. */
function work(project: TestRepository, cwd: string, places: readonly string[], random: Random): void {
  const other = () => project.git(['rev-parse', 'HEAD'], { cwd: random.pick(places) })
  project.git(['reset', '-q', '--hard', random.chance(0.4) ? 'main' : other()], { cwd })
  project.git(['clean', '-qfdx'], { cwd })
  if (random.chance(0.4) && project.tryGit(['merge', '-q', '--no-edit', other()], { cwd }).status !== 0) {
    if (random.chance(0.4)) return
    project.git(['reset', '-q', '--hard'], { cwd })
  }
  for (let commits = random.below(3); commits > 0; commits--) {
    changeSomething(cwd, random)
    project.git(['add', '-A'], { cwd })
    project.git(['commit', '-qm', 'work', '--allow-empty'], { cwd })
  }
  for (let changes = random.below(3); changes > 0; changes--) {
    changeSomething(cwd, random)
    if (random.chance(0.3)) project.git(['add', '-A'], { cwd })
  }
}

async function sidesOf(project: TestRepository, places: readonly string[]): Promise<Side[]> {
  const uncommitted = await findUncommitted(places, project.env)
  return places.map((place) => {
    const lines = uncommitted.get(place) ?? []
    const tip = project.git(['rev-parse', 'HEAD'], { cwd: place })
    return { key: place, tip, dirty: lines.length > 0 ? place : null, uncommitted: lines }
  })
}

/** Everything that lies in the worktree, as git itself finds it. */
function fullCommit(project: TestRepository, { key: cwd, tip }: Side): string {
  const index = project.path('index')
  copyFileSync(project.git(['rev-parse', '--path-format=absolute', '--git-path', 'index'], { cwd }), index)
  const env = { GIT_INDEX_FILE: index }
  project.git(['add', '-A'], { cwd, env })
  return project.git(['commit-tree', project.git(['write-tree'], { cwd, env }), '-p', tip, '-m', 'all'], { cwd })
}

function conflictsOf(project: TestRepository, a: string, b: string): string[] {
  const words = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', a, b]
  return project.tryGit(words).stdout.split('\0').slice(1, -1)
}

/** A file that meets a directory is called after its commit, and ours was made at another time. */
function withoutIds(name: string): string {
  return name.replace(/~[0-9a-f]{40}(_\d+)?/, '~commit')
}
