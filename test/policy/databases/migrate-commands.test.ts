import { expect, it } from 'vitest'
import { commandsToRun, reopenedStep, withDone } from '../../../scripts/policy/databases/migrate-commands.ts'

const of = { migrate: ['m1', 'm2'], seed: ['s1', 's2'] }
const cases: [isEmpty: boolean, done: string[], lines: string[]][] = [
  [false, [], ['m1', 'm2']],
  [true, [], ['m1', 'm2', 's1', 's2']],
  [false, ['m1'], ['m1', 'm2']],
  [false, ['m1', 'm2'], []],
  [true, ['m1', 'm2'], ['m1', 'm2', 's1', 's2']],
  [true, ['m1', 'm2', 's1'], ['m1', 'm2', 's2']],
  [true, ['m1', 'm2', 's1', 's2'], []],
]
it.each(cases)('made empty %s, done %j: %j', (isEmpty, done, lines) => {
  expect(commandsToRun(of, { isEmpty, done })).toEqual(lines)
})

it('what went well is kept for each role, and forgotten with its database', () => {
  const done = withDone(withDone(withDone({}, 'dev', 'm1'), 'test', 'm1'), 'dev', 'm1')
  expect(done).toEqual({ dev: ['m1'], test: ['m1'] })
  expect(reopenedStep({ done }, ['dev'])).toEqual({ state: 'pending', done: { test: ['m1'] } })
  expect(reopenedStep({ done }, ['dev', 'test'])).toEqual({ state: 'pending' })
  expect(reopenedStep(undefined, ['dev'])).toEqual({ state: 'pending' })
})
