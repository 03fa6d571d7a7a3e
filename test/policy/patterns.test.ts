import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkedPatterns,
  matcherOf,
  matchesEverything,
  patternsMeet,
  problemWithPattern,
} from '../../scripts/policy/patterns.ts'

describe('a path matches', () => {
  const cases: [string, string, boolean][] = [
    ['src/auth', 'src/auth/deep/x.ts', true],
    ['src/auth', 'src/auth', true],
    ['src/auth/', 'src/auth', true],
    ['./src//auth', 'src/auth/x', true],
    ['/src/auth', 'src/auth/x', true],
    ['auth', 'src/auth/x.ts', false],
    ['**/auth', 'src/auth/x.ts', true],
    ['**/auth', 'auth', true],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/a/b.ts', false],
    ['src/**/x', 'src/x', true],
    ['src/**/x', 'src/a/b/x', true],
    ['src/**', 'src/a', true],
    ['src/**', 'src', false],
    ['src/?.ts', 'src/é.ts', true],
    ['src/[id]/page.tsx', 'src/[id]/page.tsx', true],
    ['src/[id]/**', 'src/i/x', false],
    ['src/[[...slug]]/page.tsx', 'src/[[...slug]]/page.tsx', true],
    ['src/app/(auth)/**', 'src/app/(auth)/x', true],
    ['src/app/(auth)/**', 'src/app/auth/x', false],
    ['src/@modal', 'src/@modal/page.tsx', true],
    ['src/$id', 'src/$id/x', true],
    ['src/a+b', 'src/a+b', true],
    ['src/a|b', 'src/a', false],
    ['#notes', '#notes/a', true],
    ['.github', '.github/workflows/ci.yml', true],
    ['src/with space', 'src/with space/x', true],
    ['src/end ', 'src/end ', true],
    ['src/end ', 'src/end', false],
    ['Src/auth', 'src/auth/x', false],
    ['caf\u00e9', 'cafe\u0301/x', true],
    ['vendor/sub/', 'vendor/sub', true],
  ]
  it.each(cases)('%s  %s  %s', (pattern, path, matches) => {
    expect(matcherOf([pattern])(path) !== null).toBe(matches)
  })

  it('in any case when that is asked, and names the pattern as it was written', () => {
    expect(matcherOf(['src/Auth'], { ignoreCase: true })('SRC/auth/x')).toBe('src/Auth')
    expect(matcherOf(['lib', 'src/[id]'])('src/[id]/x')).toBe('src/[id]')
    expect(matcherOf([])('anything')).toBeNull()
  })

  it('as git itself says, on the part of the language both have', () => {
    const dir = mkdtempSync(join(tmpdir(), 'lanekeeper-test-'))
    try {
      execFileSync('git', ['init', '-q', dir])
      const part = fc.constantFrom('a', 'b', 'ab', 'a*', '*', '**', '?', '.x', 'a b')
      const pattern = fc
        .array(part, { minLength: 1, maxLength: 4 })
        .map((parts) => parts.join('/'))
        .filter((text) => !matchesEverything(text))
      const path = fc
        .array(fc.constantFrom('a', 'b', 'ab', 'abc', '.x', 'a b'), { minLength: 1, maxLength: 4 })
        .map((parts) => parts.join('/'))
      fc.assert(
        fc.property(pattern, fc.array(path, { minLength: 20, maxLength: 20 }), (text, paths) => {
          writeFileSync(join(dir, '.git/info/exclude'), `/${text}\n`)
          const ran = execFileSync('sh', ['-c', 'git check-ignore --no-index -z --stdin || true'], {
            cwd: dir,
            input: `${paths.join('\0')}\0`,
          })
          const ignored = new Set(String(ran).split('\0'))
          const matches = matcherOf([text])
          for (const name of paths)
            expect([text, name, matches(name) !== null]).toEqual([text, name, ignored.has(name)])
        }),
        { numRuns: 80 },
      )
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('a pattern is refused', () => {
  const cases: [string, string][] = [
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['!src', 'no negation'],
    ['src\\auth', 'backslash'],
    ['../other', '. or ..'],
    ['src/../../x', '. or ..'],
    ['src/./x', '. or ..'],
    ['{a,b}', 'one pattern a line'],
    ['a\nb', 'control character'],
    ['/', 'whole repository'],
    ['./', 'whole repository'],
  ]
  it.each(cases)('%j: %s', (pattern, why) => {
    expect(problemWithPattern(pattern)).toContain(why)
    expect(() => checkedPatterns([pattern], 'allow')).toThrow(why)
  })

  it('when it is everything, for a scope', () => {
    for (const pattern of ['*', '**', '/**', './**', '**/*', '**/**'])
      expect([pattern, matchesEverything(pattern)]).toEqual([pattern, true])
    for (const pattern of ['src', '*.ts', '**/x', 'src/**'])
      expect([pattern, matchesEverything(pattern)]).toEqual([pattern, false])
  })
})

describe('two patterns meet', () => {
  const cases: [string, string, boolean][] = [
    ['src', 'src/auth', true],
    ['src/auth', 'src/auth2', false],
    ['src/*/x', 'src/a/*', true],
    ['src/*.ts', 'src/*.js', false],
    ['**/x', 'a/b/c', true],
    ['a/**/z', 'a/z', true],
    ['a/**', 'a', true],
    ['a?c', 'abc', true],
    ['a*c', '*b', false],
    ['[id]', 'i', false],
  ]
  it.each(cases)('%s  %s  %s', (a, b, meets) => {
    expect(patternsMeet(a, b)).toBe(meets)
    expect(patternsMeet(b, a)).toBe(meets)
  })

  it('exactly when some path matches both (against brute force)', () => {
    // two patterns of three segments can need a witness of six; these names have one for every pair of segments
    const names = ['a', 'b', 'ab']
    const longer = (paths: string[]): string[] => paths.flatMap((path) => names.map((name) => `${path}/${name}`))
    const levels = [names]
    for (let depth = 1; depth < 6; depth++) levels.push(longer(levels[depth - 1] ?? []))
    const deep = levels.flat()
    expect(deep).toHaveLength(1092)
    const part = fc.constantFrom('a', 'b', 'ab', 'a*', '*b', '?', '*', '**', '?b')
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const [inA, inB] = [matcherOf([a]), matcherOf([b])]
        const witness = deep.find((path) => inA(path) !== null && inB(path) !== null)
        expect([a, b, patternsMeet(a, b)]).toEqual([a, b, witness !== undefined])
      }),
      { numRuns: 1000 },
    )
  })
})
