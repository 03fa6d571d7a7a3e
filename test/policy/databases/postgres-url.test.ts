import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encryptionOf,
  isPooled,
  isProtected,
  isRemote,
  type PostgresUrl,
  parsePostgresUrl,
  serverName,
  withDatabase,
  withoutPassword,
} from '../../../scripts/policy/databases/postgres-url.ts'
import {
  kindOfVariable,
  partsUrl,
  urlFromParts,
  worktreeValue,
} from '../../../scripts/policy/databases/postgres-variables.ts'

function read(value: string): PostgresUrl {
  const url = parsePostgresUrl(value)
  if (url.kind !== 'url') throw new Error(`${value} is ${url.kind}`)
  return url
}

describe('what a URL names', () => {
  const rows: [url: string, server: string, user: string, password: string, database: string][] = [
    ['postgres://u:p@h/db', 'h:5432', 'u', 'p', 'db'],
    ['postgresql://h:5433/db', 'h:5433', '', '', 'db'],
    ['postgresql://u@[::1]:5433/db', '::1:5433', 'u', '', 'db'],
    ['postgresql:///db?host=/run/postgresql', '/run/postgresql:5432', '', '', 'db'],
    ['postgresql:///db?host=/run/postgresql&port=5433', '/run/postgresql:5433', '', '', 'db'],
    ['postgresql://%2Frun%2Fpg/db', '/run/pg:5432', '', '', 'db'],
    ['postgresql://u:p@h1:1,h2:2/db', 'h1:1,h2:2', 'u', 'p', 'db'],
    ['postgresql://h1,h2/db', 'h1:5432,h2:5432', '', '', 'db'],
    ['postgresql://u:p%40%2F%23%27%24@h/my%20db', 'h:5432', 'u', "p@/#'$", 'my db'],
    ['postgresql://u:p@ss@h/db', 'h:5432', 'u', 'p@ss', 'db'],
    ['postgresql+psycopg2://u:p@h/db', 'h:5432', 'u', 'p', 'db'],
    ['postgis://u:p@h/db', 'h:5432', 'u', 'p', 'db'],
    ['jdbc:postgresql://h/db?user=u&password=p', 'h:5432', 'u', 'p', 'db'],
    ['postgresql://h?dbname=db&user=u', 'h:5432', 'u', '', 'db'],
  ]
  test.each(rows)('%s', (value, server, user, password, database) => {
    const url = read(value)
    expect([serverName(url.hosts), url.user, url.password, url.database]).toEqual([server, user, password, database])
  })

  const broken: [url: string, host: string, database: string][] = [
    ['postgres://u:p@ss/#@h/db', 'ss', ''],
    ['postgres://u:pa/ss@h/db', 'u:pa', 'ss@h/db'],
    ['postgres://u:pa#ss@h/db', 'u:pa', ''],
    ['postgres://u:pa?ss@h/db', 'u:pa', ''],
    ['postgres://u:p%zz@h/db', 'h', 'db'],
    ['postgres://u:p@h', 'h', ''],
    ['postgres://u:p@h/', 'h', ''],
    ['postgres://u:p@h:port/db', 'h:port', 'db'],
    ['postgres://@/u?@', '', 'u'],
  ]
  test.each(broken)('%s is not what was meant (P6)', (value, host, database) => {
    expect(parsePostgresUrl(value)).toEqual({ kind: 'broken', host, database })
  })

  test.each(['mysql://h/db', 'file:./dev.db', 'app_dev', '', 'prisma+postgres://x/?api_key=k'])(
    '%s is none',
    (value) => {
      expect(parsePostgresUrl(value)).toEqual({ kind: 'other' })
    },
  )
})

