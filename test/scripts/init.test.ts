import { chmodSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { atTerminal, hasTerminal } from '../support/terminal.ts'

const PACKAGE =
  '{\n    "name": "p",\n    "scripts": {\n        "test": "node --test",\n        "prepare": "husky"\n    },\n    "devDependencies": { "lanekeeper": "*" }\n}'

function snapshot(repository: TestRepository): string {
  return repository.git(['status', '--porcelain', '--untracked-files=all'])
}

test('without a terminal and without --yes it shows the plan, names the flag and writes nothing', () => {
  const repository = createRepository({ 'package.json': PACKAGE })
  const ran = repository.lanekeeper(['init'])
  expect(ran.status).toBe(2)
  expect(ran.stderr).toContain('.husky/pre-commit')
  expect(ran.stderr).toContain('init --yes')
  expect(snapshot(repository)).toBe('')
})

test('at a terminal it asks, and no is no', async ({ skip }) => {
  if (!hasTerminal()) skip('no script(1) of util-linux here: nothing gives us a terminal')
  const repository = createRepository()
  const init = `${process.execPath} ${CLI} init`
  const refused = await atTerminal(repository, init, [['Write this?', 'n\r']])
  expect(refused.status).toBe(2)
  expect(snapshot(repository)).toBe('')
  const agreed = await atTerminal(repository, init, [['Write this?', 'y\r']])
  expect(agreed.status).toBe(0)
  expect(snapshot(repository)).toContain('lanekeeper.json')
})

test('--dry-run prints the plan, the settings word for word, and writes nothing, not even under .git', () => {
  const repository = createRepository({ 'package.json': PACKAGE })
  const ran = repository.lanekeeper(['init', '--dry-run', '--json'])
  const { ok, changes } = JSON.parse(ran.stdout)
  expect([ran.status, ok]).toEqual([0, true])
  expect(changes).toContainEqual(expect.objectContaining({ file: 'lanekeeper.json', action: 'create' }))
  expect(snapshot(repository)).toBe('')
  expect(repository.exists('project/.git/lanekeeper')).toBe(false)
  const { text } = changes.find(({ file }: { file: string }) => file === 'lanekeeper.json')
  const shown = repository.lanekeeper(['init', '--dry-run']).stdout
  expect(shown).toContain(
    `create lanekeeper.json: settings: only what was detected\n  ${text.trim().replaceAll('\n', '\n  ')}\n`,
  )
  const { stderr } = repository.lanekeeper(['init', '--yes'])
  expect(stderr).toContain('"$schema": "./node_modules/lanekeeper/lanekeeper.schema.json"')
  expect(repository.read(join(repository.root, 'lanekeeper.json'))).toBe(text)
})

test('--yes writes the plan, keeps the form of what was there, and a second run has nothing to do', () => {
  const repository = createRepository({
    'package.json': PACKAGE,
    '.husky/pre-commit': 'npx lint-staged',
    'AGENTS.md': '# Rules',
    '.gitignore': 'node_modules\n',
  })
  chmodSync(join(repository.root, '.husky/pre-commit'), 0o755)
  expect(repository.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
  const read = (file: string) => repository.read(join(repository.root, file))
  expect(read('package.json')).toBe(
    PACKAGE.replace('"husky"', '"husky && (lanekeeper install || exit 0)",\n        "new-task": "lanekeeper new-task"'),
  )
  expect(read('.husky/pre-commit')).toMatch(/^npx lint-staged\n.* # lanekeeper$/)
  expect(statSync(join(repository.root, '.husky/pre-commit')).mode & 0o777).toBe(0o755)
  expect(read('AGENTS.md')).toMatch(/^# Rules\n\n<!-- lanekeeper:begin -->/)
  expect(read('.gitignore')).toBe('node_modules\n\n# >>> lanekeeper\n.env.local\n# <<< lanekeeper\n')
  const before = snapshot(repository)
  const again = repository.lanekeeper(['init'])
  expect(again.stdout).toMatch(/^Nothing to do/)
  expect(again.status).toBe(0)
  expect(snapshot(repository)).toBe(before)
})

test('the hooks are live at once: a plain git worktree add runs our post-checkout', () => {
  const repository = createRepository({ 'package.json': PACKAGE })
  repository.lanekeeper(['init', '--yes'])
  const probe = repository.path('probe')
  repository.git(['worktree', 'add', '-q', '--detach', repository.path('wt')], { env: { LANEKEEPER_PROBE: probe } })
  expect(repository.exists('probe.post-checkout')).toBe(true)
})

test('a link is followed, and a link out of the project is refused', () => {
  const repository = createRepository({ 'CLAUDE.md': '# Rules\n' })
  symlinkSync('CLAUDE.md', join(repository.root, 'AGENTS.md'))
  expect(repository.lanekeeper(['init', '--yes']).status).toBe(0)
  expect(repository.read(join(repository.root, 'CLAUDE.md'))).toMatch(/^# Rules\n\n<!-- lanekeeper/)
  const other = createRepository()
  const outside = other.write('outside.md', 'mine\n')
  symlinkSync(outside, join(other.root, 'AGENTS.md'))
  const ran = other.lanekeeper(['init', '--yes', '--json'])
  expect(JSON.parse(ran.stdout).error.code).toBe('unsafe')
  expect(other.read('outside.md')).toBe('mine\n')
  expect(snapshot(other)).toBe('?? AGENTS.md')
})

test('what the project is tells what is written', () => {
  const repository = createRepository({
    'package.json': '{"name":"p","workspaces":["apps/*"]}',
    'apps/web/package.json': '{"scripts":{"dev":"next dev"},"dependencies":{"next":"1"}}',
    'apps/api/package.json': '{"scripts":{"dev":"node ."}}',
    'packages/x/package.json': '{"scripts":{"dev":"node ."}}',
    'prisma/migrations/1/migration.sql': '',
    '.gitignore': '.env\nnode_modules/\n',
  })
  repository.write(join(repository.root, 'apps/api/.env'), 'DATABASE_URL="file:./dev.db"\n')
  repository.lanekeeper(['init', '--yes'])
  expect(JSON.parse(repository.read(join(repository.root, 'lanekeeper.json')))).toEqual({
    $schema: './node_modules/lanekeeper/lanekeeper.schema.json',
    ports: { services: { PORT: 0, API_PORT: 1, WEB_PORT: 2 } },
    env: [
      { file: '.env.local' },
      { file: 'apps/api/.env', set: { PORT: '{{ports.API_PORT}}' } },
      { file: 'apps/web/.env.local', set: { PORT: '{{ports.WEB_PORT}}' } },
    ],
    databases: { dev: { provider: 'sqlite', vars: ['DATABASE_URL'] } },
    migrations: [{ preset: 'prisma', database: 'dev' }],
  })
})

test('the first lines of a migration tell the tool where its name does not', () => {
  const mark = '-- what it is for\n-- migrate:up\ncreate table a (id int);\n'
  const dbmate = createRepository({ 'db/migrations/20240101120000_a.sql': mark, 'db/schema.sql': '' })
  const nobody = createRepository({ 'db/migrations/20240101120000_a.sql': 'create table a (id int);\n' })
  for (const repository of [dbmate, nobody]) repository.lanekeeper(['init', '--yes'])
  const migrationsOf = ({ root, read }: typeof dbmate) => JSON.parse(read(join(root, 'lanekeeper.json'))).migrations
  expect(migrationsOf(dbmate)).toEqual([{ preset: 'dbmate', database: 'dev' }])
  expect(migrationsOf(nobody)).toEqual([{ preset: 'custom', database: 'dev', paths: ['db/migrations'] }])
})

test('a Postgres on this machine becomes a role, and its worktrees fork it', () => {
  const repository = createRepository({ '.gitignore': '.env\n', 'package.json': '{"name":"p"}' })
  repository.write(join(repository.root, '.env'), 'DATABASE_URL=postgresql://u:sEcReT@localhost:5432/app\n')
  const { stdout, stderr } = repository.lanekeeper(['init', '--yes'])
  expect(JSON.parse(repository.read(join(repository.root, 'lanekeeper.json')))).toMatchObject({
    databases: { dev: { provider: 'postgres', vars: ['DATABASE_URL'] } },
  })
  expect(stdout + stderr).toContain('Postgres database "dev" (DATABASE_URL)')
  expect(stdout + stderr).not.toContain('sEcReT')
})

describe('refuses, writes nothing, and says what to do', () => {
  const cases: [
    name: string,
    arrange: (repository: TestRepository) => string | undefined,
    code: string,
    hint: RegExp,
  ][] = [
    ['lefthook', (r) => void r.commit({ 'lefthook.yml': 'pre-commit: {}\n' }), 'foreign-hooks', /lefthook uninstall/],
    [
      'simple-git-hooks',
      (r) => void r.commit({ 'package.json': '{"simple-git-hooks":{"pre-commit":"x"}}' }),
      'foreign-hooks',
      /\.husky\//,
    ],
    [
      'a hook in .git/hooks',
      (r) =>
        chmodSync(
          r.write(join(r.root, '.git/hooks/pre-commit'), '#!/bin/sh\n# generated by pre-commit\n'),
          0o755,
        ) as undefined,
      'foreign-hooks',
      /pre-commit uninstall/,
    ],
    [
      'a local hooks path',
      (r) => void r.git(['config', 'core.hooksPath', 'githooks']),
      'foreign-hooks',
      /--local --unset/,
    ],
    [
      'a global hooks path',
      (r) => void r.git(['config', '--global', 'core.hooksPath', '/opt/hooks']),
      'foreign-hooks',
      /--global --unset/,
    ],
    ['package.json that is broken', (r) => void r.commit({ 'package.json': '{"a":' }), 'usage', /Mend it/],
    [
      'a linked worktree',
      (r) => {
        r.git(['worktree', 'add', '-q', r.path('wt')])
        return r.path('wt')
      },
      'usage',
      /cd .*project && npx lanekeeper init/,
    ],
    [
      'a bare repository',
      (r) => {
        r.git(['clone', '-q', '--bare', r.root, r.path('bare.git')])
        return r.path('bare.git')
      },
      'not-a-repository',
      /git clone/,
    ],
    [
      'a worktree beside a bare repository',
      (r) => {
        r.git(['clone', '-q', '--bare', r.root, r.path('bare.git')])
        r.git(['worktree', 'add', '-q', r.path('beside'), 'main'], { cwd: r.path('bare.git') })
        return r.path('beside')
      },
      'not-a-repository',
      /needs a main worktree/,
    ],
    [
      'a submodule',
      (r) => {
        r.git(['init', '-q', r.path('super')])
        r.git(['submodule', 'add', '-q', r.root, 'sub'], { cwd: r.path('super') })
        return r.path('super/sub')
      },
      'not-a-repository',
      /clone of its own/,
    ],
    [
      'a repository without a commit',
      (r) => {
        r.git(['init', '-q', r.path('new')])
        return r.path('new')
      },
      'usage',
      /git commit/,
    ],
    ['no repository', (r) => r.dir, 'not-a-repository', /git init/],
  ]
  test.each(cases)('%s', (_name, arrange, code, hint) => {
    const repository = createRepository()
    const cwd = arrange(repository) ?? repository.root
    const before = snapshot(repository)
    const ran = repository.lanekeeper(['init', '--yes', '--json'], { cwd })
    const { error } = JSON.parse(ran.stdout)
    expect(error.code).toBe(code)
    expect(error.hint).toMatch(hint)
    expect(ran.status).toBeGreaterThan(0)
    expect(snapshot(repository)).toBe(before)
    expect(repository.exists('project/.husky')).toBe(false)
  })
})

test('husky’s own hooks path is no stranger', () => {
  const repository = createRepository({ '.husky/pre-commit': 'true\n' })
  repository.git(['config', 'core.hooksPath', '.husky/_'])
  expect(repository.lanekeeper(['init', '--yes']).status).toBe(0)
})
