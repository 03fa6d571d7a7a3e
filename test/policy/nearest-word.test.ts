import { expect, it } from 'vitest'
import { nearestWord } from '../../scripts/policy/nearest-word.ts'

const KNOWN = ['new-task', 'status', 'setup', 'land', 'gc', 'run', 'ports']

it.each([
  ['newtask', 'new-task'],
  ['stauts', 'status'],
  ['prots', 'ports'],
  ['lnad', 'land'],
  ['lands', 'land'],
  ['rnu', 'run'],
  ['xx', null],
  ['destroy', null],
  ['', null],
])('%s → %s', (typed, meant) => {
  expect(nearestWord(typed, KNOWN)).toBe(meant)
})
