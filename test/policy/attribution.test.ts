import { describe, expect, it } from 'vitest'
import { authorshipOf, parseLog } from '../../scripts/policy/attribution.ts'

const blob = (letter: string) => letter.repeat(40)
const commit = (signature: string, path: string, oid: string) => ({
  oid: blob('f'),
  parents: [],
  signature,
  subject: '',
  changes: [{ path, status: 'M' as const, oldMode: '100644', newMode: '100644', oid }],
})

describe('a commit under a new id', () => {
  const authorship = authorshipOf(
    new Map([
      [
        'task/auth',
        [
          commit('Ann <a@x> 7 login', 'src/a.ts', blob('a')),
          commit('Ann <a@x> 8 empty', 'src/e', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'),
        ],
      ],
    ]),
  )
  it('is known by its signature, and by what it holds', () => {
    expect(authorship.partOf(commit('Ann <a@x> 7 login', 'src/a.ts', blob('b')))?.owner).toBe('task/auth')
    expect(authorship.partOf(commit('Bob <b@x> 9 squash', 'src/a.ts', blob('a')))?.owner).toBe('task/auth')
  })
  it('is nobody’s when only the time, the path, another path or the empty file agree', () => {
    expect(authorship.partOf(commit('Ann <a@x> 7 something else', 'src/a.ts', blob('b')))).toBeNull()
    expect(authorship.partOf(commit('Bob <b@x> 9 x', 'src/b.ts', blob('a')))).toBeNull()
    expect(authorship.partOf(commit('Bob <b@x> 9 x', 'src/e', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'))).toBeNull()
    const deleted = commit('', 'src/a.ts', blob('a')).changes.map((change) => ({ ...change, status: 'D' as const }))
    expect(authorship.partOfContent(deleted)).toBeNull()
  })
})

it('what a task put back to what it found is not known by its content', () => {
  const change = (oldOid: string, oid: string) => ({ ...commit('', 'a', oid).changes[0], oldOid })
  const newestFirst = [change(blob('b'), blob('a')), change(blob('a'), blob('b'))]
  const commits = newestFirst.map((one) => ({ ...commit('', 'a', blob('a')), changes: [one] }))
  const authorship = authorshipOf(new Map([['task/auth', commits as never]]))
  expect(authorship.partOfContent(commit('', 'a', blob('a')).changes)).toBeNull()
  expect(authorship.partOfContent(commit('', 'a', blob('b')).changes)?.owner).toBe('task/auth')
})

it('git log is read with merges, odd names and empty commits', () => {
  const head = (oid: string, parents: string, subject: string) =>
    `\u0001${oid}\u0002${parents}\u0002A <a> 1\u0002${subject}\u0002`
  const text =
    `${head('c1', 'p1', 'one')}\0\n:100644 100755 ${blob('0')} ${blob('a')} M\0a\nb "x"\0` +
    `${head('c2', 'p1 p2', 'merge')}\0\n::100644 100644 100644 ${blob('1')} ${blob('2')} ${blob('3')} MM\0both\0` +
    `${head('c3', 'p1', 'empty')}\0`
  const commits = parseLog(text)
  expect(commits.map(({ oid, parents, subject }) => [oid, parents.length, subject])).toEqual([
    ['c1', 1, 'one'],
    ['c2', 2, 'merge'],
    ['c3', 1, 'empty'],
  ])
  expect(commits[0]?.changes).toEqual([
    { path: 'a\nb "x"', status: 'M', oldMode: '100644', newMode: '100755', oid: blob('a'), oldOid: blob('0') },
  ])
  expect(commits[1]?.changes).toEqual([
    { path: 'both', status: 'M', oldMode: '100644', newMode: '100644', oid: blob('3') },
  ])
  expect(commits[2]?.changes).toEqual([])
})
