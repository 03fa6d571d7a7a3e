import { describe, expect, it } from 'vitest'
import type { Change } from '../../../scripts/policy/changes.ts'
import type { MigrationFacts } from '../../../scripts/policy/migrations/brought.ts'
import { freeLease, type Lease } from '../../../scripts/policy/migrations/lease.ts'
import { checkedMigrations } from '../../../scripts/policy/migrations/migration-settings.ts'
import { PRESETS, presetOf } from '../../../scripts/policy/migrations/presets.ts'
import { findingsOf } from '../../../scripts/policy/migrations/rules.ts'
import type { Task } from '../../../scripts/policy/task.ts'
import { type Files, MIGRATION_FIXTURES } from '../../support/migration-fixtures.ts'
import { aTask, migrationsOf } from '../../support/tasks.ts'

const NOW = new Date('2026-05-01T12:00:00Z')
const owner = aTask({ id: 'tags', migrations: 'dev' })
const other = aTask({ id: 'auth', migrations: 'dev' })

const oidOf = (text: string) => `blob of ${text}`

/** What a branch changes, given the files of its merge base. */
function changesTo(start: Files, branch: Readonly<Record<string, string | null>>): Change[] {
  return Object.entries(branch).map(([path, text]) => ({
    path,
    status: text === null ? 'D' : path in start ? 'M' : 'A',
    oldMode: path in start ? '100644' : '000000',
    newMode: text === null ? '000000' : '100644',
    oid: text === null ? '0'.repeat(40) : oidOf(text),
  }))
}

function heldBy(task: Task, more: Partial<Lease> = {}): Lease {
  const at = '2026-05-01T11:00:00.000Z'
  const holder = { task: task.id, branch: task.branch, host: 'here', acquiredAt: at, renewedAt: at }
  return { ...freeLease(24), holder, fence: 3, ...more }
}

interface Story {
  readonly preset: string
  /** Files at the base's tip. */
  readonly base: Files
  readonly branch: Readonly<Record<string, string | null>>
  /** Files at the merge base, where they are not the tip's. */
  readonly start?: Files
  readonly task?: Task
  readonly lease?: Lease
  readonly mode?: 'lease' | 'tables'
  readonly elsewhere?: MigrationFacts['elsewhere']
}

function findings({ preset, base, branch, start = base, task = owner, lease, mode = 'lease', elsewhere = [] }: Story) {
  const settings = checkedMigrations(migrationsOf('dev', [], { preset, mode }))
  const texts = [...Object.values(base), ...Object.values(branch)].filter((text) => text !== null)
  const facts: MigrationFacts = {
    atBase: new Map(Object.entries(base).map(([path, text]) => [path, oidOf(text)])),
    texts: new Map(texts.map((text) => [oidOf(text), text])),
    leases: new Map([['dev', lease ?? heldBy(task)]]),
    committedAt: new Map(),
    openTasks: [owner, other],
    elsewhere,
    now: NOW,
  }
  const set = { ...settings, tool: presetOf(preset) }
  return findingsOf([set], task, 'main', changesTo(start, branch), facts)
}

const refusals = (story: Story) => findings(story).filter(({ isWarning }) => !isWarning)
const rules = (story: Story) => [...new Set(refusals(story).map(({ rule }) => rule))]

it('there is a fixture of two branches for every preset', () => {
  expect(MIGRATION_FIXTURES.map(({ preset }) => preset).sort()).toEqual(PRESETS.map(({ id }) => id).sort())
})

describe.each(MIGRATION_FIXTURES)('$preset', ({ preset, start, a, b, rule, same, later, edit: [edited, text] }) => {
  const base = { ...start, ...b }
  it('the first branch lands', () => expect(rules({ preset, base: start, branch: a })).toEqual([]))
  it('the older one, once the other has landed, does not', () =>
    expect(rules({ preset, base, start, branch: a })).toContain(rule))
  it('one made on top of the other does', () => expect(rules({ preset, base, branch: later })).toEqual([]))
  if (same !== null)
    it('a version that is taken is refused', () =>
      expect(rules({ preset, base, branch: same })).toContain('migration-duplicate'))
  it('what has landed is not edited', () => {
    const [found] = rules({ preset, base, branch: { [edited]: text } })
    expect(found).toBe(rule === 'migration-journal' && preset === 'liquibase' ? rule : 'migration-immutable')
  })
  it('what has landed is not taken away', () =>
    expect(rules({ preset, base, branch: { [edited]: null } })).not.toEqual([]))
  it('nothing is refused where nothing is brought', () => expect(findings({ preset, base, branch: {} })).toEqual([]))
})

