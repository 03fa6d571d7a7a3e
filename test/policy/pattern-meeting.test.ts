import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Part, pathMatching } from '../../scripts/policy/pattern-meeting.ts'
import { matcherOf } from '../../scripts/policy/patterns.ts'

const all = (...patterns: string[]): Part[] => patterns.map((pattern) => ({ pattern }))

describe('the shortest path that matches all and none of the others', () => {
  const cases: [string[], Part[], string | null][] = [
    [['src', 'src/auth'], [], 'src/auth'],
    [['src/auth', 'src/auth2'], [], null],
    [['**/x', 'a/b'], [], 'a/b/x'],
    [['a/**/z', 'a/z'], [], 'a/z'],
    [['a/**', 'a'], [], 'a/x'],
    [['src/app/[id]', 'src/app/i'], [], null],
    [['src/app/(auth)/**', '**/page.tsx'], [], 'src/app/(auth)/page.tsx'],
    // `..` is the only name that both would match, and it is no name
    [['.?', '?.'], [], null],
    [['.*', '*.'], [], '.x.'],
    [['src', 'src/**/*.ts'], all('src/auth', '**/.ts'), 'src/x.ts'],
    [['src', 'src/db'], all('src'), null],
    [['src', 'src/db'], all('**/db'), null],
    [['src', '**/*.md'], all('src/*'), null],
    [['src', '**/*.md'], all('src/*.md'), 'src/x/.md'],
    [['Src', 'Src/A.ts'], [{ pattern: 'src/a.ts', ignoreCase: true }], null],
    [['test/a.js', 'test/**/b'], [], 'test/a.js/b'],
  ]
  it.each(cases)('%j without %j: %s', (every, none, path) => {
    expect(pathMatching(all(...every), none)).toBe(path)
  })

  it('lies not below what is a file', () => {
    expect(pathMatching([{ pattern: 'test/a.js', isFile: true }, { pattern: 'test/**/b' }])).toBeNull()
    expect(pathMatching([{ pattern: 'test/a.js', isFile: true }, { pattern: 'test' }])).toBe('test/a.js')
  })

  it('is not looked for without end', () => {
    const heavy = (char: string) => `*${char}${'?'.repeat(30)}`
    const started = performance.now()
    expect(pathMatching(all(heavy('a'), heavy('b')), all(heavy('c'), heavy('d')))).not.toBeNull()
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

/** Every path of up to `depth` of these names. */
function pathsOf(names: readonly string[], depth: number): string[] {
  const levels = [[...names]]
  for (let level = 1; level < depth; level++)
    levels.push((levels.at(-1) ?? []).flatMap((path) => names.map((name) => `${path}/${name}`)))
  return levels.flat()
}

describe('against brute force', () => {
  const name = fc.constantFrom('a', 'b', '.', '?', '*')
  const segment = fc.oneof(
    { weight: 3, arbitrary: fc.array(name, { minLength: 1, maxLength: 3 }).map((chars) => chars.join('')) },
    { weight: 1, arbitrary: fc.constant('**') },
  )
  const pattern = fc
    .array(segment, { minLength: 1, maxLength: 3 })
    .filter((parts) => !parts.some((part) => part === '.' || part === '..'))
    .map((parts) => parts.join('/'))
  const names = ['a', 'b', 'ab', 'ba', 'aa', 'bb', '.a', 'a.', 'x', 'aab']
  const paths = pathsOf(names, 3)

  it('two patterns and what is taken out: no path is found where one was said not to be, and the one found is right', () => {
    fc.assert(
      fc.property(pattern, pattern, fc.array(pattern, { maxLength: 2 }), (a, b, without) => {
        const [inA, inB, out] = [matcherOf([a]), matcherOf([b]), matcherOf(without, { ignoreCase: true })]
        const fits = (path: string) => inA(path) !== null && inB(path) !== null && out(path) === null
        const found = pathMatching(
          all(a, b),
          without.map((text) => ({ pattern: text, ignoreCase: true })),
        )
        if (found === null) expect([a, b, without, paths.find(fits)]).toEqual([a, b, without, undefined])
        else expect([a, b, without, found, fits(found)]).toEqual([a, b, without, found, true])
      }),
      { numRuns: 700 },
    )
  })
})
