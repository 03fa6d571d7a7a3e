/** The verdict in the forms that CI systems read: tables, and no path that can break out of its place. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../scripts/policy/report.ts'
import { reportText } from '../../scripts/policy/report.ts'
import { RULE_WORDS } from '../../scripts/policy/rule-words.ts'
import { defaultSettings } from '../../scripts/policy/settings.ts'
import type { Violation } from '../../scripts/policy/verdict.ts'
import { escapedMessage, escapedProperty, githubFailure, githubText } from '../../scripts/policy/verdict-github.ts'
import { sarifFailure, sarifOf, uriOf } from '../../scripts/policy/verdict-sarif.ts'
import { aTask } from '../support/tasks.ts'

const auth = aTask({ id: 'auth', allow: ['src/auth'] })
const pool = aTask({ id: 'pool', allow: ['src/db'] })

function violation(more: Partial<Violation> = {}): Violation {
  const message = 'not in allow (src/auth)'
  return { rule: 'scope', path: 'src/db/pool.ts', message, status: 'M', task: 'auth', source: 'task/auth', ...more }
}

function reportOf(violations: Violation[], warnings: Violation[] = [], unjudged: string[] = []): Report {
  const facts = {
    base: 'main',
    settings: defaultSettings(),
    openTasks: [auth, pool],
    contributions: [],
    linkTargets: new Map(),
    nameTwins: new Map(),
    migrations: null,
  }
  const verdict = violations.length === 0 ? ('pass' as const) : ('refuse' as const)
  return {
    branch: 'task/auth',
    base: 'main',
    door: 'ci',
    unjudged,
    verdict: { verdict, violations, warnings, checked: 3 },
    facts,
  }
}

const COMMAND = /^::(error|warning) ([^:\r\n]*)::([^\r\n]*)$/

/** What the runner makes of a line: the inverse of the escapes. */
function read(line: string) {
  const [, level, properties = '', message = ''] = COMMAND.exec(line) ?? []
  const plain = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%')
  const pairs = properties
    .split(',')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return {
    level,
    ...Object.fromEntries(pairs.map(([name, value]) => [name, plain(value ?? '')])),
    message: plain(message),
  }
}

/** Text with a good share of what means something to a runner, a URI or a terminal. */
const oddText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '%',
        '\n',
        '\r',
        ',',
        ':',
        '::',
        '::error::',
        '%0A',
        '%25',
        '##[',
        '"',
        '/',
        ' ',
        '#',
        '?',
        'é',
        '\u0301',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

describe('text', () => {
  it('is one line for a pass, with its warnings, and the refusal otherwise', () => {
    const warning = violation({ rule: 'migration-schema', message: 'no migration' })
    expect(reportText(reportOf([], [warning]))).toBe(
      '✓ task/auth may land on main (3 changed paths)\n▲ src/db/pool.ts  migration-schema: no migration',
    )
    expect(reportText(reportOf([violation()]))).toMatch(/^✗ lanekeeper: landing task\/auth refused: 1 file outside/)
  })
})

it('what was not judged is said in every form', () => {
  const report = reportOf([], [], ['of b: x\n100 %'])
  expect(reportText(report).split('\n')[1]).toBe('○ not judged: of b: x')
  expect(
    reportText(reportOf([violation()], [], ['of b']))
      .split('\n')
      .at(-1),
  ).toBe('○ not judged: of b')
  expect(githubText(report).split('\n')[0]).toBe('::notice title=lanekeeper%3A not judged::of b: x%0A100 %25')
  const [run] = (sarifOf(report) as { runs: { invocations: object[] }[] }).runs
  expect(run?.invocations).toEqual([
    {
      executionSuccessful: true,
      toolExecutionNotifications: [{ level: 'note', message: { text: 'of b: x\n100 %' } }],
    },
  ])
})

