import { mkdirSync, readdirSync, truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { TaskPair } from '../../scripts/policy/task-pairs.ts'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { settings, startTask } from '../support/task-worktrees.ts'

const LINES = Array.from({ length: 9 }, (_, index) => `line ${index}`)
const changed = (at: number, text: string) => LINES.map((line, index) => (index === at ? text : line)).join('\n')

/** Three tasks that may change `src/x.txt`, and one that may not. */
const planned = prepared((place) => {
  const project = createRepository({ 'src/x.txt': changed(-1, ''), 'lib/y.txt': '', ...settings() }, place)
  for (const id of ['a', 'b', 'c']) startTask(project, id, { allow: ['src'], dependsOn: id === 'c' ? ['a'] : [] })
  startTask(project, 'd', { allow: ['lib'] })
  return project
})

const at = (project: TestRepository, id: string) => project.path('worktrees', id)

function answered(project: TestRepository) {
  const env = { TMPDIR: project.path('tmp') }
  mkdirSync(env.TMPDIR, { recursive: true })
  const { stdout } = project.lanekeeper(['status', '--json'], { env })
  // what is committed in passing is taken away again
  expect(readdirSync(env.TMPDIR)).toEqual([])
  const { pairs, againstBase } = JSON.parse(stdout) as {
    pairs: TaskPair[]
    againstBase: { task: string; conflicts: string[] }[]
  }
  const conflicts = Object.fromEntries(pairs.map((pair) => [pair.tasks.join(' '), pair.conflicts]))
  return { pairs, conflicts, base: Object.fromEntries(againstBase.map((one) => [one.task, one.conflicts])) }
}

it('says of every two tasks what both may change, and where they conflict, uncommitted and untracked work included', () => {
  const project = planned()
  expect(answered(project).pairs).toMatchObject([
    { tasks: ['a', 'b'], overlap: 'files', isOrdered: false, files: ['src/x.txt'], fileCount: 1, conflicts: [] },
    { tasks: ['a', 'c'], overlap: 'files', isOrdered: true, conflicts: [] },
    { tasks: ['a', 'd'], overlap: 'disjoint', files: [], conflicts: [] },
    { tasks: ['b', 'c'] },
    { tasks: ['b', 'd'] },
    { tasks: ['c', 'd'] },
  ])
  project.commit({ 'src/x.txt': changed(0, 'a') }, 'a', { cwd: at(project, 'a') })
  project.write(join(at(project, 'a'), 'src/new dir/n.txt'), 'of a\n')
  project.write(join(at(project, 'b'), 'src/x.txt'), changed(0, 'b'))
  project.write(join(at(project, 'c'), 'src/x.txt'), changed(8, 'c'))
  project.write(join(at(project, 'c'), 'src/new dir/n.txt'), 'of c\n')
  project.git(['add', 'src/x.txt'], { cwd: at(project, 'c') })
  project.commit({ 'lib/y.txt': 'd' }, 'd', { cwd: at(project, 'd') })
  const index = (id: string) =>
    project.run('md5sum', [project.git(['rev-parse', '--git-path', 'index'], { cwd: at(project, id) })]).stdout
  const objects = () => project.git(['count-objects', '-v'])
  const before = ['a', 'b', 'c'].map(index)
  const [stored, listed] = [objects(), project.git(['for-each-ref'])]

  const { conflicts, base } = answered(project)
  expect(conflicts).toEqual({
    'a b': ['src/x.txt'],
    'a c': ['src/new dir/n.txt'],
    'b c': [],
    'a d': [],
    'b d': [],
    'c d': [],
  })
  expect(base).toEqual({ a: [], b: [], c: [], d: [] })
  expect(['a', 'b', 'c'].map(index)).toEqual(before)
  expect([objects(), project.git(['for-each-ref'])]).toEqual([stored, listed])
  expect(project.git(['status', '--porcelain'], { cwd: at(project, 'c') })).toBe('M  src/x.txt\n?? "src/new dir/"')

  const text = project.lanekeeper(['status']).stdout
  expect(text).toMatch(/^1 +a +· +✗1 +✗1 +·$/m)
  expect(text).toContain('✗ a and b conflict in src/x.txt')
  expect(text).not.toContain('d conflict')
  project.commit({ 'lib/y.txt': 'base' }, 'move the base')
  expect(answered(project).base).toEqual({ a: [], b: [], c: [], d: ['lib/y.txt'] })
})

it('asks again when a file changes, and not otherwise', () => {
  const project = planned()
  project.commit({ 'src/x.txt': changed(0, 'a') }, 'a', { cwd: at(project, 'a') })
  const file = project.write(join(at(project, 'b'), 'src/x.txt'), changed(8, 'b'))
  expect(answered(project).conflicts['a b']).toEqual([])
  const cache = `${project.root}/.git/lanekeeper/cache/conflicts.json`
  const known = JSON.parse(project.read(cache))
  project.write(cache, JSON.stringify(Object.fromEntries(Object.keys(known).map((key) => [key, ['kept']]))))
  expect(answered(project).conflicts['a b']).toEqual(['kept'])
  project.write(file, changed(0, 'b'))
  // a time of its own, whatever the disk's clock can tell apart
  utimesSync(file, 2_000_000_000, 2_000_000_000)
  expect(answered(project).conflicts['a b']).toEqual(['src/x.txt'])
  // nobody waits until git has read a disk image that is not ignored yet: what is committed counts alone
  truncateSync(project.write(join(at(project, 'b'), 'disk.img'), ''), 101_000_000)
  expect(answered(project).conflicts['a b']).toEqual([])
})

it('shows the grid when asked to, and says so where there is nothing to compare', () => {
  const project = createRepository(settings())
  expect(project.lanekeeper(['status', '--grid']).stdout).toContain('no two open tasks')
  startTask(project, 'a')
  startTask(project, 'b')
  expect(project.lanekeeper(['status', '--grid']).stdout).toMatch(/^1 +a +· +·$/m)
  expect(project.lanekeeper(['status']).stdout).not.toContain('BASE  1')
})
