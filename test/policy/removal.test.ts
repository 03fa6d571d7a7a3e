import { describe, expect, it } from 'vitest'
import { type Forced, obstaclesTo, type RemovalFacts, removalRefused } from '../../scripts/policy/removal.ts'

const free: RemovalFacts = {
  path: '/p/a',
  branch: 'task/a',
  base: 'main',
  isMain: false,
  isHere: false,
  isLocked: false,
  lockReason: null,
  dirty: [],
  unmerged: 0,
  unpushed: [],
  alive: [],
}
const all: RemovalFacts = {
  ...free,
  isLocked: true,
  lockReason: 'on a stick',
  dirty: ['M a.txt'],
  unmerged: 2,
  alive: ['port 20000'],
}
const kinds = (facts: RemovalFacts, forced: Forced = {}) => obstaclesTo(facts, forced).map(({ kind }) => kind)

describe('a worktree may be removed', () => {
  it.each<[string, Partial<RemovalFacts>, Forced, string[]]>([
    ['when nothing speaks against it', {}, {}, []],
    ['not when it is the main one, whatever is forced', { isMain: true }, { dirty: true, live: true }, ['main']],
    [
      'not when you stand in it, whatever is forced',
      { isHere: true },
      { dirty: true, locked: true, live: true },
      ['here'],
    ],
    ['not when it is dirty', { dirty: ['?? new.txt'] }, {}, ['dirty']],
    ['dirty, by its own flag', { dirty: ['?? new.txt'] }, { dirty: true }, []],
    ['dirty, not by another flag', { dirty: ['?? new.txt'] }, { unmerged: true, locked: true, live: true }, ['dirty']],
    ['not when unmerged', { unmerged: 1 }, { dirty: true }, ['unmerged']],
    ['unmerged, by its own flag', { unmerged: 1 }, { unmerged: true }, []],
    ['not with unpushed submodules', { unpushed: ['lib'] }, { dirty: true }, ['unmerged']],
    ['not when locked', { isLocked: true }, { dirty: true }, ['locked']],
    ['locked, by its own flag', { isLocked: true }, { locked: true }, []],
    ['not when something runs in it', { alive: ['port 1'] }, { dirty: true }, ['live']],
    ['with something running in it, by its own flag', { alive: ['port 1'] }, { live: true }, []],
  ])('%s', (_, facts, forced, expected) => {
    expect(kinds({ ...free, ...facts }, forced)).toEqual(expected)
  })

  it('says all reasons at once, each with the flag that gives way', () => {
    const refusal = removalRefused('/p/a', obstaclesTo(all, {}))
    expect(refusal.message).toContain('on a stick')
    expect(refusal.message).toContain('M a.txt')
    expect(refusal.message).toContain('2 commits')
    expect(refusal.message).toContain('port 20000')
    const flags = ['--force-locked', '--force-dirty', '--force-unmerged', '--force-live']
    for (const flag of flags) expect(refusal.hint).toContain(`npx lanekeeper remove task/a ${flag}`)
    expect(kinds(all, { dirty: true, unmerged: true, locked: true, live: true })).toEqual([])
  })

  it('keeps the flags that were given in the command', () => {
    const [locked] = obstaclesTo(all, { dirty: true, unmerged: true, live: true })
    expect(locked?.hint).toContain(
      'npx lanekeeper remove task/a --force-dirty --force-unmerged --force-live --force-locked',
    )
  })
})
