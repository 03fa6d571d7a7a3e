import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../scripts/policy/settings.ts'
import type { Task } from '../../scripts/policy/task.ts'
import { assertFits, draftedTask, type TaskAnswers, warningsAbout } from '../../scripts/policy/task-draft.ts'
import { migrationsOf } from '../support/tasks.ts'

const settings = {
  ...defaultSettings(),
  migrations: [migrationsOf('dev', ['migrations']), migrationsOf('big', ['db'], { mode: 'tables' })],
}
const NOW = '2026-01-02T03:04:05.000Z'

function task(answers: Partial<TaskAnswers> = {}, state: Task['state'] = 'open'): Task {
  return {
    ...draftedTask({ title: 'Add login', allow: ['src/auth'], ...answers }, { settings, base: 'main' }, NOW),
    state,
  }
}

describe('draftedTask', () => {
  it('fills in id, branch, base and agent', () => {
    expect(task({ title: '  Grün: "Add" login! ' })).toMatchObject({
      id: 'grun-add-login',
      title: 'Grün: "Add" login!',
      branch: 'task/grun-add-login',
      base: 'main',
      agent: 'none',
      migrations: null,
      state: 'open',
      createdAt: NOW,
    })
  })

  it.each([
    ['no pattern', { allow: [] }, 'usage'],
    ['the whole repository', { allow: ['**'] }, 'bad-pattern'],
    ['a pattern that escapes', { allow: ['src', '../x'] }, 'bad-pattern'],
    ['a pattern that escapes under deny', { deny: ['src/../../x'] }, 'bad-pattern'],
    ['a negation', { allow: ['!src'] }, 'bad-pattern'],
    ['braces', { shared: ['{a,b}.json'] }, 'bad-pattern'],
    ['an id that escapes', { id: '../x' }, 'bad-name'],
    ['an id with a slash', { id: 'a/b' }, 'bad-name'],
    ['an empty title', { title: ' ', id: 'x' }, 'usage'],
    ['a branch with a space', { branch: 'a b' }, 'bad-name'],
    ['the base as branch', { branch: 'main' }, 'usage'],
    ['itself as prerequisite', { id: 'x', dependsOn: ['x'] }, 'usage'],
  ])('refuses %s', (_, answers, code) => {
    expect(() => task(answers)).toThrow(expect.objectContaining({ code }))
  })

  it('names no file where none is written yet', () => {
    const branch = 'main'
    expect(() => task({ branch })).toThrow(expect.objectContaining({ hint: expect.not.stringContaining('git show') }))
  })
})

describe('assertFits', () => {
  const other = (answers: Partial<TaskAnswers>, state?: Task['state']) => task({ title: 'Other', ...answers }, state)

  it.each([
    ['an id that is taken', {}, [task()], 'task-exists', 'exists already'],
    ['an id that a closed task had', {}, [task({}, 'closed')], 'task-exists', 'exists already'],
    ['the branch of an open task', { branch: 'x' }, [other({ branch: 'x' })], 'task-exists', '"other"'],
    ['a prerequisite nobody knows', { dependsOn: ['nope'] }, [], 'usage', '"nope"'],
    ['an agent nobody knows', { agent: 'hal' }, [], 'usage', '"hal"'],
    ['migrations nobody declared', { migrations: 'prod' }, [], 'usage', '"prod"'],
    ['tables of no database', { tables: ['users'] }, [], 'usage', 'users'],
    ['tables left open where tasks share by tables', { migrations: 'big' }, [], 'usage', '"mode": "tables"'],
    [
      "another's table",
      { migrations: 'big', tables: ['posts', 'public.Users'] },
      [other({ migrations: 'big', tables: ['users'] })],
      'refused',
      'Table "public.Users" is task "other"\'s (task/other)',
    ],
  ])('refuses %s', (_, answers, tasks, code, words) => {
    expect(() => assertFits(task(answers), settings, 'main', tasks)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    )
  })

  it('lets a task be whose rivals have ended', () => {
    const ended = [other({ migrations: 'dev', branch: 'x' }, 'landed')]
    const wanted = task({ migrations: 'dev', branch: 'x', dependsOn: ['other'], agent: 'claude' })
    expect(() => assertFits(wanted, settings, 'main', ended)).not.toThrow()
  })
})

describe('migrations', () => {
  const other = (answers: Partial<TaskAnswers>) => task({ title: 'Other', ...answers })

  it.each<[string, Partial<TaskAnswers>, Partial<TaskAnswers>]>([
    ['are had in turns by a lease', { migrations: 'dev' }, { migrations: 'dev' }],
    ['with tables too', { migrations: 'dev', tables: ['users'] }, { migrations: 'dev', tables: ['users'] }],
    [
      'are shared by tables',
      { migrations: 'big', tables: ['users'] },
      { migrations: 'big', tables: ['posts', 'a.users'] },
    ],
    [
      'of two databases do not meet',
      { migrations: 'big', tables: ['users'] },
      { migrations: 'dev', tables: ['users'] },
    ],
  ])('%s', (_, one, two) => {
    expect(() => assertFits(task(one), settings, 'main', [other(two)])).not.toThrow()
  })

  it.each(['', 'a b', "users'", 'a.b.c', '$(x)', '1st', 'a;b', '.a', '-users'])('%j is no table', (table) => {
    expect(() => task({ migrations: 'big', tables: [table] })).toThrow(expect.objectContaining({ code: 'bad-name' }))
  })

  it('of a database that no ref can be called after are refused', () => {
    const odd = { ...settings, migrations: [migrationsOf('a/b', ['migrations'])] }
    expect(() => assertFits(task({ migrations: 'a/b' }), odd, 'main', [])).toThrow(
      expect.objectContaining({ code: 'bad-name' }),
    )
  })
})

describe('warningsAbout', () => {
  it('tells of answers that will have no effect', () => {
    const warnings = warningsAbout(
      task({ allow: ['src', 'AGENTS.md'], shared: ['README.md', 'package.json'] }),
      settings,
    )
    expect(warnings).toEqual([expect.stringContaining('README.md'), expect.stringContaining('AGENTS.md')])
  })
})
