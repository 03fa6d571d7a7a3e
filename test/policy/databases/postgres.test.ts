import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as errors from '../../../scripts/policy/databases/postgres-errors.ts'
import { isMarkOf, markText, readMark } from '../../../scripts/policy/databases/postgres-marker.ts'
import { databaseNameOf, shadowNameOf, templateNameOf } from '../../../scripts/policy/databases/postgres-names.ts'
import {
  type BusyFacts,
  copyStrategy,
  onBusySource,
  settingItems,
} from '../../../scripts/policy/databases/postgres-strategy.ts'

describe('names', () => {
  const rows: [base: string, slug: string, name: string][] = [
    ['app_dev', 'search', 'app_dev_wt_search_0badcafe'],
    ['My-App', 'Fix/It', 'my_app_wt_fix_it_0badcafe'],
    ['2048', 'x', 'db_2048_wt_x_0badcafe'],
    ['日本', '', 'db_wt_db_0badcafe'],
  ]
  test.each(rows)('%s for %s', (base, slug, name) => {
    expect(databaseNameOf({ base, slug, nonce: '0badcafe' })).toBe(name)
  })

  test('a snapshot says that it is one', () => {
    expect(databaseNameOf({ base: 'app', slug: 's', nonce: '0badcafe', isSnapshot: true })).toBe(
      'app_wt_s_snap_0badcafe',
    )
  })

  test('fit into 63 bytes, start with a letter, need no quotes, and never lose their nonce', () => {
    const nonces = fc.stringMatching(/^[0-9a-f]{8}$/)
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 200 }), nonces, fc.boolean(), (base, slug, nonce, isSnapshot) => {
        const name = databaseNameOf({ base, slug, nonce, isSnapshot })
        for (const one of [name, shadowNameOf(name), templateNameOf(base, nonce), templateNameOf(base, nonce, true)]) {
          expect(one).toMatch(/^[a-z][a-z0-9_]*$/)
          expect(one).toContain(nonce)
          expect(one.length).toBeLessThanOrEqual(63)
        }
      }),
    )
  })
})

const MB = 1024 ** 2
describe('how to copy', () => {
  const rows: [version: number, bytes: number, clause: string, setting: string | null][] = [
    [140000, 1000 * MB, '', null],
    [150018, 10 * MB, '', null],
    [150018, 64 * MB, 'STRATEGY file_copy', null],
    [180004, 64 * MB, 'STRATEGY file_copy', "SET file_copy_method = 'clone'"],
    [180004, 63 * MB, '', null],
  ]
  test.each(rows)('version %d, %d bytes', (version, bytes, clause, setting) => {
    expect(copyStrategy(version, bytes)).toEqual({ clause, setting })
  })
})

describe('a busy source', () => {
  const can = { major: 15, hasPsql: true }
  const none = { major: null, hasPsql: false }
  const facts: BusyFacts = {
    setting: undefined,
    bytes: 10 * MB,
    dumper: can,
    serverMajor: 15,
    hasTemplate: false,
    purpose: 'worktree',
    isOutOfReach: false,
  }
  const rows: [what: string, given: Partial<BusyFacts>, decision: string][] = [
    ['nobody chose', {}, 'dump'],
    ['nobody chose, too big to dump', { bytes: 513 * MB }, 'empty'],
    ['nobody chose, too big, a template kept', { bytes: 513 * MB, hasTemplate: true }, 'template'],
    ['nobody chose, pg_dump too old', { serverMajor: 18 }, 'empty'],
    ['nobody chose, no pg_dump', { dumper: { major: null, hasPsql: true } }, 'empty'],
    ['nobody chose, no psql', { dumper: { major: 15, hasPsql: false } }, 'empty'],
    ['dump, of any size', { setting: 'dump', bytes: 5000 * MB }, 'dump'],
    ['dump, pg_dump newer', { setting: 'dump', dumper: { major: 17, hasPsql: true } }, 'dump'],
    ['dump, pg_dump too old', { setting: 'dump', serverMajor: 18 }, 'no-dumper'],
    ['template', { setting: 'template', hasTemplate: true }, 'template'],
    ['template, none kept', { setting: 'template' }, 'refuse'],
    ['wait', { setting: 'wait' }, 'wait'],
    ['empty', { setting: 'empty' }, 'empty'],
    ['terminate', { setting: 'terminate' }, 'terminate'],
    ['nobody chose, and a reset is asked for', { purpose: 'reset', dumper: none }, 'refuse'],
    ['empty, and a reset is asked for', { purpose: 'reset', setting: 'empty' }, 'refuse'],
    ['template, and a reset is asked for', { purpose: 'reset', setting: 'template', hasTemplate: true }, 'template'],
    ['empty says nothing of a snapshot', { purpose: 'own', setting: 'empty' }, 'dump'],
    ['template says nothing of a snapshot', { purpose: 'own', setting: 'template', dumper: none }, 'refuse'],
    ['a template made anew is no copy of the old one', { purpose: 'own', hasTemplate: true, dumper: none }, 'refuse'],
    ['a big snapshot', { purpose: 'own', bytes: 1024 ** 4 }, 'dump'],
    ['terminate on another machine', { setting: 'terminate', isOutOfReach: true }, 'refuse'],
  ]
  test.each(rows)('%s', (_, given, decision) => expect(onBusySource({ ...facts, ...given })).toBe(decision))
})

