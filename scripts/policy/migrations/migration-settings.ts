/** The `"migrations"` of lanekeeper.json: which files they are, which tool runs them, and how tasks take turns. */
import { checkedPatterns } from '../patterns.ts'
import * as z from '../schema.ts'
import { leaseRef } from './lease-text.ts'
import { PRESETS, presetOf } from './presets.ts'

const texts = () => z._default(z.array(z.string()), [])

export const Migrations = () =>
  z.strictObject({
    /** The tool that runs them: decides what a version is, and the default `paths`. */
    preset: z._default(z.enum(PRESETS.map(({ id }) => id) as [string, ...string[]]), 'custom'),
    database: z._default(z.string(), 'dev'),
    /** What only their owner may change: migrations, journals, locks, dumps. Empty: the preset's. */
    paths: texts(),
    /** `lease`: one task at a time; `tables`: several at once, each on the tables its task lists. */
    mode: z._default(z.enum(['lease', 'tables']), 'lease'),
    /** Sources that migrations are made from; changed without one, that is a warning. Default: the preset's; [] for none. */
    schema: z.optional(z.array(z.string())),
    /** Patterns of migrations that may be edited after they landed. */
    editable: texts(),
    /** Hours without a commit or a renewal after which the next task in line may take the lease. */
    leaseHours: z._default(z.number().check(z.positive()), 24),
    /** Command that makes a new migration, {{name}} and {{unit}} filled in; empty: the preset's tool, or a template. */
    create: z._default(z.string(), ''),
  })

export type MigrationSettings = z.infer<ReturnType<typeof Migrations>>

/**
 * The entry with its preset's patterns where it has none of its own, all normalised.
 * @throws `bad-pattern`; `bad-name` for a database that no ref can be called after
 */
export function checkedMigrations(set: MigrationSettings): MigrationSettings {
  const { paths, schema } = presetOf(set.preset)
  leaseRef(set.database)
  return {
    ...set,
    paths: checkedPatterns(set.paths.length > 0 ? set.paths : paths, 'migrations.paths'),
    schema: checkedPatterns(set.schema ?? schema, 'migrations.schema'),
    editable: checkedPatterns(set.editable, 'migrations.editable'),
  }
}
