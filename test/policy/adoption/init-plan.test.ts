import { expect, test } from 'vitest'
import { HOOKS, type Plan, planInit } from '../../../scripts/policy/adoption/init-plan.ts'
import type { ProjectFacts } from '../../../scripts/policy/adoption/project-facts.ts'
import { parseSettings } from '../../../scripts/policy/settings.ts'

const bare: ProjectFacts = {
  texts: new Map(),
  files: [],
  heads: new Map(),
  untracked: [],
  packages: [],
  envFiles: [],
  ignored: new Set(),
  base: { name: 'main', isSure: true },
  usesYarnBerry: false,
  usesPlugAndPlay: false,
  usesClaude: false,
}

/** The project after the plan, as far as the plan can tell. */
function applied(facts: ProjectFacts, { edits }: Plan): ProjectFacts {
  const texts = new Map([...facts.texts, ...edits.map(({ file, after }) => [file, after] as const)])
  const manifest = texts.get('package.json')
  const packages = facts.packages.map((one) =>
    one.dir === '' && manifest ? { ...one, manifest: JSON.parse(manifest) } : one,
  )
  return { ...facts, texts, packages }
}

function withPackage(manifest: object, more: Partial<ProjectFacts> = {}): ProjectFacts {
  const texts = new Map([['package.json', `${JSON.stringify(manifest, null, 2)}\n`], ...(more.texts ?? [])])
  return { ...bare, ...more, texts, packages: [{ dir: '', manifest }, ...(more.packages ?? [])] }
}

const settingsIn = ({ edits }: Plan) =>
  JSON.parse(edits.find(({ file }) => file === 'lanekeeper.json')?.after ?? 'null')
const filesOf = ({ edits }: Plan) => edits.map(({ file }) => file)

test('a project without package.json gets hooks, settings, ignore lines and the agents’ block', () => {
  const plan = planInit({ ...bare, files: ['go.mod'] })
  expect(filesOf(plan)).toEqual([
    ...HOOKS.map((hook) => `.husky/${hook}`),
    'lanekeeper.json',
    '.gitignore',
    'AGENTS.md',
  ])
  expect(settingsIn(plan)).toEqual({ test: 'go test ./...' })
  expect(plan.notes.join()).toContain('npx lanekeeper install')
})

const projects: [name: string, facts: ProjectFacts][] = [
  ['an empty one', bare],
  ['a small package', withPackage({ name: 'p', devDependencies: { lanekeeper: '1', next: '16' } })],
  [
    'a monorepo',
    withPackage({ name: 'p' }, { packages: [{ dir: 'a', manifest: { scripts: { dev: 'vite' } } }], usesClaude: true }),
  ],
]
test.each(projects)('a second plan for %s has nothing to do, and the settings are valid', (_name, facts) => {
  const plan = planInit(facts)
  expect(plan.edits.length).toBeGreaterThan(5)
  expect(planInit(applied(facts, plan)).edits).toEqual([])
  expect(() => parseSettings(JSON.stringify(settingsIn(plan)), 'lanekeeper.json')).not.toThrow()
})

