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
  it.skipIf(same === null)('a version that is taken is refused', () =>
    expect(rules({ preset, base, branch: same ?? {} })).toContain('migration-duplicate'),
  )
  it('what has landed is not edited', () => {
    const [found] = rules({ preset, base, branch: { [edited]: text } })
    expect(found).toBe(rule === 'migration-journal' && preset === 'liquibase' ? rule : 'migration-immutable')
  })
  it('what has landed is not taken away', () =>
    expect(rules({ preset, base, branch: { [edited]: null } })).not.toEqual([]))
  it('nothing is refused where nothing is brought', () => expect(findings({ preset, base, branch: {} })).toEqual([]))
})
