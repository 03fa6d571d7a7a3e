import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  isPooled,
  parseServer,
  type Server,
  serverUrl,
  serverValue,
  wantsDirect,
} from '../../../scripts/policy/databases/server-values.ts'

const SERVER: Server = {
  protocol: 'postgresql:',
  host: 'ep-new.eu.neon.tech',
  port: '',
  user: 'owner',
  password: "p@/#'$ %",
  database: 'app',
  query: '?sslmode=require',
}
const LOGIN = 'owner:p%40%2F%23%27%24%20%25'
const URL_ = `postgresql://${LOGIN}@ep-new.eu.neon.tech/app?sslmode=require`

it.each<[string, string | undefined, string]>([
  ['DATABASE_URL', undefined, URL_],
  ['DATABASE_URL', '', URL_],
  ['DATABASE_URL', 'not a url', URL_],
  ['DATABASE_URL', 'postgresql://a:b@h/db', URL_],
  [
    'DATABASE_URL',
    'postgres://a:b@h/db?schema=x&pgbouncer=true',
    URL_.replace('postgresql:', 'postgres:').replace('sslmode=require', 'schema=x&pgbouncer=true'),
  ],
  ['DATABASE_URL', 'postgresql://a:b@h/db?options=endpoint%3Dep-old', URL_],
  [
    'DATABASE_URL',
    'postgresql://a:b@h/db?options=endpoint%3Dep-old&schema=x',
    URL_.replace('sslmode=require', 'schema=x'),
  ],
  ['SQLALCHEMY_DATABASE_URI', 'postgresql+psycopg://a:b@h/db', URL_.replace('postgresql:', 'postgresql+psycopg:')],
  ['PGHOST', 'ep-old.eu.neon.tech', SERVER.host],
  ['PGHOST_UNPOOLED', undefined, SERVER.host],
  ['POSTGRES_HOST', undefined, SERVER.host],
  ['DATABASE_HOST', 'x', SERVER.host],
  ['DB_PORT', '5432', ''],
  ['PGUSER', undefined, 'owner'],
  ['DATABASE_USERNAME', undefined, 'owner'],
  ['PGPASSWORD', undefined, SERVER.password],
  ['POSTGRES_PASSWORD', undefined, SERVER.password],
  ['PGDATABASE', 'old', 'app'],
  ['DB_NAME', 'old', 'app'],
  ['POSTGRES_DATABASE', undefined, 'app'],
  ['DATABASE_NAME_DEVELOPMENT', 'old', 'app'],
  // a name like that with a URL in it is a URL
  ['TEST_DATABASE', 'postgresql://a:b@h/db', URL_],
])('%s=%s', (name, source, value) => {
  expect(serverValue(name, source, SERVER)).toBe(value)
})

it.each([
  ['DIRECT_URL', true],
  ['DIRECT_DATABASE_URL', true],
  ['POSTGRES_URL_NON_POOLING', true],
  ['DATABASE_URL_UNPOOLED', true],
  ['PGHOST_UNPOOLED', true],
  ['DATABASE_URL', false],
  ['REDIRECT_URL', false],
])('%s wants no pooler: %s', (name, direct) => expect(wantsDirect(name)).toBe(direct))

it('Neon’s pooler is known by its host', () => {
  expect(isPooled('postgresql://u:p@ep-x-pooler.eu.neon.tech/d')).toBe(true)
  expect(isPooled('ep-x-pooler.eu.neon.tech')).toBe(true)
  expect(isPooled('postgresql://u:p@ep-x.eu.neon.tech/d-pooler')).toBe(false)
})

it.each(['', 'x', 'file:./dev.db', './x', 'postgresql:///db?host=/run', 'http://'])('%s is no server', (text) => {
  expect(parseServer(text)).toBeNull()
})

it('any login and name survive being written and read', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  fc.assert(
    // a URL has no path segment of dots
    fc.property(
      text,
      text,
      text.filter((name) => !/^\.+$/.test(name)),
      (user, password, database) => {
        const server = { ...SERVER, user, password, database }
        expect(parseServer(serverUrl(server))).toEqual(server)
      },
    ),
  )
})
