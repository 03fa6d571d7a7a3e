import { describe, expect, test } from 'vitest'
import { detectServices } from '../../../scripts/policy/adoption/detect-services.ts'
import type { Manifest } from '../../../scripts/policy/adoption/package-scripts.ts'
import type { EnvFileFact } from '../../../scripts/policy/adoption/project-facts.ts'
import { detectDatabases, detectServers } from '../../../scripts/policy/databases/detect-databases.ts'

const env = (path: string, variables: Record<string, string> = {}, isTracked = false): EnvFileFact => ({
  path,
  variables,
  isTracked,
})
const root = (manifest: Manifest) => [{ dir: '', manifest }]

describe('env files', () => {
  const files: [name: string, manifest: Manifest | null, there: EnvFileFact[], file: string][] = [
    ['no package at all', null, [], '.env.local'],
    ['Next.js', { dependencies: { next: '16' } }, [env('.env')], '.env.local'],
    ['Nuxt reads .env only', { devDependencies: { nuxt: '4' } }, [], '.env'],
    ['Nuxt with a tracked .env', { devDependencies: { nuxt: '4' } }, [env('.env', {}, true)], '.env.local'],
    ['Express that has an .env', { dependencies: { express: '5' } }, [env('.env')], '.env'],
    ['Express with both', { dependencies: { express: '5' } }, [env('.env'), env('.env.local')], '.env.local'],
    ['Express with a tracked .env', { dependencies: { express: '5' } }, [env('.env', {}, true)], '.env.local'],
  ]
  test.each(files)('%s', (_name, manifest, there, file) => {
    expect(detectServices(manifest ? root(manifest) : [], there).env).toEqual([{ file }])
  })
})

test('in a monorepo each package that serves has a port and an env file, a package that only builds has none', () => {
  const services = detectServices(
    [
      ...root({ scripts: { dev: 'turbo dev' } }),
      { dir: 'apps/web', manifest: { scripts: { dev: 'next dev' }, dependencies: { next: '16' } } },
      { dir: 'apps/api', manifest: { scripts: { dev: 'node --watch server.js' } } },
      { dir: 'packages/api', manifest: { scripts: { dev: 'node server.js' } } },
      { dir: 'packages/ui', manifest: { scripts: { dev: 'tsup --watch' }, devDependencies: { storybook: '9' } } },
    ],
    [env('apps/api/.env')],
  )
  expect(services.ports).toEqual({ PORT: 0, WEB_PORT: 1, API_PORT: 2, PACKAGES_API_PORT: 3, STORYBOOK_PORT: 4 })
  expect(services.env).toEqual([
    { file: '.env.local' },
    { file: 'apps/web/.env.local', set: { PORT: '{{ports.WEB_PORT}}' } },
    { file: 'apps/api/.env', set: { PORT: '{{ports.API_PORT}}' } },
    { file: 'packages/api/.env.local', set: { PORT: '{{ports.PACKAGES_API_PORT}}' } },
  ])
  expect(services.found).toEqual(['Next.js in apps/web', 'a dev server in apps/api', 'a dev server in packages/api'])
})