describe('another database', () => {
  const rows: [url: string, swapped: string][] = [
    ['postgres://u:p%40@h:1/db?schema=public&a=%2F', 'postgres://u:p%40@h:1/new?schema=public&a=%2F'],
    ['postgresql:///db?host=/run/postgresql', 'postgresql:///new?host=/run/postgresql'],
    ['postgresql://h1:1,h2:2/db', 'postgresql://h1:1,h2:2/new'],
    ['postgresql://h?dbname=db&user=u', 'postgresql://h?dbname=new&user=u'],
    ['jdbc:postgresql://h/db?user=u', 'jdbc:postgresql://h/new?user=u'],
  ]
  test.each(rows)('%s', (value, swapped) => expect(withDatabase(read(value), 'new')).toBe(swapped))

  test('is the only thing that changes, whatever user, password and database hold', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(text, text, text, text, (user, password, database, other) => {
        const encode = encodeURIComponent
        const value = `postgresql://${encode(user)}:${encode(password)}@h:5433/${encode(database)}?a=${encode(other)}`
        const url = read(value)
        expect([url.user, url.password, url.database, url.query.a]).toEqual([user, password, database, other])
        expect(withDatabase(url, database)).toBe(value)
        const swapped = read(withDatabase(url, other))
        expect(swapped).toEqual({ ...url, database: other, raw: { ...url.raw, path: `/${encode(other)}` } })
      }),
    )
  })

  test('whatever it is given, it reads it or says what it is', () => {
    const weird = fc.array(fc.constantFrom('u', ':', '@', '/', '#', '?', '%', '%40', '[', ']', ',', '&', '=', 'é', ' '))
    fc.assert(
      fc.property(weird, (pieces) => {
        const value = `postgres://${pieces.join('')}`
        const url = parsePostgresUrl(value)
        if (url.kind === 'url') expect(read(withDatabase(url, url.database)).database).toBe(url.database)
        else expect(url.kind).toBe('broken')
      }),
    )
  })

  test('shown without a password, wherever it stands', () => {
    const text = fc
      .string({ minLength: 4 })
      .filter((one) => !'postgresql://user@host:5433/database?sslmode=require'.includes(encodeURIComponent(one)))
    fc.assert(
      fc.property(text, (secret) => {
        const password = encodeURIComponent(secret)
        const url = read(
          `postgresql://user:${password}@host:5433/database?sslmode=require&password=${password}&sslpassword=${password}`,
        )
        expect(withoutPassword(url)).toBe('postgresql://user@host:5433/database?sslmode=require')
      }),
    )
  })
})

describe('servers', () => {
  const pooled: [url: string, is: boolean][] = [
    ['postgres://ep-x-pooler.eu.aws.neon.tech/db', true],
    ['postgres://aws-0-eu.pooler.supabase.com:6543/postgres', true],
    ['postgres://pgbouncer:6432/db', true],
    ['postgres://h/db?pgbouncer=true', true],
    ['postgres://ep-x.eu.aws.neon.tech/db', false],
    ['postgres://localhost:6543/db', false],
  ]
  test.each(pooled)('%s pooled: %s', (value, is) => expect(isPooled(read(value))).toBe(is))

  const remote: [url: string, is: boolean][] = [
    ['postgres://localhost/db', false],
    ['postgres://127.0.0.2/db', false],
    ['postgres://[::1]/db', false],
    ['postgres:///db?host=/run', false],
    ['postgres://localhost.example.com/db', true],
    ['postgres://localhost,db.example.com/db', true],
    ['postgres://10.0.0.1/db', true],
  ]
  test.each(remote)('%s remote: %s', (value, is) => expect(isRemote(read(value).hosts)).toBe(is))

  test.each([
    ['prod.example.com', true],
    ['PROD.example.com', true],
    ['example.com', true],
    ['*.example.com', true],
    ['other.com', false],
    ['d.example.com', false],
  ])('protectedHosts %s: %s', (name, is) => {
    expect(isProtected(read('postgres://prod.example.com/db').hosts, [name])).toBe(is)
  })

  const encryption: [query: string, host: string, ways: string[]][] = [
    ['', 'localhost', ['none']],
    ['', 'db.example.com', ['unverified', 'none']],
    ['?sslmode=disable', 'db.example.com', ['none']],
    ['?sslmode=allow', 'h', ['none', 'unverified']],
    ['?sslmode=prefer', 'localhost', ['unverified', 'none']],
    ['?sslmode=require', 'h', ['unverified']],
    ['?sslmode=require&sslrootcert=/ca.pem', 'h', ['authority']],
    ['?sslmode=verify-ca', 'h', ['authority']],
    ['?sslmode=verify-full', 'h', ['full']],
    ['?sslmode=no-verify', 'h', ['unverified']],
    ['?sslrootcert=system', 'h', ['full']],
  ]
  test.each(encryption)('%s on %s', (query, host, ways) => {
    expect(encryptionOf(read(`postgres://${host}/db${query}`))).toEqual(ways)
  })
})