describe('the lease', () => {
  const story = (lease: Lease | undefined, task = owner): Story => {
    const made = { preset: 'custom', base: {}, branch: { 'migrations/0001_a.sql': 'CREATE TABLE a (x);' }, task }
    return lease === undefined ? { ...made, lease: freeLease(24) } : { ...made, lease }
  }
  const long = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString()
  const idle = (hours: number): Lease => {
    const lease = heldBy(other)
    return { ...lease, holder: lease.holder && { ...lease.holder, renewedAt: long(hours), acquiredAt: long(hours) } }
  }
  const cases: [name: string, lease: Lease | undefined, task: Task, says: string | null, way: string | null][] = [
    ['its own', heldBy(owner), owner, null, null],
    ['nobody’s', undefined, owner, 'nobody holds the lease', 'npx lanekeeper migration claim dev'],
    [
      'another’s',
      heldBy(other),
      owner,
      'Task "auth" holds the lease on the migrations of "dev": branch task/auth, on here, since 2026-05-01 11:00 UTC, until 2026-05-02 11:00 UTC',
      'Ask again: npx lanekeeper migration claim dev',
    ],
    [
      'another’s, in line',
      heldBy(other, { queue: [{ task: 'tags', since: long(0) }] }),
      owner,
      'Task "tags" is 1st in line',
      'A person ends it: npx lanekeeper land auth, or takes it away: npx lanekeeper migration release dev --task auth --force',
    ],
    [
      'another’s, whose time is over',
      idle(25),
      owner,
      'until 2026-05-01 11:00 UTC',
      'its time is over, so take it: npx lanekeeper migration claim dev',
    ],
    ['its own, whose time is over and nobody took it', idle(25), other, null, null],
    [
      'lost to another',
      heldBy(other, { lost: { task: 'tags', at: long(1) } }),
      owner,
      'Task "tags" had it until 2026-05-01 11:00 UTC; it passed on (fence 3)',
      null,
    ],
    ['of a task that is gone', heldBy(aTask({ id: 'gone', migrations: 'dev' })), owner, 'nobody holds the lease', null],
  ]
  it.each(cases)('%s', (_, lease, task, says, way) => {
    const [found] = refusals(story(lease, task))
    if (says === null) return expect(found).toBeUndefined()
    expect(found?.rule).toBe('migration-owner')
    expect(found?.message).toContain(says)
    if (way !== null) expect(found?.ways).toContain(way)
  })

  it('is not asked for in tables mode', () => {
    const task = aTask({ id: 'tags', migrations: 'dev', tables: ['a'] })
    expect(refusals({ ...story(heldBy(other), task), mode: 'tables' })).toEqual([])
  })
})