describe('databases', () => {
  const values: [value: string, path: string | null][] = [
    ['file:./dev.db', './dev.db'],
    ['file:./dev.db?connection_limit=1', './dev.db'],
    ['sqlite:///data/app.sqlite3', 'data/app.sqlite3'],
    ['./data/x.sqlite', './data/x.sqlite'],
    ['file:local', 'local'],
    [':memory:', null],
    ['file::memory:?cache=shared', null],
    ['postgres://db.example.com/x', null],
    ['mysql://localhost/x', null],
    ['mydb', null],
    ['', null],
  ]
  test.each(values)('DATABASE_URL=%s', (value, path) => {
    expect(detectDatabases([env('.env', { DATABASE_URL: value })]).map((one) => one.path)).toEqual(path ? [path] : [])
  })

  test('variables of one file share a role, a test database starts empty, the shadow is nobody’s', () => {
    const variables = {
      DATABASE_URL: 'file:./dev.db',
      DIRECT_URL: 'file:./dev.db',
      TEST_DATABASE_URL: 'file:./test.db',
      CACHE_DB_PATH: './c.db',
      SHADOW_DATABASE_URL: 'file:./s.db',
    }
    expect(detectDatabases([env('.env', variables)])).toEqual([
      {
        role: 'dev',
        vars: ['DATABASE_URL', 'DIRECT_URL'],
        provider: 'sqlite',
        mode: 'fork',
        path: './dev.db',
        dir: '',
      },
      { role: 'test', vars: ['TEST_DATABASE_URL'], provider: 'sqlite', mode: 'empty', path: './test.db', dir: '' },
      { role: 'cache', vars: ['CACHE_DB_PATH'], provider: 'sqlite', mode: 'fork', path: './c.db', dir: '' },
    ])
  })

  test('of two values in one directory the stronger file’s counts; another package’s is its own business', () => {
    const files = [env('.env', { DATABASE_URL: 'file:./a.db' }), env('.env.local', { DATABASE_URL: 'file:./b.db' })]
    const other = env('apps/x/.env', { DATABASE_URL: 'file:./c.db' })
    expect(detectDatabases([...files, other])).toMatchObject([{ path: './b.db' }])
  })

  test('a package with a database and no server gets an env file all the same', () => {
    const packages = ['', 'packages/db'].map((dir) => ({ dir, manifest: {} }))
    const services = detectServices(packages, [env('packages/db/.env')], ['packages/db'])
    expect(services.env).toEqual([{ file: '.env.local' }, { file: 'packages/db/.env' }])
  })

  test('of a Postgres on this machine: one role a database, whatever form its variables have', () => {
    const variables = {
      DATABASE_URL: 'postgresql://u:p@localhost:5432/app?schema=public',
      DIRECT_URL: 'postgres://u:p@127.0.0.1/app',
      SHADOW_DATABASE_URL: 'postgresql://u:p@localhost/shadow',
      TEST_DATABASE_URL: 'postgresql://u:p@localhost/app_test',
      ANALYTICS_DATABASE_URL: 'postgresql:///analytics?host=/run/postgresql',
      ADMIN_DATABASE_URL: 'postgresql://postgres@localhost/postgres',
      BROKEN_DATABASE_URL: 'postgresql://u:p#x@localhost/app',
    }
    const files = [env('.env', variables)]
    const postgres = { provider: 'postgres', path: '', dir: '' } as const
    expect(detectDatabases(files)).toEqual([
      { ...postgres, role: 'dev', vars: ['DATABASE_URL', 'DIRECT_URL', 'SHADOW_DATABASE_URL'], mode: 'fork' },
      { ...postgres, role: 'test', vars: ['TEST_DATABASE_URL'], mode: 'empty' },
      { ...postgres, role: 'analytics', vars: ['ANALYTICS_DATABASE_URL'], mode: 'fork' },
    ])
    expect(detectServers(files)).toEqual(['ADMIN_DATABASE_URL (postgresql)', 'BROKEN_DATABASE_URL (postgresql)'])
  })

  const parts: [what: string, variables: Record<string, string>, vars: string[][]][] = [
    [
      'Laravel',
      { DB_CONNECTION: 'pgsql', DB_HOST: '127.0.0.1', DB_DATABASE: 'app', DB_USERNAME: 'u' },
      [['DB_DATABASE']],
    ],
    ['Django', { DB_ENGINE: 'django.db.backends.postgresql', DB_HOST: 'localhost', DB_NAME: 'app' }, [['DB_NAME']]],
    ['a port', { DB_HOST: 'localhost', DB_PORT: '5432', DB_NAME: 'app' }, [['DB_NAME']]],
    ['libpq, by a socket', { PGHOST: '/run/postgresql', PGDATABASE: 'app' }, [['PGDATABASE']]],
    ['another environment’s', { PGHOST: 'localhost', DB_PORT: '5432', DB_NAME_PRODUCTION: 'app' }, []],
    [
      'two of them',
      { DB_HOST: 'localhost', DB_PORT: '5432', DB_NAME: 'app', DB_NAME_TEST: 'app_test' },
      [['DB_NAME'], ['DB_NAME_TEST']],
    ],
    ['MySQL', { DB_CONNECTION: 'mysql', DB_HOST: '127.0.0.1', DB_PORT: '5432', DB_DATABASE: 'app' }, []],
    ['nobody says what it is', { DB_HOST: 'localhost', DB_NAME: 'app' }, []],
    ['no host: a container’s own', { POSTGRES_DB: 'app', POSTGRES_USER: 'u' }, []],
    ['elsewhere', { PGHOST: 'db.example.com', PGDATABASE: 'app' }, []],
    ['a file', { DB_CONNECTION: 'pgsql', DB_HOST: 'localhost', DB_DATABASE: './x.db' }, []],
    [
      'parts of what a URL names',
      { DATABASE_URL: 'postgres://u@localhost/app', PGHOST: 'localhost', PGDATABASE: 'app' },
      [['DATABASE_URL']],
    ],
  ]
  test.each(parts)('of a Postgres in parts: %s', (_, variables, vars) => {
    const found = detectDatabases([env('.env', variables)])
    expect(found.filter(({ provider }) => provider === 'postgres').map((one) => one.vars)).toEqual(vars)
  })

  test('a server’s URL elsewhere is told', () => {
    const variables = { DATABASE_URL: 'postgresql://u:p@h/d', REDIS: 'redis://h', X: 'http://h' }
    expect(detectServers([env('.env', variables)])).toEqual(['DATABASE_URL (postgresql)'])
    expect(detectDatabases([env('.env', variables)])).toEqual([])
  })
})