test('a person’s text stays: hooks, settings and AGENTS.md are added to, never replaced', () => {
  const texts = new Map([
    ['.husky/pre-commit', 'npx lint-staged\n'],
    ['lanekeeper.json', '{ "base": "trunk" }'],
    ['AGENTS.md', '# Rules\n'],
    ['CLAUDE.md', '# Claude\n'],
  ])
  const plan = planInit({ ...bare, texts, usesClaude: true })
  const after = (name: string) => plan.edits.find(({ file }) => file === name)?.after
  expect(after('.husky/pre-commit')).toMatch(
    /^npx lint-staged\n\[ "\$LANEKEEPER_ACTIVE" \] \|\| npx --no-install lanekeeper hook pre-commit "\$@" # lanekeeper\n$/,
  )
  expect(after('AGENTS.md')).toMatch(/^# Rules\n\n<!-- lanekeeper:begin -->\n/)
  expect(filesOf(plan)).not.toContain('lanekeeper.json')
  expect(filesOf(plan)).not.toContain('CLAUDE.md')
  expect(plan.notes.join()).toContain('@AGENTS.md')
})

const ENV = { variables: { LOG_LEVEL: 'info' }, isTracked: false }
const includes: [name: string, facts: Partial<ProjectFacts>, text: string | undefined][] = [
  ['that is ignored', { envFiles: [{ path: '.env', ...ENV }], ignored: new Set(['.env']) }, '/.env\n'],
  ['that our lines in .gitignore ignore', { envFiles: [{ path: '.env', ...ENV }] }, '/.env\n'],
  ['that is tracked', { envFiles: [{ path: '.env', ...ENV, isTracked: true }] }, undefined],
  [
    'that git would take',
    {
      envFiles: [
        { path: '.env', ...ENV },
        { path: 'a/.env', ...ENV },
      ],
    },
    '/.env\n',
  ],
  [
    'where a list is there',
    { envFiles: [{ path: '.env', ...ENV }], texts: new Map([['.worktreeinclude', 'x\n']]) },
    undefined,
  ],
  [
    'of an adopted project',
    { envFiles: [{ path: '.env', ...ENV }], texts: new Map([['lanekeeper.json', '{}']]) },
    undefined,
  ],
]
test.each(includes)('an env file %s: what a new worktree gets', (_name, facts, text) => {
  const { edits } = planInit({ ...bare, ...facts })
  expect(edits.find(({ file }) => file === '.worktreeinclude')?.after).toBe(text)
})

test('only post-checkout fails open', () => {
  const open = planInit(bare).edits.filter(({ after }) => after.includes('|| true'))
  expect(open.map(({ file }) => file)).toEqual(['.husky/post-checkout'])
})

test('the settings hold what was detected and nothing else', () => {
  expect(settingsIn(planInit(withPackage({ scripts: { test: 'vitest' } })))).toEqual({
    $schema: './node_modules/lanekeeper/lanekeeper.schema.json',
  })
  const plan = planInit(
    withPackage(
      { dependencies: { prisma: '6' } },
      {
        base: { name: 'trunk', isSure: false },
        envFiles: [{ path: '.env', variables: { DATABASE_URL: 'file:./dev.db' }, isTracked: false }],
        files: ['prisma/migrations/1/migration.sql', 'prisma/dev.db'],
        untracked: ['prisma/dev.db'],
      },
    ),
  )
  expect(settingsIn(plan)).toMatchObject({
    base: 'trunk',
    env: [{ file: '.env' }],
    databases: { dev: { provider: 'sqlite', vars: ['DATABASE_URL'] } },
    migrations: [{ preset: 'prisma', database: 'dev' }],
  })
  expect(plan.edits.find(({ file }) => file === '.gitignore')?.after).toContain('.env\n/prisma/dev.db*\n')
})

test('migrations belong to the database of their package, else to the first; their paths stand there only where the tool has others', () => {
  const database = (dir: string, name: string) => ({
    path: `${dir}/.env`,
    variables: { [name]: `file:./${name}.db` },
    isTracked: false,
  })
  const plan = planInit(
    withPackage(
      { name: 'p' },
      {
        packages: [
          { dir: 'apps/api', manifest: { dependencies: { knex: '3' } } },
          { dir: 'apps/web', manifest: {} },
        ],
        envFiles: [database('apps/web', 'WEB_DATABASE_URL'), database('apps/api', 'API_DATABASE_URL')],
        files: [
          'apps/api/migrations/20240101120000_a.js',
          'apps/web/drizzle/0000_a.sql',
          'apps/web/drizzle/meta/_journal.json',
          'supabase/migrations/20240101120000_a.sql',
        ],
      },
    ),
  )
  expect(settingsIn(plan).migrations).toEqual([
    { preset: 'drizzle', database: 'dev', paths: ['apps/web/drizzle/*.sql', 'apps/web/drizzle/meta'] },
    { preset: 'supabase', database: 'dev' },
    { preset: 'knex', database: 'api', paths: ['apps/api/migrations'] },
  ])
  expect(Object.keys(settingsIn(plan).databases)).toEqual(['dev', 'api'])
})

test('nothing is ignored twice, and a tracked env file is not ignored behind the project’s back', () => {
  expect(filesOf(planInit({ ...bare, ignored: new Set(['.env.local']) }))).not.toContain('.gitignore')
  const tracked = planInit({
    ...bare,
    files: ['.env.local'],
    envFiles: [{ path: '.env.local', variables: {}, isTracked: true }],
  })
  expect(filesOf(tracked)).not.toContain('.gitignore')
})

test('the settings look as the project’s formatter would leave them: its indentation, short lists on one line', () => {
  const facts = withPackage({ name: 'p' }, { files: ['db/migrations/1_a.sql'] })
  const manifest = '{\n\t"name": "p"\n}\n'
  const plan = planInit({ ...facts, texts: new Map([['package.json', manifest]]) })
  const text = plan.edits.find(({ file }) => file === 'lanekeeper.json')?.after ?? ''
  expect(text).toContain('\n\t\t\t"paths": ["db/migrations"]\n')
  expect(text).not.toContain('  ')
  expect(settingsIn(plan)).toEqual(settingsIn(planInit(facts)))
})

test.each([
  ['pnpm-lock.yaml', 'pnpm new-task'],
  ['yarn.lock', 'yarn new-task'],
  ['package-lock.json', 'npm run new-task'],
])('with %s a task is started by %s', (lockfile, newTask) => {
  const plan = planInit(withPackage({ name: 'p' }, { files: [lockfile] }))
  expect(plan.newTask).toBe(newTask)
  expect(plan.edits.find(({ file }) => file === 'AGENTS.md')?.after).toContain(`\`${newTask}\``)
})

test('CLAUDE.md that is AGENTS.md by a link is not told to take itself in', () => {
  const texts = new Map([
    ['CLAUDE.md', '# Both\n'],
    ['AGENTS.md', '# Both\n'],
  ])
  expect(planInit({ ...bare, texts }).notes.join()).not.toContain('@AGENTS.md')
})

test.each([
  [['uv.lock', 'pyproject.toml'], 'uv run pytest'],
  [['poetry.lock', 'pyproject.toml'], 'poetry run pytest'],
  [['pyproject.toml'], 'pytest'],
])('a Python project with %j is tested by %s', (files, test) => {
  expect(settingsIn(planInit({ ...bare, files })).test).toBe(test)
})

test('a bun project starts a task by bun', () => {
  expect(planInit(withPackage({ name: 'p' }, { files: ['bun.lock'] })).newTask).toBe('bun run new-task')
})

test('a published package of yarn 2 or newer is told that nothing installs the hooks after a clone', () => {
  const facts = { files: ['yarn.lock'], usesYarnBerry: true }
  expect(planInit(withPackage({ name: 'p' }, facts)).notes.join()).toContain('yarn lanekeeper install')
  expect(planInit(withPackage({ name: 'p', private: true }, facts)).notes.join()).not.toContain('lanekeeper install')
})

test('with Plug’n’Play npx finds nothing, and that is said', () => {
  expect(planInit(withPackage({ name: 'p' }, { usesPlugAndPlay: true })).notes.join()).toContain('say git lanekeeper')
})

test('pre-commit that was configured and never installed is told how to be called', () => {
  const files = ['.pre-commit-config.yaml']
  expect(planInit({ ...bare, files }).notes.join()).toContain('>> .husky/pre-commit')
  const texts = new Map([['.husky/pre-commit', 'pre-commit run --hook-stage pre-commit\n']])
  expect(planInit({ ...bare, files, texts }).notes.join()).not.toContain('>> .husky/pre-commit')
})

test.each<[string, readonly string[], readonly string[] | undefined]>([
  ['submodules', ['.gitmodules'], ['git submodule update --init --recursive']],
  ['a package in a folder', ['go.mod', 'web/package.json', 'web/package-lock.json'], ['cd web && npm ci']],
  ['a package without a lockfile', ['web/package.json'], undefined],
  ['a lockfile without a package', ['web/yarn.lock'], undefined],
  ['an example', ['examples/package.json', 'examples/bun.lock'], undefined],
  ['a package deeper down', ['a/my web/package.json', 'a/my web/yarn.lock'], ["cd 'a/my web' && yarn install"]],
  ['no package far down', ['a/b/c/d/package.json', 'a/b/c/d/yarn.lock'], undefined],
  ['no crowd', [1, 2, 3, 4, 5].flatMap((n) => [`p${n}/package.json`, `p${n}/yarn.lock`]), undefined],
])('a worktree’s set-up knows %s', (_, files, setup) => {
  expect(settingsIn(planInit({ ...bare, files })).setup).toEqual(setup)
})

test('a package that the workspace takes in is installed with it', () => {
  const files = ['web/package.json', 'web/pnpm-lock.yaml']
  const packages = [{ dir: 'web', manifest: {} }]
  expect(settingsIn(planInit(withPackage({ name: 'p' }, { files, packages }))).setup).toBeUndefined()
})

test('a project below a root without one is what is tested, and where lanekeeper is installed', () => {
  const manifest = { scripts: { test: 'vitest', dev: 'vite' }, devDependencies: { lanekeeper: '1' } }
  const files = ['services/shop/package.json', 'services/shop/package-lock.json']
  const plan = planInit({ ...bare, files, packages: [{ dir: 'services/shop', manifest }] })
  expect(settingsIn(plan)).toMatchObject({
    test: 'cd services/shop && npm run test',
    setup: ['cd services/shop && npm ci'],
  })
  expect(settingsIn(plan)).not.toHaveProperty('ports')
  expect(settingsIn(plan).env).toEqual([{ file: 'services/shop/.env.local' }])
  expect(plan.notes.join()).toContain('cd services/shop && npx lanekeeper install')
})

const archives: [wanted: string, more: Partial<ProjectFacts>, archive: string | null, note: RegExp | null][] = [
  ['file:lanekeeper-0.1.0.tgz', {}, 'lanekeeper-0.1.0.tgz', /git add -f lanekeeper-0\.1\.0\.tgz$/],
  [
    './a b/lanekeeper.tgz',
    { files: ['a b/lanekeeper.tgz'], untracked: ['a b/lanekeeper.tgz'] },
    'a b/lanekeeper.tgz',
    /git add -f 'a b\/lanekeeper\.tgz'$/,
  ],
  ['file:../pack/lanekeeper.tgz', {}, '../pack/lanekeeper.tgz', /Copy it into the project/],
  ['file:lanekeeper.tgz', { files: ['lanekeeper.tgz'] }, null, null],
  ['file:/opt/lanekeeper.tgz', {}, null, null],
  ['https://example.org/lanekeeper.tgz', {}, null, null],
  ['^0.1.0', {}, null, null],
]
test.each(archives)('a packed Lanekeeper that a worktree would not find is told: %s', (wanted, more, archive, note) => {
  const plan = planInit(withPackage({ devDependencies: { lanekeeper: wanted } }, more))
  expect(plan.archive).toBe(archive)
  expect(plan.notes.filter((line) => line.includes('takes lanekeeper from'))).toEqual(
    note === null ? [] : [expect.stringMatching(note)],
  )
})
