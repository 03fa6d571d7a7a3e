import { expect, it } from 'vitest'
import { straightUrl } from '../../../scripts/policy/databases/straight-url.ts'
import { tursoAccess } from '../../../scripts/policy/databases/turso-url.ts'

const cases: [what: string, values: Record<string, string>, way: string | null][] = [
  ['the only URL', { DATABASE_URL: 'postgresql://u:p@ep-x.eu.neon.tech/app' }, 'u@ep-x.eu.neon.tech:/app'],
  ['past Neon’s pooler', { DATABASE_URL: 'postgres://u:p@ep-x-pooler.eu.neon.tech/app' }, 'u@ep-x.eu.neon.tech:/app'],
  [
    'the direct one',
    { DATABASE_URL: 'postgres://u:p@ep-x-pooler.eu.neon.tech/a', DIRECT_URL: 'postgres://u:p@ep-y.eu.neon.tech/a' },
    'u@ep-y.eu.neon.tech:/a',
  ],
  [
    'never the shadow',
    { SHADOW_DATABASE_URL: 'postgres://u:p@h/shadow', DATABASE_URL: 'postgres://u:p@h/app' },
    'u@h:/app',
  ],
  ['past PlanetScale’s', { DATABASE_URL: 'postgres://u:p@eu.pg.psdb.cloud:6432/app' }, 'u@eu.pg.psdb.cloud:5432/app'],
  ['a port that is only like it', { DATABASE_URL: 'postgres://u:p@localhost:6432/app' }, 'u@localhost:6432/app'],
  [
    'parts',
    { PGHOST: 'ep-x.eu.neon.tech', PGUSER: 'u', PGPASSWORD: 'p', PGDATABASE: 'app' },
    'u@ep-x.eu.neon.tech:/app',
  ],
  ['another kind of URL', { DATABASE_URL: 'mysql://u:p@h/app' }, null],
  ['nothing', {}, null],
]
it.each(cases)('the way to the server: %s', (_what, values, way) => {
  const url = straightUrl(values)
  const [at] = url?.hosts ?? []
  expect(url && `${url.user}@${at?.host}:${at?.port}/${url.database}`).toBe(way)
  expect(url?.password ?? 'p').toBe('p')
})

const turso: [values: Record<string, string>, around: Record<string, string>, way: [string, string] | null][] = [
  [{ TURSO_DATABASE_URL: 'libsql://s-acme.turso.io', TURSO_AUTH_TOKEN: 't' }, {}, ['https://s-acme.turso.io', 't']],
  [{ URL: 'libsql://s-acme.turso.io?authToken=a%2Bb' }, {}, ['https://s-acme.turso.io', 'a+b']],
  [{ URL: 'wss://s-acme.turso.io/x' }, { TURSO_AUTH_TOKEN: 'group' }, ['https://s-acme.turso.io', 'group']],
  [{ URL: 'http://127.0.0.1:8080' }, {}, ['http://127.0.0.1:8080', '']],
  [{ URL: 'libsql://127.0.0.1:8080?tls=0' }, {}, ['http://127.0.0.1:8080', '']],
  [{ URL: 'file:./local.db', TURSO_AUTH_TOKEN: 't' }, {}, null],
]
it.each(turso)('Turso’s SQL over HTTP: %j with %j', (values, around, way) => {
  const found = tursoAccess(values, around)
  expect(found && [found.url, found.token]).toEqual(way)
})