describe('github', () => {
  const cases: [name: string, violation: Violation, line: string][] = [
    [
      'a file with its owner',
      violation(),
      '::error file=src/db/pool.ts,line=1,title=lanekeeper scope::not in allow (src/auth)%0Aowner: task "pool" (task/pool)',
    ],
    [
      'a line of its own, and what goes on from there',
      violation({ path: 'm/1.sql', rule: 'migration-table', line: 7, message: 'line 7 touches a', ways: ['do: b'] }),
      '::error file=m/1.sql,line=7,title=lanekeeper migration-table::line 7 touches a%0A→ do: b',
    ],
    [
      'a path that would break out',
      violation({ path: 'a,b:c%d\n::stop-commands::x', message: '100 %' }),
      '::error file=a%2Cb%3Ac%25d%0A%3A%3Astop-commands%3A%3Ax,line=1,title=lanekeeper scope::100 %25',
    ],
  ]
  it.each(cases)('%s', (_name, one, line) => expect(githubText(reportOf([one])).split('\n')[0]).toBe(line))

  it('ends with the whole refusal, or with the line of a pass below its warnings', () => {
    const last =
      githubText(reportOf([violation()]))
        .split('\n')
        .at(-1) ?? ''
    expect(read(last)).toMatchObject({ level: 'error', title: 'task/auth may not land' })
    expect(read(last).message).toContain('widen the lane: npx lanekeeper task widen auth src/db/pool.ts')
    expect(githubText(reportOf([], [violation({ line: 3 })]))).toBe(
      [
        '::warning file=src/db/pool.ts,line=3,title=lanekeeper scope::not in allow (src/auth)%0Aowner: task "pool" (task/pool)',
        '✓ task/auth may land on main (3 changed paths)',
      ].join('\n'),
    )
  })

  it('tells why there is no verdict', () => {
    const text = githubFailure({ code: 'git', message: 'origin: no', hint: 'do\nthat' })
    expect(text).toBe('::error title=lanekeeper%3A git::origin: no%0Ado%0Athat')
  })

  it('gives back every path and message as it was, and no line that is not ours', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ path: oddText, message: oddText, ways: fc.array(oddText) }), { minLength: 1 }),
        (odd) => {
          const lines = githubText(reportOf(odd.map((one) => violation(one)))).split(/\r\n|\r|\n/)
          expect(lines).toHaveLength(odd.length + 1)
          odd.forEach(({ path, message }, index) => {
            const line = read(lines[index] ?? '') as unknown as Record<string, string>
            expect([line.level, line.file, line.line]).toEqual(['error', path, '1'])
            expect(line.message?.startsWith(message)).toBe(true)
          })
        },
      ),
    )
  })

  it('escapes what the runner’s own writer does', () => {
    expect(escapedMessage('%\r\n:,')).toBe('%25%0D%0A:,')
    expect(escapedProperty('%\r\n:,')).toBe('%25%0D%0A%3A%2C')
  })
})

describe('sarif', () => {
  const require = createRequire(import.meta.url)
  const json = (path: string) => JSON.parse(readFileSync(require.resolve(path), 'utf8'))
  const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' })
  ajv.addMetaSchema(json('ajv/lib/refs/json-schema-draft-04.json'))
  const validate = ajv.compile(json('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'))
  const problems = (log: object) => (validate(JSON.parse(JSON.stringify(log))) ? [] : validate.errors)

  it('is valid for a refusal, a warning, a pass and a failure', () => {
    const table = violation({ rule: 'migration-table', line: 7, ways: ['give it the table'] })
    const logs = [
      sarifOf(
        reportOf(
          [violation(), table, violation({ task: null, status: '' })],
          [violation({ rule: 'migration-schema' })],
        ),
      ),
      sarifOf(reportOf([])),
      sarifFailure({ code: 'settings', message: 'broken', hint: undefined }),
    ]
    expect(logs.map(problems)).toEqual([[], [], []])
    expect(problems({ ...logs[0], version: '2.0.0' })).not.toEqual([])
  })

  it('says where, which rule and how bad, and every rule has its help', () => {
    const log = JSON.parse(
      JSON.stringify(sarifOf(reportOf([violation({ path: 'a b/[id].ts', line: 7 })], [violation()]))),
    )
    const [run] = log.runs
    expect(run.results.map(({ level, ruleId }: { level: string; ruleId: string }) => [level, ruleId])).toEqual([
      ['error', 'scope'],
      ['warning', 'scope'],
    ])
    expect(run.tool.driver.rules[run.results[0].ruleIndex].id).toBe('scope')
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/%5Bid%5D.ts', uriBaseId: '%SRCROOT%' },
      region: { startLine: 7 },
    })
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(RULE_WORDS))
    for (const { help, shortDescription } of run.tool.driver.rules)
      expect([help.text, shortDescription.text].every((text: string) => text.endsWith('.'))).toBe(true)
  })

  it('stays valid whatever a path or a message holds, and the path comes back from its URI', () => {
    fc.assert(
      fc.property(oddText, oddText, (path, message) => {
        expect(problems(sarifOf(reportOf([violation({ path, message })])))).toEqual([])
        expect(decodeURIComponent(uriOf(path))).toBe(path.replace(/\p{Surrogate}/gu, '\ufffd'))
        expect(uriOf(path)).toMatch(/^[A-Za-z0-9_.!~*'()/%-]*$/)
      }),
      { numRuns: 50 },
    )
  })
})
