import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, migrationFileOf } from '../../../scripts/policy/migrations/migration-set.ts'
import { PRESETS, presetOf } from '../../../scripts/policy/migrations/presets.ts'
import { filesFromTemplate, newVersion } from '../../../scripts/policy/migrations/stamps.ts'

const NOW = new Date('2024-01-31T12:00:00.123Z')

function filesOf(preset: string, paths: readonly string[]) {
  return paths.map((path) => migrationFileOf({ tool: presetOf(preset) }, path)).filter((file) => file !== null)
}

const next: [preset: string, there: string[], version: string][] = [
  ['dbmate', [], '20240131120000'],
  ['hasura', [], '1706702400123'],
  ['laravel', ['database/migrations/2014_10_12_000000_users.php'], '2024_01_31_120000'],
  ['custom', [], '20240131120000'],
  ['custom', ['migrations/0009-a.sql', 'migrations/0002-b.sql'], '0010'],
  ['golang-migrate', ['migrations/000008_a.up.sql', 'migrations/000009_b.up.sql'], '000010'],
  ['golang-migrate', ['migrations/1700000000123_a.up.sql'], '1706702400123'],
  ['goose', ['migrations/20230101000000_a.sql'], '20240131120000'],
  ['flyway', ['db/migration/V1.9__a.sql', 'db/migration/V1.10__b.sql'], '1.11'],
  ['flyway', ['db/migration/V2_9__a.sql'], '2_10'],
  ['sqlx', ['migrations/9_a.sql'], '10'],
  ['kysely', ['migrations/20230309T045948368Z-init.ts'], '20240131T120000123Z'],
  ['kysely', ['migrations/007_2fa.ts'], '008'],
  // one from the future is there already: what is new comes after it all the same
  ['dbmate', ['db/migrations/20250101000000_a.sql'], '20250101000001'],
  ['laravel', ['database/migrations/2025_01_01_000009_a.php'], '2025_01_01_000010'],
  ['supabase', ['supabase/migrations/20240101_a.sql'], '20240131120000'],
]

test.each(next)('%s after %j', (preset, there, version) => {
  expect(newVersion(presetOf(preset), filesOf(preset, there), NOW)).toBe(version)
})

const templates: [preset: string, there: string[], paths: string[]][] = [
  ['custom', ['migrations/0001-notes.sql'], ['migrations/0002-tags.sql']],
  ['custom', ['migrations/0001_notes.sql'], ['migrations/0002_tags.sql']],
  ['kysely', ['migrations/20230309T045948368Z-init.ts'], ['migrations/0002-tags.ts']],
  ['sqlx', ['migrations/1_a.sql'], ['migrations/0002_tags.sql']],
  [
    'sqlx',
    ['migrations/1_a.up.sql', 'migrations/1_a.down.sql'],
    ['migrations/0002_tags.up.sql', 'migrations/0002_tags.down.sql'],
  ],
  ['hasura', [], ['migrations/0002_tags/up.sql', 'migrations/0002_tags/down.sql']],
  ['flyway', [], ['migrations/V0002__tags.sql']],
]

test.each(templates)('the files of %s beside %j', (preset, there, paths) => {
  const values = { unit: 'migrations', version: '0002', name: 'tags', task: 't' }
  const files = filesFromTemplate(presetOf(preset), filesOf(preset, there), values)
  expect(files.map(({ path }) => path)).toEqual(paths)
})

test('a changeset carries its task as author, and a unit at the root has no slash before it', () => {
  const values = { unit: '', version: '0002', name: 'tags', task: 'labels' }
  const [file] = filesFromTemplate(presetOf('liquibase'), [], values)
  expect(file?.path).toBe('0002_tags.sql')
  expect(file?.text).toContain('--changeset labels:0002-tags\n')
})

const stampable = PRESETS.filter(({ order }) => order === 'number' || order === 'name')

const anyTime = fc.date({ noInvalidDate: true, min: NOW, max: new Date('2090-01-01') })
const anyNumbers = fc.array(fc.integer({ min: 1, max: 9_999 }), { maxLength: 5 })

test('a new version comes after every one that is there', () => {
  fc.assert(
    fc.property(fc.constantFrom(...stampable), anyNumbers, anyTime, (preset, numbers, now) => {
      const known = numbers.map((number) => {
        const version = String(number).padStart(6, '0')
        return { path: version, unit: 'm', version, name: `${version}_a` }
      })
      const version = newVersion(preset, known, now)
      for (const { version: other } of known) expect(compareVersions(version, other, preset.order)).toBeGreaterThan(0)
    }),
  )
})
