import { expect, it } from 'vitest'
import { parseCountedDiff } from '../../scripts/policy/line-counts.ts'

const OID = 'a'.repeat(40)
const raw = (status: string, path: string) => `:100644 100644 ${OID} ${OID} ${status}\0${path}\0`

it('joins what changed with how many lines, whatever the names hold', () => {
  const output = `${raw('M', 'a.ts')}${raw('A', ':odd\tna\nme')}${raw('D', 'b.png')}3\t1\ta.ts\x000\t2\t:odd\tna\nme\0-\t-\tb.png\0`
  expect(parseCountedDiff(output)).toMatchObject([
    { path: 'a.ts', status: 'M', added: 3, deleted: 1 },
    { path: ':odd\tna\nme', status: 'A', added: 0, deleted: 2 },
    { path: 'b.png', status: 'D', added: null, deleted: null },
  ])
})

it('reads an empty diff', () => expect(parseCountedDiff('')).toEqual([]))
