import { describe, expect, it } from 'vitest'
import { headsAmong, ownersOf } from '../../scripts/policy/lineage.ts'
import { amendedIn, copiedIn, madeIn, madeOn, stoodAt } from '../../scripts/policy/reflog.ts'

/** `c2: c1 x` is a commit with its parents. */
function graphOf(...lines: string[]) {
  const nodes = lines.map((line) => {
    const [oid = '', parents = ''] = line.split(': ')
    return { oid, parents: parents.split(' ').filter((parent) => parent !== '') }
  })
  return new Map(nodes.map((node) => [node.oid, node]))
}

describe('a commit that several branches have', () => {
  it('is of the first that has it on its own line', () => {
    const graph = graphOf('a1: ', 'a2: a1', 'b1: a1')
    const owners = ownersOf(graph, [
      { branch: 'a', tip: 'a2' },
      { branch: 'b', tip: 'b1' },
    ])
    expect(Object.fromEntries(owners)).toEqual({ a1: 'a', a2: 'a', b1: 'b' })
  })
  it('is not of one that only merged it, though that is older', () => {
    const graph = graphOf('a1: ', 'b1: ', 'a2: a1 b1')
    const owners = ownersOf(graph, [
      { branch: 'a', tip: 'a2' },
      { branch: 'b', tip: 'b1' },
    ])
    expect(Object.fromEntries(owners)).toEqual({ a1: 'a', a2: 'a', b1: 'b' })
  })
})

it('heads are what nothing else holds', () => {
  const graph = graphOf('c1: ', 'c2: c1', 'c3: c2', 's1: ')
  const heads = headsAmong(
    graph,
    [...graph.values()].filter(({ oid }) => oid !== 'c2'),
  )
  expect(heads.map(({ oid }) => oid)).toEqual(['c3', 's1'])
})

describe('a worktree’s log of HEAD', () => {
  const log = (...messages: string[]) =>
    messages.map((message, index) => `0 ${'abcdef'[index]} A <a@x> 1 +0000\t${message}\n`).join('')

  it('tells a commit that was made from one that was moved to', () => {
    const made = [
      'commit (initial): x',
      'commit (amend): x',
      'cherry-pick: x',
      'revert: x',
      'am: x',
      'rebase (pick): x',
    ]
    for (const message of made) expect(madeIn(log(message)), message).toEqual(['a'])
    expect(madeIn(log('commit: a fast-forward', 'pull --rebase (pick): x'))).toEqual(['a', 'b'])
    const moved = [
      'checkout: moving from a to b',
      'reset: moving to x',
      'merge main: Fast-forward',
      'rebase (start): x',
    ]
    for (const message of [...moved, 'cherry-pick: fast-forward', 'rebase (finish): returning to refs/heads/x'])
      expect(madeIn(log(message)), message).toEqual([])
  })

  it('tells on which branch', () => {
    const isMain = (branch: string) => branch === 'main'
    expect(madeOn(log('commit: x'), isMain, 'main')).toEqual(['a'])
    expect(madeOn(log('commit: x', 'checkout: moving from main to b', 'commit: x'), isMain, 'b')).toEqual(['a'])
    expect(
      madeOn(log('commit: x', 'Branch: renamed refs/heads/b to refs/heads/main', 'commit: x'), isMain, 'x'),
    ).toEqual(['c'])
  })

  it('tells a rebase by where it ends', () => {
    const isMain = (branch: string) => branch === 'main'
    const rebase = (end: string) => log('rebase (start): checkout x', 'rebase (pick): x', `rebase (${end}`, 'commit: x')
    expect(madeOn(rebase('finish): returning to refs/heads/main'), isMain, 'main')).toEqual(['b', 'd'])
    expect(madeOn(rebase('abort): returning to refs/heads/main'), isMain, 'main')).toEqual(['d'])
    expect(madeOn(rebase('finish): returning to refs/heads/b'), isMain, 'main')).toEqual([])
  })

  it('tells a copy from what is new, and what was amended', () => {
    const messages = ['commit: x', 'cherry-pick: x', 'commit (amend): x', 'am: x', 'rebase (pick): x', 'revert: x']
    expect([...copiedIn([log(...messages)])]).toEqual(['b', 'd', 'e'])
    expect([...copiedIn([log('commit (cherry-pick): x', 'cherry-pick: fast-forward')])]).toEqual(['a'])
    expect([...copiedIn([log('cherry-pick: x', 'am: x'), log('commit: x')])]).toEqual(['b'])
    expect(amendedIn(log(...messages))).toEqual([['c', '0']])
  })
})

it('a branch’s log tells where those stood that it was made of', () => {
  const line = (oid: string, message: string) => `0 ${oid} A <a@x> 1 +0000\t${message}\n`
  const tells = (message: string) => stoodAt(line('abc', message))
  for (const message of [
    'Branch: renamed refs/heads/task/a to refs/heads/x',
    'Branch: copied refs/heads/task/a to refs/heads/x',
    'branch: Created from task/a',
    'branch: Created from refs/heads/task/a',
  ])
    expect(tells(message), message).toEqual([{ branch: 'task/a', tip: 'abc' }])
  for (const message of [
    'commit: Branch: renamed refs/heads/task/a to x',
    'branch: Reset to task/a',
    'reset: moving to x',
  ])
    expect(tells(message), message).toEqual([])
})
