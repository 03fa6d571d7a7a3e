import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOrdered, laneOf, overlapOf, overlapRefused, overlapWarnings } from '../../scripts/policy/overlap.ts'
import { scopeOf } from '../../scripts/policy/scope.ts'
import { defaultSettings } from '../../scripts/policy/settings.ts'
import type { Task } from '../../scripts/policy/task.ts'
import { aTask, migrationsOf } from '../support/tasks.ts'

const settings = { ...defaultSettings(), shared: ['package.json'], migrations: [migrationsOf('dev', ['migrations'])] }
const FILES = ['package.json', 'lanekeeper.json', 'src/a.ts', 'src/auth/login.ts', 'src/db/pool.ts', 'migrations/1.sql']

type Lane = Partial<Pick<Task, 'allow' | 'deny' | 'shared' | 'migrations'>>

function overlap(mine: Lane, theirs: Lane, files = FILES) {
  const [a, b] = [aTask({ id: 'a', ...mine }), aTask({ id: 'b', ...theirs })]
  return overlapOf(laneOf(a, settings, files), laneOf(b, settings, files), settings)
}

describe('two lanes', () => {
  const files: [string, Lane, Lane, string[]][] = [
    ['one in the other', { allow: ['src'] }, { allow: ['src/auth'] }, ['src/auth/login.ts']],
    ['by patterns', { allow: ['src/*/*.ts'] }, { allow: ['**/pool.ts'] }, ['src/db/pool.ts']],
    ['a file outright, though no task lists it as shared', { allow: ['src/a.ts'] }, { allow: ['src'] }, ['src/a.ts']],
  ]
  it.each(files)('have files in common: %s', (_, mine, theirs, expected) => {
    expect(overlap(mine, theirs)).toMatchObject({ kind: 'files', files: expected, witness: null })
  })

  const patterns: [string, Lane, Lane, string | null][] = [
    ['a new file could be in both', { allow: ['lib/*.ts'] }, { allow: ['lib/x'] }, null],
    ['a directory that is not there yet', { allow: ['lib'] }, { allow: ['lib/x'] }, 'lib/x'],
    ['all but what is denied to one', { allow: ['src/new'], deny: ['src/new/b'] }, { allow: ['src/new/b'] }, null],
    ['denied in another case', { allow: ['Lib'], deny: ['LIB/x'] }, { allow: ['Lib/X'] }, null],
    ['where one directory is denied', { allow: ['lib'], deny: ['lib/a'] }, { allow: ['lib/*'] }, 'lib/x'],
    ['what is protected', { allow: ['lanekeeper.json'] }, { allow: ['lanekeeper.json'] }, null],
    ['migrations are had in turns', { allow: ['migrations/new'] }, { allow: ['migrations'] }, null],
    ['a file is no directory', { allow: ['test/unit/chunk.spec.js'] }, { allow: ['test/**/debug*.js'] }, null],
    ['unless the other says so', { allow: ['lib/next.js'] }, { allow: ['lib/next.js/src'] }, 'lib/next.js/src'],
    ['a name for a star', { allow: ['lib/*.ts'] }, { allow: ['lib'] }, 'lib/x.ts'],
    ['nothing', { allow: ['src/auth2'] }, { allow: ['src/auth'] }, null],
  ]
  it.each(patterns)('may meet without a file in common: %s', (_, mine, theirs, witness) => {
    for (const found of [overlap(mine, theirs), overlap(theirs, mine)])
      expect(found).toEqual({ kind: witness === null ? 'disjoint' : 'patterns', files: [], witness, shared: [] })
  })

  it('share what the repository lets tasks share', () => {
    const both = overlap(
      { allow: ['src/a.ts'], shared: ['package.json'] },
      { allow: ['lib'], shared: ['package.json'] },
    )
    expect(both).toMatchObject({ kind: 'disjoint', shared: ['package.json'] })
    expect(overlap({ shared: ['package.json'] }, {})).toMatchObject({ shared: [] })
  })

  it('have no overlap at all where a denied directory covers it, with the migrations of both', () => {
    const own = { migrations: 'dev', allow: ['src/x'] }
    expect(overlap(own, { ...own, allow: ['src/y'] })).toMatchObject({ kind: 'disjoint', files: [] })
  })

  it('say only what the gate would let pass for both (random lanes)', () => {
    const pattern = fc.constantFrom('src', 'src/*', 'src/auth', '**/*.ts', 'src/db/**', '*.json', 'migrations', 'lib')
    const lane = fc.record({
      allow: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      deny: fc.array(pattern, { maxLength: 2 }),
      shared: fc.array(fc.constantFrom('package.json', 'src/a.ts'), { maxLength: 1 }),
      migrations: fc.constantFrom(null, 'dev'),
    })
    fc.assert(
      fc.property(lane, lane, (mine, theirs) => {
        const [a, b] = [aTask({ id: 'a', ...mine }), aTask({ id: 'b', ...theirs })]
        const both = (path: string) => [a, b].every((task) => scopeOf(task, settings).refusal(path) === null)
        const found = overlap(mine, theirs)
        const expected = FILES.filter((path) => both(path) && path !== 'migrations/1.sql')
        expect([...found.files, ...found.shared].sort()).toEqual(expected.sort())
        if (found.witness !== null) expect([found.witness, both(found.witness)]).toEqual([found.witness, true])
      }),
      { numRuns: 300 },
    )
  })
})

describe('one after the other', () => {
  const tasks = [
    aTask({ id: 'a' }),
    aTask({ id: 'b', dependsOn: ['a'] }),
    aTask({ id: 'c', dependsOn: ['b', 'gone'], state: 'landed' }),
    aTask({ id: 'd', dependsOn: ['c'] }),
    aTask({ id: 'e', dependsOn: ['a'] }),
  ]
  const cases: [number, number, boolean][] = [
    [0, 1, true],
    [1, 0, true],
    [0, 3, true],
    [1, 4, false],
    [3, 4, false],
  ]
  it.each(cases)('%i and %i: %s', (a, b, ordered) => {
    expect(isOrdered(tasks[a] ?? aTask({ id: 'x' }), tasks[b] ?? aTask({ id: 'x' }), tasks)).toBe(ordered)
  })
})

describe('in words', () => {
  const [mine, other] = [aTask({ id: 'mine' }), aTask({ id: 'other' })]
  const files = ['a', 'b', 'c', 'd', 'e', 'f\n', 'g']

  it('which files, which task, what to do', () => {
    const error = overlapRefused(mine, [{ task: other, kind: 'files', files, witness: null, shared: [] }])
    expect(error.code).toBe('overlap')
    expect(error.message).toBe('The lane of "mine" takes in 7 files of task "other": a, b, c, d, e and 2 more.')
    for (const way of ['--depends-on other', '--allow-overlap --reason', 'narrower']) expect(error.hint).toContain(way)
  })

  it('a meeting of patterns is said unless the tasks are in order; shared files always', () => {
    const meets = { task: other, kind: 'patterns', files: [], witness: 'lib/x', shared: ['package.json'] } as const
    expect(overlapWarnings([meets], [mine, other], mine)).toEqual([
      expect.stringContaining('"lib/x" would be in both'),
      expect.stringContaining('package.json is shared with task "other": the two land one after the other'),
    ])
    const later = aTask({ id: 'mine', dependsOn: ['other'] })
    expect(overlapWarnings([meets], [later, other], later)).toEqual([expect.stringContaining('shared')])
  })
})
