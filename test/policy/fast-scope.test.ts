import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fastScopeScript } from '../../scripts/policy/fast-scope.ts'
import { scopeOf } from '../../scripts/policy/scope.ts'
import { defaultSettings, type Settings } from '../../scripts/policy/settings.ts'
import { aTask, migrationsOf } from '../support/tasks.ts'

/** Asks the script about many names in one shell; git is a function that prints the name. */
function answers(script: string, names: readonly string[]): boolean[] {
  const ask = `head='ref: refs/heads/task/auth'\n${names
    .map(
      (name) =>
        `git() { printf '%s\\n' '${name.replaceAll("'", `'\\''`)}'; }\nif ${script.trimEnd()}; then echo yes; else echo no; fi`,
    )
    .join('\n')}`
  return execFileSync('sh', { input: ask, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line === 'yes')
}

const settings: Settings = { ...defaultSettings(), migrations: [migrationsOf('dev', ['db/migrate'])] }

describe('the shell says', () => {
  const task = aTask({
    id: 'auth',
    allow: ['src/auth', 'src/[id]', 'docs/**', 'test/*/x'],
    deny: ['src/auth/Legacy'],
    shared: ['package.json', 'x.json'],
  })
  const script = fastScopeScript(task, settings) ?? ''
  const cases: [string, boolean][] = [
    ['src/auth/a.ts', true],
    ['src/auth', true],
    ['src/authx', false],
    ['src/[id]/page.tsx', true],
    ['src/i/page.tsx', false],
    ['docs/a/b.md', true],
    ['docs', false],
    ['test/a/x', false],
    ['package.json', true],
    ['x.json', false],
    ['src/auth/legacy/a', false],
    ['src/auth/LEGACY', false],
    ['src/auth/CODEOWNERS', false],
    ['src/auth/deep/.env', false],
    ['src/auth/.env.local', false],
    ['src/auth/.envy', true],
    ['docs/it’s $(rm) `x`; *.md', true],
    ['"quoted', false],
  ]
  it('yes only where it is plain', () => {
    const got = answers(
      script,
      cases.map(([name]) => name),
    )
    expect(got).toHaveLength(cases.length)
    expect(cases.map(([name], index) => [name, got[index]])).toEqual(cases)
  })

  it('nothing when no pattern is plain, and no on another branch', () => {
    expect(fastScopeScript(aTask({ id: 'auth', allow: ['test/*/x'] }), settings)).toBeNull()
    expect(answers(script.replace('task/auth', 'task/other'), ['src/auth/a.ts'])).toEqual([false])
  })

  it('never yes where the judge says no', () => {
    const part = fc.constantFrom(
      'src',
      'auth',
      'Auth',
      '*',
      '**',
      '?',
      'a b',
      "it's",
      '[id]',
      '.env',
      'CODEOWNERS',
      '$x',
      '(g)',
    )
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    const name = fc
      .array(
        fc.constantFrom('src', 'auth', 'Auth', 'a b', "it's", '[id]', 'i', '.env', 'codeowners', '$x', '(g)', 'zz'),
        { minLength: 1, maxLength: 4 },
      )
      .map((parts) => parts.join('/'))
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 2 }),
        fc.array(pattern, { maxLength: 2 }),
        fc.array(name, { minLength: 8, maxLength: 8 }),
        (allow, deny, names) => {
          const random = aTask({ id: 'auth', allow, deny })
          const quick = fastScopeScript(random, settings)
          fc.pre(quick !== null)
          const scope = scopeOf(random, settings)
          const said = answers(quick ?? '', names)
          expect(said).toHaveLength(names.length)
          names.forEach((path, index) => {
            if (said[index]) expect([path, scope.refusal(path)]).toEqual([path, null])
          })
        },
      ),
      { numRuns: 150 },
    )
  })
})
