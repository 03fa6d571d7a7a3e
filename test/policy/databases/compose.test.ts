import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import {
  type ComposeMode,
  type ComposePlace,
  composeFilesOf,
  composeMode,
  plainProjectName,
  worktreeProjectName,
} from '../../../scripts/policy/databases/compose.ts'

describe('the project that a plain docker compose takes', () => {
  const cases: [what: string, place: Partial<ComposePlace>, name: string | null][] = [
    ['the directory', {}, 'shop'],
    ['the directory, as compose-go writes it', { directory: '_-My Shop.v2' }, 'myshopv2'],
    ['a directory of nothing but signs', { directory: '…' }, null],
    ['a name in the file', { files: ['services: {}\nname: store\n'] }, 'store'],
    ['quoted, with a remark', { files: ['"name": "store" # ours\n'] }, 'store'],
    ['a name of something in the file', { files: ['volumes:\n  data:\n    name: store\n'] }, 'shop'],
    ['the override before the file', { files: ['name: other', 'name: store'] }, 'other'],
    ['.env before the file', { env: { COMPOSE_PROJECT_NAME: 'dev' }, files: ['name: store'] }, 'dev'],
    ['an empty word in .env', { env: { COMPOSE_PROJECT_NAME: '' }, files: ['name: store'] }, 'store'],
    ['a word that Compose refuses', { env: { COMPOSE_PROJECT_NAME: 'My Shop' } }, null],
    ['a variable in the name', { env: { APP: 'store' }, files: ['name: ${APP}-dev'] }, 'store-dev'],
    ['a default in the name', { env: { B: '' }, files: ['name: ${A:-a}_${B-b}$C'] }, 'a_'],
    ['a default where the variable is empty', { env: { B: '' }, files: ['name: x${B:-b}'] }, 'xb'],
    ['what only Compose knows', { files: ['name: ${A:?must be set}'] }, null],
    ['a name that is no text', { files: ['name: [a]'] }, null],
    ['a file in one line', { files: ['{name: store, services: {}}'] }, 'store'],
    ['a file that cannot be read', { files: ['name: "store\n'] }, 'shop'],
    ['tags of Compose', { files: ['name: store\nservices:\n  db: !reset null\n'] }, 'store'],
  ]
  it.each(cases)('%s', (_what, place, name) => {
    expect(plainProjectName({ directory: 'shop', env: {}, files: [], ...place })).toBe(name)
  })
})

describe('whatever stands there', () => {
  it('the project is one that Compose takes, or none', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^name: ?["'${}:\-A-Za-z]{0,12}\n?$/),
    )
    const env = fc.dictionary(fc.constantFrom('COMPOSE_PROJECT_NAME', 'A', 'B'), fc.string())
    fc.assert(
      fc.property(text, env, fc.array(text), (directory, values, files) => {
        const name = plainProjectName({ directory, env: values, files })
        if (name !== null) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/)
      }),
    )
  })

  it('a name in the file is read as the yaml package reads it', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,12}$/)
    fc.assert(
      fc.property(name, fc.object(), (own, services) => {
        const file = stringify({ services, volumes: { name: own }, name: own })
        expect(plainProjectName({ directory: 'shop', env: {}, files: [file] })).toBe(own)
      }),
    )
  })
})

describe('the compose files that count', () => {
  const cases: [there: string[], env: Record<string, string>, files: string[]][] = [
    [[], {}, []],
    [['docker-compose.yml', 'compose.yml'], {}, ['compose.yml']],
    [['docker-compose.yml', 'docker-compose.override.yml'], {}, ['docker-compose.override.yml', 'docker-compose.yml']],
    [['compose.override.yml'], {}, []],
    [['compose.yml', 'a.yml', 'b/c.yml'], { COMPOSE_FILE: 'a.yml:b/c.yml:gone.yml' }, ['b/c.yml', 'a.yml']],
    [['a.yml', 'b.yml'], { COMPOSE_FILE: 'a.yml;b.yml', COMPOSE_PATH_SEPARATOR: ';' }, ['b.yml', 'a.yml']],
  ]
  it.each(cases)('of %j with %j: %j', (there, env, files) => {
    expect(composeFilesOf(env, (file) => there.includes(file))).toEqual(files)
  })
})

describe('who shares', () => {
  const cases: [compose: ComposeMode | undefined, provider: string, hasFile: boolean, mode: ComposeMode][] = [
    [undefined, 'postgres', true, 'shared'],
    [undefined, 'postgres', false, 'none'],
    [undefined, 'sqlite', true, 'none'],
    ['none', 'postgres', true, 'none'],
    ['isolated', 'postgres', true, 'isolated'],
    ['shared', 'sqlite', false, 'shared'],
  ]
  it.each(cases)('compose %s, a %s, a compose file %s: %s', (compose, provider, hasFile, mode) => {
    expect(composeMode({ compose, databases: { dev: { provider } } }, () => hasFile)).toBe(mode)
  })

  const own = { slug: 'add-auth', id: '3f2a9c' }
  it.each([
    ['shared', 'shop', 'shop'],
    ['isolated', 'shop', 'shop-add-auth-3f2a'],
    ['isolated', null, null],
    ['none', 'shop', null],
  ] as const)('%s, and the main worktree has %s: %s', (mode, main, name) => {
    expect(worktreeProjectName(mode, main, own)).toBe(name)
  })
})
