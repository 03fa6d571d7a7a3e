import { describe, expect, it } from 'vitest'
import { migrationFileOf } from '../../../scripts/policy/migrations/migration-set.ts'
import { presetOf } from '../../../scripts/policy/migrations/presets.ts'
import { mentioning, renumbered } from '../../../scripts/policy/migrations/renumbering.ts'

const NOW = new Date('2026-05-01T12:00:00Z')

function renames(preset: string, own: readonly string[], known: readonly string[]) {
  const set = { tool: presetOf(preset) }
  const files = (paths: readonly string[]) =>
    paths.map((path) => migrationFileOf(set, path)).filter((file) => file !== null)
  const found = [files(own), files(known)] as const
  expect([found[0].length, found[1].length]).toEqual([own.length, known.length])
  return renumbered(set, ...found, NOW).map(({ from, to }) => [from.path, to.path])
}

const cases: [name: string, preset: string, own: string[], known: string[], expected: [string, string][]][] = [
  [
    'what comes after stays',
    'dbmate',
    ['db/migrations/20260301000000_a.sql'],
    ['db/migrations/20260101000000_x.sql'],
    [],
  ],
  [
    'an older one gets the time',
    'dbmate',
    ['db/migrations/20260101000000_a.sql'],
    ['db/migrations/20260201000000_x.sql'],
    [['db/migrations/20260101000000_a.sql', 'db/migrations/20260501120000_a.sql']],
  ],
  [
    'a taken version too',
    'dbmate',
    ['db/migrations/20260201000000_a.sql'],
    ['db/migrations/20260201000000_x.sql'],
    [['db/migrations/20260201000000_a.sql', 'db/migrations/20260501120000_a.sql']],
  ],
  [
    'those behind it move as well, in their order',
    'dbmate',
    ['db/migrations/20260301000000_b.sql', 'db/migrations/20260101000000_a.sql'],
    ['db/migrations/20260201000000_x.sql'],
    [
      ['db/migrations/20260101000000_a.sql', 'db/migrations/20260501120000_a.sql'],
      ['db/migrations/20260301000000_b.sql', 'db/migrations/20260501120001_b.sql'],
    ],
  ],
  [
    'behind a version from the future',
    'dbmate',
    ['db/migrations/20260101000000_a.sql'],
    ['db/migrations/20990101000000_x.sql'],
    [['db/migrations/20260101000000_a.sql', 'db/migrations/20990101000001_a.sql']],
  ],
  [
    'both files of one, by the next number',
    'golang-migrate',
    ['migrations/0002_a.up.sql', 'migrations/0002_a.down.sql'],
    ['migrations/0001_x.up.sql', 'migrations/0009_x.up.sql'],
    [
      ['migrations/0002_a.up.sql', 'migrations/0010_a.up.sql'],
      ['migrations/0002_a.down.sql', 'migrations/0010_a.down.sql'],
    ],
  ],
  [
    'a folder',
    'prisma',
    ['prisma/migrations/20260101000000_a/migration.sql'],
    ['prisma/migrations/20260201000000_x/migration.sql'],
    [['prisma/migrations/20260101000000_a/migration.sql', 'prisma/migrations/20260501120000_a/migration.sql']],
  ],
  [
    'Laravel’s underscores',
    'laravel',
    ['database/migrations/2026_01_01_000000_a.php'],
    ['database/migrations/2026_02_01_000000_x.php'],
    [['database/migrations/2026_01_01_000000_a.php', 'database/migrations/2026_05_01_120000_a.php']],
  ],
  [
    'Flyway keeps its letter',
    'flyway',
    ['src/main/resources/db/migration/V2__a.sql'],
    ['src/main/resources/db/migration/V2__x.sql'],
    [['src/main/resources/db/migration/V2__a.sql', 'src/main/resources/db/migration/V3__a.sql']],
  ],
  [
    'Kysely: the stamp at the head of the name',
    'kysely',
    ['migrations/20260101000000_a.ts'],
    ['migrations/20260201000000_x.ts'],
    [['migrations/20260101000000_a.ts', 'migrations/20260501120000_a.ts']],
  ],
]
it.each(cases)('%s', (_, preset, own, known, expected) => expect(renames(preset, own, known)).toEqual(expected))

describe('what mentions it', () => {
  it('TypeORM’s class has the new stamp', () => {
    const tool = presetOf('typeorm')
    const own = [migrationFileOf({ tool }, 'src/migrations/1700000000000-Tags.ts')].filter((file) => file !== null)
    const known = [migrationFileOf({ tool }, 'src/migrations/1750000000000-X.ts')].filter((file) => file !== null)
    const [rename] = renumbered({ tool }, own, known, NOW)
    if (!rename) throw new Error('not renamed')
    const own_ = tool.mentions.filter((mention) => mention.in === 'itself')
    expect(mentioning("export class Tags1700000000000 { name = 'Tags1700000000000' }", rename, own_)).toBe(
      `export class Tags${NOW.getTime()} { name = 'Tags${NOW.getTime()}' }`,
    )
  })
})
