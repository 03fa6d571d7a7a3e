import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  forkDatabaseName,
  redacted,
  urlOf,
  valuesFor,
  withoutSecrets,
} from '../../../scripts/policy/databases/command-values.ts'

it.each([
  ['shop', 'search', 'shop_wt_search_0a1b2c3d'],
  ['', 'search', 'wt_search_0a1b2c3d'],
  ['My App-dev', 'fix-1', 'my_app_dev_wt_fix_1_0a1b2c3d'],
  ['9lives', '2fa', 'lives_wt_fa_0a1b2c3d'],
  ['a'.repeat(40), 'b'.repeat(40), `${'a'.repeat(24)}_wt_${'b'.repeat(24)}_0a1b2c3d`],
])('%s for %s', (source, slug, name) => expect(forkDatabaseName(source, slug, '0a1b2c3d')).toBe(name))

it('a name needs no quotes and fits into 63 bytes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (source, slug) => {
      expect(forkDatabaseName(source, slug, 'ffffffff')).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
    }),
  )
})

it.each([
  ['mysql://x\n', 'mysql://x'],
  ['Starting…\r\nmysql://x\r\n\r\n', 'mysql://x'],
  ['  a b  ', 'a b'],
  ['\n \n', null],
  ['', null],
])('%j prints %s', (stdout, url) => expect(urlOf(stdout)).toBe(url))

it.each<[string, Record<string, string>]>([
  [
    'mysql://u:p%40@h:3306/d?ssl=1',
    {
      DATABASE_URL: 'mysql://u:p%40@h:3306/d?ssl=1',
      DB_NAME: 'd',
      DB_HOST: 'h',
      DB_PORT: '3306',
      DB_USER: 'u',
      DB_PASSWORD: 'p@',
    },
  ],
  [
    'prefix:',
    {
      DATABASE_URL: 'prefix:',
      DB_NAME: 'prefix:',
      DB_HOST: 'prefix:',
      DB_PORT: 'prefix:',
      DB_USER: 'prefix:',
      DB_PASSWORD: 'prefix:',
    },
  ],
])('%s fills every variable', (url, values) => {
  expect(valuesFor(['DATABASE_URL', 'DB_NAME', 'DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASSWORD'], url)).toEqual(values)
})

it.each([
  ['mysql://u:p@h/d?password=p', 'mysql://u@h/d'],
  ['redis://:p@h:6379/3', 'redis://h:6379/3'],
  ['anything', ''],
])('of %s is shown %s', (url, shown) => expect(withoutSecrets(url)).toBe(shown))

it.each([
  ['cannot reach mysql://u:s3cret@h/d', 'cannot reach ***'],
  ['password s3cret', 'password ***'],
  ['nothing', 'nothing'],
])('%s', (text, clean) => expect(redacted(text, ['mysql://u:s3cret@h/d', 'x'])).toBe(clean))
