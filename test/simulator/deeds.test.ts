import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Deed, logOf, scriptOf } from './deeds.ts'

const deed = (words: readonly string[], more: Partial<Deed> = {}): Deed => ({
  ...{ round: 1, by: 'agent1', cwd: '/', env: {}, killedAfterMs: null, ending: 'exited 0' },
  words,
  ...more,
})

it('a script gives every word as it was, and names the places', () => {
  const word = fc.array(fc.constantFrom('/w', '/w/in', "'", '"', '$x', '`', ' ', '\n', '\\', 'a', '*', ';'), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(
      word.map((parts) => parts.join('')),
      (text) => {
        const script = scriptOf([deed(['printf', '%s', text])], { W: '/w', IN: '/w/in' }, 'W=/w IN=/w/in')
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(text)
        if (text.includes('/w')) expect(script.replace('W=/w IN=/w/in', '')).toMatch(/"\$(W|IN)"/)
      },
    ),
    { numRuns: 60 },
  )
})

it('a script lets the agents of a round work at the same time, and one round after the other', () => {
  const deeds = [
    deed(['echo', 'one'], { by: 'agent1' }),
    deed(['git', 'gc'], { by: 'agent2', killedAfterMs: 120, env: { A: 'b c' } }),
    deed(['echo', 'two'], { by: 'agent1', round: 2, cwd: '/w/project' }),
  ]
  expect(scriptOf(deeds, { W: '/w' }, '# head').split('\n')).toEqual([
    '# head',
    '# round 1',
    '( # agent1',
    'cd / && echo one # exited 0',
    ') &',
    '( # agent2',
    "cd / && timeout -s KILL 0.120 env A='b c' git gc # exited 0",
    ') &',
    'wait',
    '# round 2',
    '( # agent1',
    'cd "$W"/project && echo two # exited 0',
    ') &',
    'wait',
    '',
  ])
})

it('a log is one line a deed', () => {
  expect(logOf([deed(['write', '/f', 'a\nb']), deed(['git', 'gc'], { ending: 'killed' })])).toBe(
    "1 agent1 /$ write /f 'a\\nb'  -> exited 0\n1 agent1 /$ git gc  -> killed",
  )
})