describe('variables', () => {
  const kinds: [name: string, value: string, kind: string][] = [
    ['DATABASE_URL', 'postgres://h/db', 'url'],
    ['DIRECT_URL', 'postgres://h/db', 'direct'],
    ['POSTGRES_URL_NON_POOLING', 'postgres://h/db', 'direct'],
    ['DATABASE_URL_UNPOOLED', 'postgres://h/db', 'direct'],
    ['SHADOW_DATABASE_URL', 'postgres://h/shadow', 'shadow'],
    ['PGDATABASE', 'app_dev', 'name'],
    ['DB_NAME', 'app-dev', 'name'],
    ['DATABASE_URL', 'postgres://u:p@h', 'broken'],
    ['DATABASE_URL', 'mysql://h/db', 'other'],
    ['DATABASE_URL', 'host=localhost dbname=x', 'other'],
  ]
  test.each(kinds)('%s=%s', (name, value, kind) => expect(kindOfVariable(name, value)).toBe(kind))

  const parts: [variables: Record<string, string>, url: string][] = [
    [
      { DB_HOST: 'localhost', DB_PORT: '5433', DB_USER: 'u', DB_PASSWORD: 'a/b@c' },
      'postgresql://u:a%2Fb%40c@localhost:5433/app',
    ],
    [{ PGHOST: '::1' }, 'postgresql://[::1]/app'],
    [{ PGHOST: '/run/pg', PGPORT: '5433', PGUSER: 'u' }, 'postgresql://u@/app?host=%2Frun%2Fpg&port=5433'],
    [{}, 'postgresql:///app'],
  ]
  test.each(parts)('in parts %j: %s', (variables, url) => {
    expect(partsUrl(variables, 'app')).toBe(url)
    expect(parsePostgresUrl(url)).toMatchObject({ kind: 'url', database: 'app' })
  })

  const values: [name: string, value: string, given: string, shown: string][] = [
    ['DATABASE_URL', 'postgres://u:p@h/db?a=1', 'postgres://u:p@h/new?a=1', 'postgres://u@h/new?a=1'],
    ['SHADOW_DATABASE_URL', 'postgres://u:p@h/x', 'postgres://u:p@h/new_shadow', 'postgres://u@h/new_shadow'],
    ['PGDATABASE', 'db', 'new', 'new'],
  ]
  test.each(values)('%s=%s', (name, value, given, shown) => {
    expect(worktreeValue({ name, value }, 'new', 'new_shadow')).toMatchObject({ value: given, shown })
  })

  test.each([
    [{ PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGPASSWORD: 'p' }, 'h:1', 'u', 'p'],
    [{ DB_HOST: 'h', DB_USERNAME: 'u', DB_PASSWORD: 'p' }, 'h:5432', 'u', 'p'],
    [{ DB_HOST: 'h', DB_USER: 'u', DB_PASSWORD: 'p' }, 'h:5432', 'u', 'p'],
    [{ DB_HOST: 'h', DB_USER: 'u', DB_PASS: 'p' }, 'h:5432', 'u', 'p'],
    [{ POSTGRES_USER: 'u', POSTGRES_PASSWORD: 'p' }, 'localhost:5432', 'u', 'p'],
    [{}, 'localhost:5432', '', ''],
  ])('a name alone is on the server of %s', (variables, server, user, password) => {
    const url = urlFromParts(variables, 'db')
    expect([serverName(url.hosts), url.user, url.password]).toEqual([server, user, password])
  })
})