describe('the words of a refusal', () => {
  const cases: [name: string, story: Story, rule: string, says: string][] = [
    [
      'two of one version in one branch',
      {
        preset: 'dbmate',
        base: {},
        branch: { 'db/migrations/20260101000000_a.sql': 'a', 'db/migrations/20260101000000_b.sql': 'b' },
      },
      'migration-duplicate',
      'version 20260101000000 is taken by db/migrations/20260101000000_a.sql in this branch',
    ],
    [
      'leading zeros',
      {
        preset: 'golang-migrate',
        base: { 'migrations/0007_a.up.sql': 'a' },
        branch: { 'migrations/000007_b.up.sql': 'b' },
      },
      'migration-duplicate',
      'is taken by migrations/0007_a.up.sql on main',
    ],
    [
      'supabase: eight digits before fourteen',
      {
        preset: 'supabase',
        base: { 'supabase/migrations/20260101_a.sql': 'a' },
        branch: { 'supabase/migrations/20260101120000_b.sql': 'b' },
      },
      'migration-duplicate',
      'is taken by',
    ],
    [
      'a rename of what has landed',
      {
        preset: 'knex',
        base: { 'migrations/20260101000000_a.js': 'a' },
        branch: { 'migrations/20260101000000_a.js': null, 'migrations/20260201000000_a.js': 'a' },
      },
      'migration-immutable',
      'renames it to migrations/20260201000000_a.js',
    ],
    [
      'the same name with other content',
      {
        preset: 'knex',
        start: {},
        base: { 'migrations/20260101000000_a.js': 'a' },
        branch: { 'migrations/20260101000000_a.js': 'b' },
      },
      'migration-immutable',
      'brings another file of that name',
    ],
    [
      'drizzle: a file that is not in the journal',
      {
        preset: 'drizzle',
        base: { 'drizzle/meta/_journal.json': '{"entries":[]}' },
        branch: { 'drizzle/0000_a.sql': 'a', 'drizzle/meta/_journal.json': '{"entries":[ ]}' },
      },
      'migration-journal',
      '0000_a.sql is not in it',
    ],
    [
      'drizzle: no later than the last',
      {
        preset: 'drizzle',
        base: {
          'drizzle/0000_a.sql': 'a',
          'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"when":9,"tag":"0000_a"}]}',
        },
        branch: {
          'drizzle/0001_b.sql': 'b',
          'drizzle/meta/_journal.json':
            '{"entries":[{"idx":0,"when":9,"tag":"0000_a"},{"idx":1,"when":8,"tag":"0001_b"}]}',
        },
      },
      'migration-journal',
      'entry 0001_b is not younger',
    ],
    [
      'drizzle: a snapshot made from another',
      {
        preset: 'drizzle',
        base: {
          'drizzle/0000_a.sql': 'a',
          'drizzle/meta/0000_snapshot.json': '{"id":"x"}',
          'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"when":9,"tag":"0000_a"}]}',
        },
        branch: {
          'drizzle/0001_b.sql': 'b',
          'drizzle/meta/0001_snapshot.json': '{"id":"y","prevId":"z"}',
          'drizzle/meta/_journal.json':
            '{"entries":[{"idx":0,"when":9,"tag":"0000_a"},{"idx":1,"when":10,"tag":"0001_b"}]}',
        },
      },
      'migration-journal',
      'was not made from the one before it',
    ],
    [
      'drizzle: a journal that is no JSON',
      { preset: 'drizzle', base: {}, branch: { 'drizzle/meta/_journal.json': '<<<<<<< HEAD' } },
      'migration-journal',
      'no journal that drizzle could read',
    ],
    [
      'rails: a dump of an older version',
      {
        preset: 'rails',
        base: { 'db/schema.rb': 'ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do' },
        branch: { 'db/migrate/20260201000000_a.rb': 'a' },
      },
      'migration-journal',
      'it was dumped at version 20260101000000, and the newest migration is 20260201000000',
    ],
    [
      'dbmate: a dump without the migration',
      {
        preset: 'dbmate',
        base: { 'db/schema.sql': "INSERT INTO schema_migrations (version) VALUES\n    ('20260101000000');" },
        branch: { 'db/migrations/20260201000000_a.sql': 'a' },
      },
      'migration-journal',
      'it does not hold 20260201000000_a.sql',
    ],
    [
      'django: a max_migration of another',
      {
        preset: 'django',
        base: { 'shop/migrations/0001_initial.py': '', 'shop/migrations/max_migration.txt': '0001_initial\n' },
        branch: { 'shop/migrations/0002_a.py': 'dependencies = [("shop", "0001_initial")]' },
      },
      'migration-journal',
      'it names 0001_initial, and this branch adds 0002_a',
    ],
    [
      'liquibase: an edited changeset',
      {
        preset: 'liquibase',
        base: { 'db/changelog/x.xml': '<changeSet id="1" author="ann"><sql>a</sql></changeSet>' },
        branch: { 'db/changelog/x.xml': '<changeSet id="1" author="ann"><sql>b</sql></changeSet>' },
      },
      'migration-journal',
      'changeset 1:ann of main is edited',
    ],
    [
      'a table that is not listed',
      {
        preset: 'custom',
        base: {},
        task: aTask({ id: 'tags', migrations: 'dev', tables: ['tags'] }),
        branch: { 'migrations/0001_a.sql': 'CREATE TABLE tags (x int);\nALTER TABLE users ADD y int;' },
      },
      'migration-table',
      'line 2 touches table users, and this task has tags',
    ],
    [
      'typeorm: a file renamed without its class',
      {
        preset: 'typeorm',
        base: {},
        branch: { 'src/migrations/1767268800005-Older.ts': 'export class Older1767268800001 {}' },
      },
      'migration-order',
      'its class says 1767268800001, and its file 1767268800005',
    ],
    [
      'drizzle: the snapshot of what has landed changed',
      {
        preset: 'drizzle',
        base: {
          'drizzle/0000_a.sql': 'a',
          'drizzle/meta/0000_snapshot.json': '{"id":"x"}',
          'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"when":9,"tag":"0000_a"}]}',
        },
        branch: { 'drizzle/meta/0000_snapshot.json': '{"id":"x","tables":{}}' },
      },
      'migration-journal',
      'belongs to a migration that is on main, and this branch changes it',
    ],
  ]
  it.each(cases)('%s', (_, story, rule, says) => {
    const found = refusals(story).filter((one) => one.rule === rule)
    expect(found.map(({ message }) => message).join('\n')).toContain(says)
  })

  it('two files of one migration are refused once', () => {
    const base = { 'migrations/0009_z.up.sql': 'z', 'migrations/0009_z.down.sql': 'z' }
    const branch = { 'migrations/0002_a.up.sql': 'a', 'migrations/0002_a.down.sql': 'a' }
    expect(refusals({ preset: 'golang-migrate', base, branch }).map(({ path }) => path)).toEqual([
      'migrations/0002_a.up.sql',
    ])
  })
})

