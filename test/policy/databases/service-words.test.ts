import { expect, it } from 'vitest'
import { expiryAfter, isDueForRenewal } from '../../../scripts/policy/branch-expiry.ts'
import { neonctlStatus } from '../../../scripts/policy/databases/neonctl-words.ts'
import { hasToken, isToken, tursoDatabaseOf, tursoUrl } from '../../../scripts/policy/databases/turso-url.ts'

it.each<[string, string, string | null]>([
  ['libsql://shop-acme.turso.io', 'acme', 'shop'],
  ['libsql://my-shop-acme.aws-eu-west-1.turso.io?authToken=x', 'acme', 'my-shop'],
  ['https://shop-acme.turso.io/', 'acme', 'shop'],
  ['libsql://shop-other.turso.io', 'acme', null],
  ['libsql://-acme.turso.io', 'acme', null],
  ['libsql://localhost:8080', 'acme', null],
  ['file:local.db', 'acme', null],
  ['', 'acme', null],
])('%s of %s: %s', (url, organization, name) => expect(tursoDatabaseOf(url, organization)).toBe(name))

it.each<[string | undefined, string | null, string]>([
  [undefined, null, 'libsql://new.turso.io'],
  ['shop', 'jwt', 'libsql://new.turso.io'],
  ['wss://old.turso.io', null, 'wss://new.turso.io'],
  ['libsql://old.turso.io?tls=0&authToken=a&x=1', 'j&t', 'libsql://new.turso.io?tls=0&authToken=j%26t&x=1'],
  ['https://old.turso.io/?authToken=a', '$&', 'https://new.turso.io/?authToken=%24%26'],
])('%s with %s becomes %s', (source, token, url) => expect(tursoUrl(source, 'new.turso.io', token)).toBe(url))

it('knows a token by its variable, and a URL that carries one', () => {
  expect([isToken('TURSO_AUTH_TOKEN'), isToken('TURSO_DATABASE_URL')]).toEqual([true, false])
  expect([hasToken('libsql://h?authToken=x'), hasToken('libsql://h')]).toEqual([true, false])
})

it.each<[number, string, number | null]>([
  [1, 'branch with the provided name already exists', 409],
  [1, 'Branch nope not found.', 404],
  [1, 'Authentication failed: bad key', 401],
  [1, 'Could not reach the Neon API. Please check your internet connection', null],
  [1, 'branches limit exceeded', 422],
  [1, 'rate limit exceeded', 429],
  [1, 'Internal server error', 500],
  [1, 'something else', 400],
  [128, '', null],
])('neonctl ended with %d: %s → %s', (exit, said, status) => expect(neonctlStatus(exit, said)).toBe(status))

const NOW = Date.parse('2026-01-01T00:00:00.123Z')
const HOUR = 3_600_000

it('an expiry date is in UTC, to the second', () => expect(expiryAfter(14, NOW)).toBe('2026-01-15T00:00:00Z'))

it.each<[string, string | undefined, boolean]>([
  ['just renewed', expiryAfter(14, NOW), false],
  ['half an hour ago', expiryAfter(14, NOW - HOUR / 2), false],
  ['two hours ago', expiryAfter(14, NOW - 2 * HOUR), true],
  ['made with a longer time', expiryAfter(30, NOW), false],
  ['never', undefined, false],
])('%s: due %s', (_, expires, due) => expect(isDueForRenewal(expires, 14, NOW)).toBe(due))
