import { describe, expect, it } from 'vitest'
import type { Change } from '../../scripts/policy/changes.ts'
import { refusalText } from '../../scripts/policy/refusal.ts'
import { defaultSettings, type Settings } from '../../scripts/policy/settings.ts'
import type { Task } from '../../scripts/policy/task.ts'
import { type Facts, judge } from '../../scripts/policy/verdict.ts'
import { aTask, migrationsOf } from '../support/tasks.ts'

const settings: Settings = {
  ...defaultSettings(),
  protected: ['lanekeeper.json', '.husky'],
  shared: ['package.json'],
  owners: { 'lib/**': '@platform' },
  migrations: [migrationsOf('dev', ['db/migrate'])],
}
const auth = aTask({
  id: 'auth',
  allow: ['src/auth', 'db/migrate', '.husky'],
  deny: ['src/auth/legacy'],
  shared: ['package.json', 'shared.json'],
})
const owner = aTask({ id: 'schema', allow: ['src/schema'], migrations: 'dev' })

function change(path: string, more: Partial<Change> = {}): Change {
  return { path, status: 'M', oldMode: '100644', newMode: '100644', oid: 'a1', ...more }
}

function factsOf(task: Task | null, changes: Change[], more: Partial<Facts> = {}): Facts {
  const contributions = [{ task, source: task?.branch ?? 'task/nobody', changes }]
  return {
    base: 'main',
    settings,
    openTasks: [auth, owner],
    contributions,
    linkTargets: new Map(),
    nameTwins: new Map(),
    migrations: null,
    ...more,
  }
}

const ruleFor = (task: Task | null, path: string) => judge(factsOf(task, [change(path)])).violations[0]?.rule ?? 'pass'

describe('one path, one rule', () => {
  const cases: [Task | null, string, string][] = [
    [auth, 'src/auth/a.ts', 'pass'],
    [auth, 'lib/a.ts', 'scope'],
    [auth, 'src/auth/legacy/a.ts', 'deny'],
    [auth, 'src/auth/LEGACY/a.ts', 'deny'],
    [auth, '.husky/pre-commit', 'protected'],
    [auth, 'Lanekeeper.json', 'protected'],
    [auth, 'db/migrate/1.sql', 'migration-owner'],
    [owner, 'db/migrate/1.sql', 'pass'],
    [auth, 'package.json', 'pass'],
    [auth, 'shared.json', 'scope'],
    [owner, 'package.json', 'scope'],
    [null, 'lib/a.ts', 'no-task'],
  ]
  it.each(cases)('%#', (task, path, rule) => expect([path, ruleFor(task, path)]).toEqual([path, rule]))
})

describe('a symbolic link', () => {
  const cases: [string, string][] = [
    ['../../lib/a', 'pass'],
    ['b', 'pass'],
    ['../../../out', 'link-escapes'],
    ['x/../../../../out', 'link-escapes'],
    ['/etc/passwd', 'link-escapes'],
    ['C:\\x', 'link-escapes'],
  ]
  it.each(cases)('→ %s: %s', (target, rule) => {
    const facts = factsOf(auth, [change('src/auth/link', { newMode: '120000' })], {
      linkTargets: new Map([['src/auth/link', target]]),
    })
    expect(judge(facts).violations[0]?.rule ?? 'pass').toBe(rule)
  })
})

describe('a refusal', () => {
  it('names file, rule, owner and the ways on, and stops at a page', () => {
    const changes = Array.from({ length: 30 }, (_, index) => change(`lib/${index}.ts`))
    const facts = factsOf(auth, [...changes, change('src/schema/x.ts')])
    const verdict = judge(facts)
    expect(verdict.violations).toHaveLength(31)
    const text = refusalText(verdict, facts, {
      door: 'move',
      what: 'git merge task/auth',
      recovery: ['git merge --abort'],
    })
    expect(text).toContain(
      'lanekeeper: git merge task/auth refused: 31 files outside the lane of task "auth" (31 checked, base main)',
    )
    expect(text).toContain(
      '  M  lib/0.ts\n     scope: not in allow (src/auth, db/migrate, .husky)\n     owner: @platform',
    )
    expect(text).toContain('…and 11 more: npx lanekeeper check task/auth')
    expect(text).toContain('Back to a clean state:\n  git merge --abort')
    expect(text).toContain(
      'npx lanekeeper task widen auth lib/0.ts lib/1.ts lib/2.ts lib/3.ts lib/4.ts lib/5.ts lib/6.ts lib/7.ts --reason "…"',
    )
    expect(text).not.toContain('lib/25.ts')
  })

  it('shows an odd path as one line and quotes it in commands', () => {
    const facts = factsOf(auth, [change('lib/a\nb $(x).ts')])
    const text = refusalText(judge(facts), facts, { door: 'commit', what: 'x', recovery: [] })
    expect(text).toContain('M  "lib/a\\nb $(x).ts"')
    expect(text).toContain("-- ':/lib/a\nb $(x).ts'")
  })
})
