import { expect, it } from 'vitest'
import { defaultSettings } from '../../scripts/policy/settings.ts'
import { type AnswerFacts, answersOf, checks, freeId, type RawAnswers } from '../../scripts/policy/task-answers.ts'
import { draftedTask } from '../../scripts/policy/task-draft.ts'
import { migrationsOf } from '../support/tasks.ts'

const settings = {
  ...defaultSettings(),
  migrations: [migrationsOf('dev', ['migrations']), migrationsOf('big', ['db'], { mode: 'tables' })],
}
const known = draftedTask(
  { title: 'Known', allow: ['src'], migrations: 'big', tables: ['users'] },
  { settings, base: 'main' },
  '2026-01-02T03:04:05.000Z',
)
const facts: AnswerFacts = {
  settings,
  base: 'main',
  branches: ['main', 'next'],
  tasks: [known],
  agents: ['claude', 'none'],
}

it.each<[keyof RawAnswers, string]>([
  ['title', 'Add login'],
  ['id', 'add-login'],
  ['branch', 'feature/größe'],
  ['base', 'main'],
  ['base', 'next'],
  ['allow', 'src/auth, test/auth'],
  ['deny', ''],
  ['shared', 'package.json'],
  ['steps', 'one; two'],
  ['context', 'anything; at, all'],
  ['dependsOn', 'known'],
  ['dependsOn', ''],
  ['migrations', ''],
  ['migrations', 'dev'],
  ['migrations', ' big posts, tags '],
  ['agent', 'claude'],
  ['agent', ''],
])('%s may be %j', (question, line) => {
  expect(checks[question](line, facts)).toBe(true)
})

it.each<[keyof RawAnswers, string, string]>([
  ['title', '  ', 'needed'],
  ['id', '../x', 'may hold only'],
  ['id', '', 'is empty'],
  ['id', 'known', 'exists already'],
  ['branch', '-x', 'dash'],
  ['branch', 'a b', 'take apart'],
  ['branch', '$(reboot)', 'take apart'],
  ['branch', 'main', 'is the base'],
  ['branch', 'task/known', 'open task "known"'],
  ['base', 'nope', 'no branch "nope"'],
  ['allow', ' , ', 'at least one'],
  ['allow', 'src **', 'whole repository'],
  ['allow', 'src ../x', 'leaves its directory'],
  ['deny', '!x', 'negation'],
  ['dependsOn', 'known nope', '"nope"'],
  ['migrations', 'prod', 'it has: dev, big'],
  ['migrations', 'big', 'say which this one changes'],
  ['migrations', 'big posts users', 'Table "users" is task "known"'],
  ['agent', 'hal', 'known: claude, none'],
])('%s may not be %j', (question, line, words) => {
  expect(checks[question](line, facts)).toContain(words)
})

it('reads lines as answers', () => {
  const raw = {
    title: ' Add login ',
    id: 'add-login',
    branch: '',
    base: '',
    allow: 'src/auth, test/auth src/x',
    deny: '',
    shared: '',
    steps: 'write it; test it;',
    context: ' why ',
    dependsOn: 'a b',
    migrations: 'dev users',
    agent: '',
  }
  expect(answersOf(raw)).toEqual({
    title: 'Add login',
    id: 'add-login',
    branch: undefined,
    base: undefined,
    allow: ['src/auth', 'test/auth', 'src/x'],
    deny: [],
    shared: [],
    steps: ['write it', 'test it'],
    context: 'why',
    dependsOn: ['a', 'b'],
    migrations: 'dev',
    tables: ['users'],
    agent: 'none',
  })
})

it('offers an id that is free', () => {
  expect(freeId('Something new', [known])).toBe('something-new')
  expect(freeId('Known', [known, { ...known, id: 'known-2' }])).toBe('known-3')
})