describe('what passes', () => {
  const cases: [name: string, story: Story][] = [
    [
      'a repeatable migration edited',
      {
        preset: 'flyway',
        base: { 'src/main/resources/db/migration/R__views.sql': 'a' },
        branch: { 'src/main/resources/db/migration/R__views.sql': 'b' },
      },
    ],
    [
      'the same file on both sides',
      {
        preset: 'knex',
        start: {},
        base: { 'migrations/20260101000000_a.js': 'a' },
        branch: { 'migrations/20260101000000_a.js': 'a' },
      },
    ],
    [
      'an own migration taken back',
      {
        preset: 'knex',
        start: { 'migrations/20260101000000_a.js': 'a' },
        base: {},
        branch: { 'migrations/20260101000000_a.js': null },
      },
    ],
    [
      'django: a second app',
      {
        preset: 'django',
        base: { 'a/migrations/0001_initial.py': '' },
        branch: { 'b/migrations/0001_initial.py': 'dependencies = [("a", "0001_initial")]' },
      },
    ],
    [
      'django: a merge of two leaves that were there',
      {
        preset: 'django',
        base: {
          'a/migrations/0001_i.py': '',
          'a/migrations/0002_x.py': 'dependencies = [("a", "0001_i")]',
          'a/migrations/0002_y.py': 'dependencies = [("a", "0001_i")]',
        },
        branch: { 'a/migrations/0003_merge.py': 'dependencies = [("a", "0002_x"), ("a", "0002_y")]' },
      },
    ],
    [
      'alembic: a merge revision',
      {
        preset: 'alembic',
        base: {
          'alembic/versions/a_.py': "revision = 'a'\ndown_revision = None\n",
          'alembic/versions/b_.py': "revision = 'b'\ndown_revision = 'a'\n",
        },
        branch: {
          'alembic/versions/c_.py': "revision = 'c'\ndown_revision = 'a'\n",
          'alembic/versions/d_.py': "revision = 'd'\ndown_revision = ('b', 'c')\n",
        },
      },
    ],
  ]
  it.each(cases)('%s', (_, story) => expect(refusals(story)).toEqual([]))
})

describe('what is only said', () => {
  const words = (story: Story) =>
    findings(story)
      .filter(({ isWarning }) => isWarning)
      .map(({ rule, message }) => `${rule}: ${message}`)
      .join('\n')

  it('the same version in another open task', () => {
    const branch = { 'migrations/0002_a.sql': 'a' }
    const elsewhere = [{ task: 'auth', path: 'migrations/0002_b.sql' }]
    expect(words({ preset: 'custom', base: {}, branch, elsewhere })).toContain('task "auth" has version 0002 too')
  })

  it('a schema source without a migration', () => {
    const branch = { 'prisma/schema.prisma': 'model B {}' }
    expect(words({ preset: 'prisma', base: {}, branch })).toContain(
      'migration-schema: changed, and no migration with it',
    )
    const both = { ...branch, 'prisma/migrations/20260101000000_b/migration.sql': 'b' }
    expect(words({ preset: 'prisma', base: {}, branch: both })).toBe('')
  })

  it('what nobody can look into, unless the file says its tables', () => {
    const task = aTask({ id: 'tags', migrations: 'dev', tables: ['tags'] })
    const block = 'DO $$ BEGIN EXECUTE format($f$ DROP TABLE %I $f$, t); END $$;'
    const with_ = (text: string) =>
      words({ preset: 'custom', base: {}, task, branch: { 'migrations/0001_a.sql': text } })
    expect(with_(block)).toContain('may touch any table')
    expect(with_(`-- lanekeeper: tables=tags\n${block}`)).toBe('')
  })
})
