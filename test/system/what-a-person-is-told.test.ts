import { expect, it } from 'vitest'
import { createOutput } from '../../scripts/system/output.ts'

it.each([
  ['a hint of two lines', 'one\ntwo', '✗ it broke\n↳ one\n↳ two\n'],
  ['an empty hint', '', '✗ it broke\n'],
  ['no hint', undefined, '✗ it broke\n'],
])('an error with %s', (_, hint, expected) => {
  let said = ''
  const sink = { write: (text: string) => (said += text) }
  createOutput({ stdout: sink, stderr: sink, env: {} }).error('it broke', hint)
  expect(said).toBe(expected)
})
