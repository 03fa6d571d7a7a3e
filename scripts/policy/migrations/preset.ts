/** What Lanekeeper knows of one migration tool: which files are its migrations, and how they are put in order. */

/**
 * How a version is compared: `number` by its digits (parts between dots and underscores one by one), `name` as text,
 * `graph` by the parents that the files name, `journal` by a shared file alone.
 */
export type VersionOrder = 'number' | 'name' | 'graph' | 'journal'

/** A shared file that changes with every migration, and the check it needs. */
export type JournalKind = 'drizzle' | 'atlas' | 'django' | 'rails-schema' | 'version-list' | 'liquibase'

export interface Preset {
  readonly id: string
  /** The tool's name as its own documentation writes it. */
  readonly title: string
  /** Default patterns of everything that only a migration owner may change: migrations, journals, locks, dumps. */
  readonly paths: readonly string[]
  /**
   * Matches the path of a migration's file. Groups: `unit`, the directory whose migrations are one sequence; `version`;
   * `name`, the same for all files of one migration (`0007_users` of `0007_users.up.sql` and `0007_users.down.sql`).
   */
  readonly file: RegExp
  readonly order: VersionOrder
  /** Files below `paths` that may be edited after they landed (Flyway's `R__*.sql`). */
  readonly editable?: RegExp
  /** Default patterns of the sources a migration is made from: changed without a migration, that is worth a warning. */
  readonly schema: readonly string[]
  readonly language: 'sql' | 'code'
  readonly journal?: { readonly kind: JournalKind; readonly file: RegExp }
  /** A snapshot beside each migration (Prisma has none, Drizzle and MikroORM do): such a migration is made anew, never renamed. */
  readonly hasSnapshots: boolean
  /** What makes an empty or generated migration, in words; `{{name}}` is filled in. Null: our template does. */
  readonly create: readonly string[] | null
}
