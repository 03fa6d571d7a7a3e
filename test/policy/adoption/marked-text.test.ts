import { describe, expect, test } from 'vitest'
import { withBlock, withLine, withoutBlock, withoutLines } from '../../../scripts/policy/adoption/marked-text.ts'

const LINE = 'npx --no-install lanekeeper hook pre-commit "$@" # lanekeeper'
const files = ['npm test\n', 'npm test', '#!/bin/sh\r\nnpm test\r\n', 'npm test\n\n', '\n', '# lanekeeper is great\n']

describe('what goes in comes out again, byte for byte', () => {
  test.each(files)('block in %j', (text) => {
    for (const style of ['hash', 'html'] as const) {
      const marked = withBlock(text, 'one\ntwo', style)
      expect(marked).not.toBe(text)
      expect(withBlock(marked, 'one\ntwo', style)).toBe(marked)
      expect(withoutBlock(marked, style)).toBe(text)
    }
  })

  test.each(files)('line in %j', (text) => {
    const marked = withLine(text, LINE)
    expect(marked).not.toBe(text)
    expect(withLine(marked, LINE)).toBe(marked)
    expect(withoutLines(marked)).toBe(text)
  })
})

test('a new file is our text alone', () => {
  expect(withBlock(null, 'one', 'hash')).toBe('# >>> lanekeeper\none\n# <<< lanekeeper\n')
  expect(withLine(null, LINE)).toBe(`${LINE}\n`)
})

test('an older block or line of ours is replaced where it stands', () => {
  const text = '# a\n\n<!-- lanekeeper:begin -->\n\nold\n\n<!-- lanekeeper:end -->\n\n# b\n'
  expect(withBlock(text, 'new', 'html')).toBe(text.replace('old', 'new'))
  expect(withLine(`a\nlanekeeper hook pre-commit # lanekeeper\nb\n`, LINE)).toBe(`a\n${LINE}\nb\n`)
})

test('a formatter of the project may space our block as it likes', () => {
  const text = '<!-- lanekeeper:begin -->\n- one\n- two\n<!-- lanekeeper:end -->\n'
  expect(withBlock(text, '- one\n- two', 'html')).toBe(text)
})

test('the file keeps its line endings and its missing newline', () => {
  expect(withLine('a\r\nb', LINE)).toBe(`a\r\nb\r\n${LINE}`)
  expect(withBlock('a\r\n', 'x', 'hash')).toBe('a\r\n\r\n# >>> lanekeeper\r\nx\r\n# <<< lanekeeper\r\n')
})

test('a block whose end is gone is left alone', () => {
  expect(withoutBlock('# >>> lanekeeper\nx\n', 'hash')).toBe('# >>> lanekeeper\nx\n')
})
