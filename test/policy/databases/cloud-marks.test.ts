import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cloudNameOf, isMarkedOurs, markOf, readMark } from '../../../scripts/policy/databases/cloud-marks.ts'

const OWNER = { id: 'wt1', clone: 'c1' }
const MARK = markOf(OWNER, '0a1b2c3d')
const WANTED = { name: 'wt-search-0a1b2c3d', nonce: '0a1b2c3d' }

it.each<[string, Parameters<typeof isMarkedOurs>[0], boolean]>([
  ['our mark', { name: 'renamed', mark: MARK }, true],
  ['another clone', { name: WANTED.name, mark: { ...MARK, clone: 'c2' } }, false],
  ['another worktree', { name: WANTED.name, mark: { ...MARK, wt: 'wt2' } }, false],
  ['another nonce', { name: WANTED.name, mark: { ...MARK, nonce: 'ffffffff' } }, false],
  ['a mark of somebody else', { name: WANTED.name, mark: null }, false],
  ['no marks here, the name', { name: WANTED.name }, true],
  ['no marks here, another name', { name: 'wt-search-0a1b2c3d-2' }, false],
])('%s: ours %s', (_, standing, ours) => expect(isMarkedOurs(standing, WANTED, OWNER)).toBe(ours))

it('a name without the nonce is never ours', () => {
  expect(isMarkedOurs({ name: 'main' }, { name: 'main', nonce: '0a1b2c3d' }, OWNER)).toBe(false)
})

it.each<[unknown, unknown]>([
  [MARK, MARK],
  [{ ...MARK, more: 'x' }, MARK],
  [{ ...MARK, tool: 'other' }, null],
  [{ ...MARK, nonce: undefined }, null],
  [null, null],
  ['lanekeeper', null],
])('reads %j', (value, mark) => expect(readMark(value)).toEqual(mark))

it.each([
  ['search', '', 'wt-search-0a1b2c3d'],
  ['search', 'shop', 'shop-wt-search-0a1b2c3d'],
  [
    'a-very-long-slug-that-goes-on-and-on',
    'A Very Long Source_Name',
    'a-very-long-sour-wt-a-very-long-slug-that-go-0a1b2c3d',
  ],
  ['cut-just-after-this-dash-x', '', 'wt-cut-just-after-this-dash-0a1b2c3d'],
])('%s of %s', (slug, base, name) => expect(cloudNameOf(slug, '0a1b2c3d', base)).toBe(name))

it('two worktrees with one long name have two', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,60}$/), fc.string(), (slug, base) => {
      const names = ['00000000', 'ffffffff'].map((nonce) => cloudNameOf(slug, nonce, base))
      expect(new Set(names).size).toBe(2)
      for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,53}$/)
    }),
  )
})
