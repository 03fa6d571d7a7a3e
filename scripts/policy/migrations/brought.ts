/** What one task would bring to the migrations of one database, beside what the base has: the rules' common view. */
import type { Change } from '../changes.ts'
import { matcherOf } from '../patterns.ts'
import type { Task } from '../task.ts'
import type { Lease } from './lease.ts'
import { type MigrationFile, type MigrationSet, migrationFileOf } from './migration-set.ts'

/** What the rules need to know of the base and of the others, asked of git by system/migration-facts.ts. */
export interface MigrationFacts {
  /** Path → blob of every file at the base that is migration-class in some set. */
  readonly atBase: ReadonlyMap<string, string>
  /** Blob → text, of what is brought and of what the base has beside it (journals, graphs, snapshots). */
  readonly texts: ReadonlyMap<string, string>
  /** Database → its lease; none is a free one. */
  readonly leases: ReadonlyMap<string, Lease>
  /** Branch → committer time of its newest commit, ISO 8601: a holder's sign of life. */
  readonly committedAt: ReadonlyMap<string, string>
  /** A holder that is none of them holds nothing. */
  readonly openTasks: readonly Task[]
  /** Migration files that the branches of other open tasks add. */
  readonly elsewhere: readonly { readonly task: string; readonly path: string }[]
  readonly now: Date
}

export interface Brought {
  readonly set: MigrationSet
  readonly task: Task
  readonly base: string
  /** Changes below the set's `paths` that the base's tip does not have already. */
  readonly changes: readonly Change[]
  /** Changes of the sources that migrations are made from. */
  readonly schema: readonly Change[]
  /** Migrations that are new to the base. */
  readonly added: readonly MigrationFile[]
  /** Migrations at the base. */
  readonly known: readonly MigrationFile[]
  readonly facts: MigrationFacts
  /** Text of a file as it would be after landing; null where there is none. */
  readonly text: (path: string) => string | null
  /** Text of a file as the base has it; null where there is none. */
  readonly baseText: (path: string) => string | null
}

/** What a rule finds wrong. */
export interface Finding {
  readonly path: string
  readonly message: string
  /** Where in the file, counted from 1; none where it is not about one place. */
  readonly line?: number
  /** Commands or acts that go on from here, in the order to try them. */
  readonly ways: readonly string[]
}

/** Sorts a task's changes into what it brings to one set; null when it brings nothing to it. */
export function broughtTo(
  set: MigrationSet,
  task: Task,
  base: string,
  changes: readonly Change[],
  facts: MigrationFacts,
): Brought | null {
  const isOurs = matcherOf(set.paths)
  const isSchema = matcherOf(set.schema ?? [])
  const mine = changes.filter(({ path, oid }) => isOurs(path) !== null && facts.atBase.get(path) !== oid)
  const schema = changes.filter(({ path }) => isOurs(path) === null && isSchema(path) !== null)
  if (mine.length === 0 && schema.length === 0) return null
  const after = new Map(mine.map(({ path, status, oid }) => [path, status === 'D' ? null : oid]))
  const textOf = (oid: string | null | undefined) => (oid ? (facts.texts.get(oid) ?? null) : null)
  const fileOf = (path: string) => migrationFileOf(set, path)
  const added = mine.filter(({ path, status }) => status !== 'D' && !facts.atBase.has(path))
  return {
    set,
    task,
    base,
    changes: mine,
    schema,
    added: added.map(({ path }) => fileOf(path)).filter((file) => file !== null),
    known: [...facts.atBase.keys()]
      .filter((path) => isOurs(path) !== null)
      .map(fileOf)
      .filter((file) => file !== null),
    facts,
    text: (path) => textOf(after.has(path) ? after.get(path) : facts.atBase.get(path)),
    baseText: (path) => textOf(facts.atBase.get(path)),
  }
}

/** The migration files that would be there after landing: the base's and the added, without the deleted. */
export function filesAfter({ known, added, changes }: Brought): MigrationFile[] {
  const deleted = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  return [...known.filter(({ path }) => !deleted.has(path)), ...added]
}

/** Files below the set's `paths` after landing, migrations or not. */
export function pathsAfter({ set, facts, changes }: Brought): string[] {
  const isOurs = matcherOf(set.paths)
  const gone = new Set(changes.filter(({ status }) => status === 'D').map(({ path }) => path))
  const brought = changes.filter(({ status }) => status !== 'D').map(({ path }) => path)
  return [...new Set([...facts.atBase.keys(), ...brought])].filter((path) => isOurs(path) !== null && !gone.has(path))
}