test.each([
  ['search_path="$user", "Odd, ""name""", public', 'search_path', ['$user', 'Odd, "name"', 'public']],
  ['search_path=""', 'search_path', ['']],
  ['work_mem=64MB', 'work_mem', ['64MB']],
  ['app.tenant=a, b = c', 'app.tenant', ['a, b = c']],
])('setting %s', (entry, name, values) => expect(settingItems(entry)).toEqual({ name, values }))

describe('marks', () => {
  const marker = { clone: 'c', wt: 'w', role: 'dev', nonce: 'n', src: 'app', at: '2026-01-01T00:00:00.000Z' }
  test('are read as they were written', () => {
    expect(readMark(markText(marker))).toEqual(marker)
    expect(readMark(markText({ ...marker, of: 'x', filling: true }))).toEqual({ ...marker, of: 'x', filling: true })
    expect(markText(marker)).toMatch(/^\{"tool":"lanekeeper","v":1,"clone":"c","wt":"w"/)
  })
  test.each([
    ['none', null],
    ['a comment of somebody’s', 'the main database'],
    ['another tool’s', '{"tool":"other","clone":"c"}'],
    ['an edited one', '{"tool":"lanekeeper","v":1,"clone":"c"} keep!'],
    ['one with a piece missing', '{"tool":"lanekeeper","v":1,"clone":"c"}'],
  ])('%s is no mark', (_, comment) => expect(readMark(comment)).toBeNull())
  test.each([
    ['the same', {}, true],
    ['another clone', { clone: 'x' }, false],
    ['another worktree', { wt: 'x' }, false],
    ['another nonce', { nonce: 'x' }, false],
  ])('%s', (_, changes, is) => expect(isMarkOf({ ...marker, ...changes }, { clone: 'c', id: 'w' }, 'n')).toBe(is))
})

describe('the table of messages', () => {
  const facts = {
    role: 'dev',
    host: 'h',
    port: '5432',
    user: 'u',
    database: 'app',
    variable: 'DATABASE_URL',
    file: '.env',
  }
  const rows: [id: string, message: string, expected: string][] = [
    [
      'P1',
      errors.connectionError('ECONNREFUSED', '', facts).message,
      'Postgres at h:5432 is not reachable (ECONNREFUSED). Start it, then: npx lanekeeper setup --wait',
    ],
    [
      'P2',
      errors.connectionError('28P01', '', facts).message,
      'Postgres at h refused user "u" (28P01). Check DATABASE_URL in .env.',
    ],
    [
      'P3',
      errors.mayNotCreate(facts).message,
      'Role "u" may not create databases. As a superuser: ALTER ROLE "u" CREATEDB;  — or set databases.dev.postgres.adminUrl.',
    ],
    [
      'P4',
      errors.mayNotCopy(facts).message,
      'Role "u" may not copy "app". As its owner: ALTER DATABASE "app" IS_TEMPLATE true;  — or use mode "empty".',
    ],
    [
      'P5',
      errors.sourceIsBusy('app', 2, ['next dev', 'psql'], { role: 'dev', purpose: 'worktree' }).message,
      '"app" has 2 open connection(s) (next dev, psql), and Postgres copies only an idle database. Stop the dev server, or set postgres.onBusySource to "dump" or "template".',
    ],
    [
      'P6',
      errors.brokenUrl('DATABASE_URL', 'ss', '').message,
      'DATABASE_URL does not parse as you meant: host "ss", database "". Percent-encode special characters in the password (@ -> %40, / -> %2F, # -> %23).',
    ],
    [
      'P7',
      errors.madeEmpty(facts, ['npm run migrate']),
      'Source database "app" does not exist on h; made an empty one. Now run: npm run migrate',
    ],
    [
      'P8',
      errors.cannotDump('15.18', 18).message,
      'pg_dump 15.18 cannot dump a 18 server. Install client 18 or set postgres.onBusySource to "template".',
    ],
    [
      'P9',
      errors.outOfDisk('app', '110 MB', 3, '410 MB').message,
      'The server ran out of disk while copying "app" (110 MB). Nothing was left behind. Free space or run npx lanekeeper gc (3 orphans, 410 MB).',
    ],
    [
      'P10',
      errors.isBehindPooler(facts).message,
      'DATABASE_URL goes through a pooler (h); databases cannot be created there. Set DIRECT_URL or databases.dev.postgres.adminUrl.',
    ],
    [
      'E3',
      errors.isForeign('app_wt_x').message,
      '"app_wt_x" exists but carries no mark of this repository; refusing to use or drop it.',
    ],
    ['E4', errors.mayNotDrop('app_wt_x', 'no mark'), 'Refusing to drop "app_wt_x": no mark.'],
  ]
  test.each(rows)('%s', (_, message, expected) => expect(message).toBe(expected))
})
