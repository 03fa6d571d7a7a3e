/** Shared files that change with every migration: what they say must be what lies beside them. One check a kind. */
import type { Brought, Finding } from './brought.ts'
import { drizzleJournal } from './journal-drizzle.ts'
import { atlasSum, djangoMaxMigration, railsSchema, versionList } from './journal-files.ts'
import { liquibaseChangesets } from './journal-liquibase.ts'
import type { JournalKind } from './preset.ts'

const CHECKS: Readonly<Record<JournalKind, (brought: Brought) => Finding[]>> = {
  drizzle: drizzleJournal,
  atlas: atlasSum,
  django: djangoMaxMigration,
  'rails-schema': railsSchema,
  'version-list': versionList,
  liquibase: liquibaseChangesets,
}

/** The first broken entry of each journal that the set's tool keeps. */
export function journal(brought: Brought): Finding[] {
  const kept = brought.set.tool.journal
  return kept && brought.changes.length > 0 ? CHECKS[kept.kind](brought) : []
}
