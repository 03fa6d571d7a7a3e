import { describe, expect, it } from 'vitest'
import { disabledValue } from '../../scripts/policy/env-file.ts'
import { type EnvFileFacts, planEnvFiles } from '../../scripts/policy/env-plan.ts'
import { portMapOf, rewrittenValue } from '../../scripts/policy/main-ports.ts'
import { dictionaryOf, fillTemplate } from '../../scripts/policy/templates.ts'

const dictionary = dictionaryOf({
  repo: 'shop',
  slug: 'add-auth',
  branch: 'task/add-auth',
  task: 'add-auth',
  ports: { PORT: '20010', API_PORT: '20011' },
  urls: { PORT: 'http://add-auth.localhost:20010' },
  databases: { dev: 'file:./dev.db', test: disabledValue('no sqlite3') },
})

describe('templates', () => {
  it.each([
    ['{{ports.API_PORT}}', '20011'],
    ['{{ repo }}-{{slug}}', 'shop-add-auth'],
    ['{{url.PORT}}/callback', 'http://add-auth.localhost:20010/callback'],
    ['{{database.dev.url}}?x=1', 'file:./dev.db?x=1'],
    ['{{branch}} {{task}}', 'task/add-auth add-auth'],
    ['plain {text}', 'plain {text}'],
  ])('%s becomes %s', (template, text) => {
    expect(fillTemplate(template, dictionary, 'X')).toBe(text)
  })

  it('a value that cannot be used disables the whole variable', () => {
    expect(fillTemplate('{{database.test.url}}?schema=x', dictionary, 'X')).toBe(
      'lanekeeper-disabled://not-ready/no sqlite3',
    )
  })

  it.each(['{{port}}', '{{}}', '{{ports.WEB}}', '{{toString}}'])('%s is no placeholder', (template) => {
    expect(() => fillTemplate(template, dictionary, 'APP_URL of .env.local')).toThrow(
      /Unknown placeholder .* in APP_URL of \.env\.local/,
    )
  })
})

describe("the main worktree's port", () => {
  const map = portMapOf({ PORT: 20010, API_PORT: 20011 }, { API_PORT: '4000' }, ['vite'])

  it.each([
    ['URL', 'http://localhost:5173', 'http://localhost:20010'],
    ['URL', 'http://localhost:4000/x', 'http://localhost:20011/x'],
    ['CORS', 'http://localhost:5173,http://127.0.0.1:4000', 'http://localhost:20010,http://127.0.0.1:20011'],
    ['URL', 'http://app.localhost:5173', 'http://app.localhost:20010'],
    ['URL', 'ws://[::1]:5173', 'ws://[::1]:20010'],
    ['VITE_PORT', '5173', '20010'],
    ['COUNT', '5173', '5173'],
    ['URL', 'http://localhost:51730', 'http://localhost:51730'],
    ['URL', 'http://example.com:5173', 'http://example.com:5173'],
    ['URL', 'http://notlocalhost:5173', 'http://notlocalhost:5173'],
    ['DB', 'postgres://u:p@localhost:5432/db', 'postgres://u:p@localhost:5432/db'],
  ])('%s=%s becomes %s', (key, value, here) => {
    expect(rewrittenValue(key, value, map)).toBe(here)
  })

  it('is 3000 where nothing says otherwise, and what its env file says where it does', () => {
    expect([...portMapOf({ PORT: 20010 }, {}, [])]).toEqual([[3000, 20010]])
    expect([...portMapOf({ PORT: 20010 }, { PORT: '4000' }, ['next'])]).toEqual([[4000, 20010]])
  })
})

describe('the plan of the blocks', () => {
  const file = (name: string, more: Partial<EnvFileFacts> = {}): EnvFileFacts => ({
    file: name,
    set: {},
    inherited: {},
    definedInMain: [],
    isConfigured: true,
    given: {},
    ...more,
  })
  const plan = (files: EnvFileFacts[]) =>
    planEnvFiles({
      files,
      services: { PORT: '20010' },
      databaseVars: { DATABASE_URL: 'file:./dev.db' },
      dictionary,
      portMap: new Map([[3000, 20010]]),
    }).map(({ file: name, values }) => [name, values])

  it('puts services and an otherwise homeless database into the first file', () => {
    expect(plan([file('.env.local'), file('apps/web/.env.local')])).toEqual([
      ['.env.local', { PORT: '20010', DATABASE_URL: 'file:./dev.db' }],
      ['apps/web/.env.local', {}],
    ])
  })

  it('puts a database variable where the main worktree has it', () => {
    expect(plan([file('.env.local'), file('apps/api/.env', { definedInMain: ['DATABASE_URL'] })])).toEqual([
      ['.env.local', { PORT: '20010' }],
      ['apps/api/.env', { DATABASE_URL: 'file:./dev.db' }],
    ])
  })

  it('answers what a copied file says of the main worktree', () => {
    const copied = file('.env', {
      isConfigured: false,
      inherited: { PORT: '3000', DATABASE_URL: 'postgres://shared', APP_URL: 'http://localhost:3000', KEY: 'secret' },
    })
    expect(plan([file('.env.local'), copied])[1]).toEqual([
      '.env',
      { PORT: '20010', DATABASE_URL: 'file:./dev.db', APP_URL: 'http://localhost:20010' },
    ])
  })

  it('says the compose project wherever it belongs, and a template of the settings above it', () => {
    const given = { COMPOSE_PROJECT_NAME: 'shop' }
    const files = [file('.env.local', { given, set: { COMPOSE_PROJECT_NAME: '{{slug}}' } }), file('.env', { given })]
    expect(plan(files).map(([, values]) => values)).toEqual([
      { PORT: '20010', DATABASE_URL: 'file:./dev.db', COMPOSE_PROJECT_NAME: 'add-auth' },
      given,
    ])
  })

  it('leaves a variable out whose template is wrong, and goes on', () => {
    const [first] = planEnvFiles({
      files: [file('.env.local', { set: { BAD: '{{nope}}', GOOD: '{{slug}}' } })],
      services: {},
      databaseVars: {},
      dictionary,
      portMap: new Map(),
    })
    expect(first?.values).toEqual({ GOOD: 'add-auth' })
    expect(first?.problems.map(({ message }) => message)).toEqual([
      'Unknown placeholder {{nope}} in BAD of .env.local ("env" in lanekeeper.json).',
    ])
  })
})
