import { parse } from 'dotenv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockOf, disabledValue, envLine, isDisabled, withBlock, withoutBlock } from '../../scripts/policy/env-file.ts'

const awkward = fc.string({
  unit: fc.constantFrom(
    'a',
    'B',
    '7',
    ' ',
    '\t',
    "'",
    '"',
    '`',
    '\\',
    'n',
    'r',
    '\n',
    '\r',
    '#',
    '=',
    '$',
    '\u00e9',
    '\u2028',
    '😀',
  ),
  maxLength: 24,
})
const anyText = fc.oneof(awkward, fc.string(), fc.webUrl())

describe('a value in a dotenv file', () => {
  it.each([
    ['20010', 'K=20010'],
    ['http://a.localhost:20010', 'K=http://a.localhost:20010'],
    ['file:./dev.db?mode=rwc&x=1', `K='file:./dev.db?mode=rwc&x=1'`],
    ['', "K=''"],
    ["it's", `K="it's"`],
    ['a\nb', 'K="a\\nb"'],
    [`both ' and "`, 'K=`both \' and "`'],
  ])('%j is written %s', (value, line) => {
    expect(envLine('K', value)).toBe(line)
    expect(parse(line)).toEqual({ K: value })
  })

  it.each([['a\\'], [`'"\``], [`'"\n`], ['\0']])('%j cannot be said, and is not said wrong', (value) => {
    expect(envLine('K', value)).toBeNull()
  })

  it.each(['', 'a b', 'a=b', 'x\ny'])('%j is no name', (key) => {
    expect(envLine(key, 'v')).toBeNull()
  })

  it('is read back exactly, whatever stands around it', () => {
    let written = 0
    fc.assert(
      fc.property(anyText, anyText, fc.array(fc.tuple(fc.constantFrom('A', 'B'), anyText)), (one, two, lines) => {
        const values = { FIRST: one, SECOND: two }
        const own = lines.map(([key, value]) => envLine(key, value)).filter((line) => line !== null)
        const ours = Object.entries(values).map(([key, value]) => ({ key, value, line: envLine(key, value) }))
        const text = withBlock(
          own.join('\n'),
          ours.flatMap(({ line }) => line ?? []),
        )
        const read = parse(text)
        for (const { key, value, line } of ours) {
          if (line === null) continue
          written++
          expect(read[key]).toBe(value)
          expect(parse(blockOf(text))[key]).toBe(value)
        }
      }),
      { numRuns: 2000 },
    )
    expect(written).toBeGreaterThan(1000)
  })
})

describe('our block', () => {
  it('leaves every byte of the user alone, and is there once however often it is written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A=1', '\n', '\r\n', '# >>> lanekeeper', '# <<< lanekeeper', '#x', ' ') }),
        (text) => {
          const own = withoutBlock(text)
          const once = withBlock(text, ['PORT=1'])
          expect(once.startsWith(own)).toBe(true)
          expect(withBlock(once, ['PORT=1'])).toBe(once)
          expect(withBlock(once, [])).toMatch(new RegExp(`^${own.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\r?\n?$`))
          expect(once.match(/^PORT=1\r?$/gm)).toHaveLength(1)
        },
      ),
      // a block between stray markers was left once by a single pass
      { numRuns: 1000, examples: [['# >>> lanekeeper\n# >>> lanekeeper\n# <<< lanekeeper\r\n# <<< lanekeeper']] },
    )
  })

  it('is last, so that it wins over a line that was added below it', () => {
    const text = `${withBlock('', ['PORT=1'])}PORT=3000\n`
    expect(parse(withBlock(text, ['PORT=2'])).PORT).toBe('2')
    expect(withBlock(text, ['PORT=2'])).toMatch(/^PORT=3000\n# >>> lanekeeper/)
  })

  it('goes without a trace', () => {
    expect(withBlock(withBlock('A=1\n', ['PORT=1']), [])).toBe('A=1\n')
    expect(withBlock(withBlock('', ['PORT=1']), [])).toBe('')
  })

  it('keeps the line ends of the file', () => {
    expect(withBlock('A=1\r\n', ['PORT=1'])).toMatch(
      /^A=1\r\n# >>> lanekeeper[^\n]*\r\nPORT=1\r\n# <<< lanekeeper\r\n$/,
    )
  })
})

it('a disabled value is one line and knows itself', () => {
  expect(disabledValue('no\nsuch  file')).toBe('lanekeeper-disabled://not-ready/no such file')
  expect(isDisabled(disabledValue('x'))).toBe(true)
  expect(isDisabled('file:./dev.db')).toBe(false)
})
