import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readPlainYaml } from '../../scripts/policy/plain-yaml.ts'

describe('reads what we write', () => {
  it('a task’s front matter, without the package', () => {
    const front = {
      id: 'add-auth',
      title: 'Add login: "now"',
      branch: 'task/add-auth',
      allow: ['src/auth/**', 'src/app/[id]/(auth)'],
      deny: [],
      'depends-on': ['setup'],
      migrations: null,
      owner: "it's: x",
      created: '2026-01-01T00:00:00.000Z',
    }
    expect(readPlainYaml(stringify(front, { lineWidth: 0 }))).toEqual(front)
  })

  it.each([
    ...[
      'a: 1',
      'a: 1.5',
      'a: true',
      'a: Null',
      'a: ~',
      'a: [x]',
      'a: {b: c}',
      'a: &x y',
      'a: *x',
      'a: !t y',
      'a: | \n  x',
    ],
    ...[
      'a:',
      'a:\nb: c',
      'a:\n  - x\na: y',
      'a: x\n  - y',
      '  - x',
      'a: x # y',
      'a: b: c',
      'a:\n  b: c',
      'a:\n- x',
      '- x',
      'a: x\r',
      'A: x',
    ],
    ...[
      'a: "\\x41"',
      'a: "x',
      'a:\n  - 1',
      'a: x\n  y',
      '# note',
      'a: "x" y',
      'a: 2026-01-01',
      'a:\tx',
      'a: x ',
      '---\na: b',
    ],
  ])('leaves %j to the package', (text) => expect(readPlainYaml(text)).toBeNull())

  it('answers as the package does, or not at all', () => {
    const words = [
      'true',
      'Null',
      'yes',
      '~',
      '-',
      '- a',
      '[]',
      '{}',
      '"q"',
      "'",
      ':',
      ' ',
      '#',
      'a',
      'src/x',
      '*',
      '1',
      '.5',
      '0x1',
      '\n',
      '|',
      '&',
      '!',
      '@',
      '\\',
      'é',
      '%',
      '`',
      '<<',
      '=',
    ]
    const text = fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 4 })
      .map((parts) => parts.join(''))
    const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(null))
    const key = fc.constantFrom('a', 'b-c', 'id', 'title')
    const lines = fc.array(
      fc.tuple(fc.constantFrom('a: ', 'b: ', '  - ', 'c:', ''), text).map((pair) => pair.join('')),
      { maxLength: 5 },
    )
    const written = fc.dictionary(key, value).map((data) => stringify(data, { lineWidth: 0 }))
    let answered = 0
    fc.assert(
      fc.property(
        fc.oneof(
          written,
          lines.map((all) => all.join('\n')),
        ),
        (yaml) => {
          const plain = readPlainYaml(yaml)
          if (plain === null) return
          answered += 1
          expect(plain).toEqual(parse(yaml) ?? {})
        },
      ),
      { numRuns: 5000 },
    )
    expect(answered).toBeGreaterThan(500)
  })
})
