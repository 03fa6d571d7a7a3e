/** What Lanekeeper knows of one migration tool: which files are its migrations, and how they are put in order. */

/**
 * How a version is compared: `number` by its digits (parts between dots and underscores one by one), `name` as text,
 * `graph` by the parents that the files name, `journal` by a shared file alone.
 */
export type VersionOrder = 'number' | 'name' | 'graph' | 'journal'

/** A shared file that changes with every migration, and the check it needs. */
export type JournalKind = 'drizzle' | 'atlas' | 'django' | 'rails-schema' | 'version-list' | 'liquibase'

/**
 * What a new version looks like: `seconds` 20240131120000, `underscored` 2024_01_31_120000, `milliseconds`
 * 1706702400000, all UTC; `counter` the next number in the width in use; `as-used` whichever of them (or of ISO's
 * 20240131T120000000Z) the newest migration has.
 */
export type StampStyle = 'seconds' | 'underscored' | 'milliseconds' | 'counter' | 'as-used'

/**
 * A file of a new migration; `path` is relative to its unit. Filled in: `{{version}}`, `{{name}}`, `{{task}}`, and
 * `{{separator}}`, which is what the newest migration has between version and name.
 */
export interface TemplateFile {
  readonly path: string
  readonly text: string
}

/** Where else a migration's version or name stands, so that a rename of the file alone would leave it behind. */
export interface Mention {
  /** The migration itself, or the shared files whose path matches. */
  readonly in: 'itself' | RegExp
  /** `version` its digits, `name` its name, `file` the file's name. */
  readonly as: 'version' | 'name' | 'file'
  /** `replace` the text as it stands; else the command that makes the file anew, or null where only a person can. */
  readonly remedy: 'replace' | readonly string[] | null
}

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
  /**
   * What makes an empty or generated migration, in words; `{{name}}` is filled in, and `{{unit}}` with the directory
   * of the newest migration. Null: our template does.
   */
  readonly create: readonly string[] | null
  /** Unit of a project's first migration. */
  readonly directory: string
  readonly stamp: StampStyle
  /** Null exactly where `create` is a command. */
  readonly template: readonly TemplateFile[] | null
  /** The template of a project whose migrations have `down` files, where that is a choice. */
  readonly reversible?: readonly TemplateFile[]
  readonly mentions: readonly Mention[]
}
