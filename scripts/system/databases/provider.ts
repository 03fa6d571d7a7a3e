/** What every kind of database can do for a worktree. A new kind is one more row of the table in providers.ts. */
import type { DatabaseSettings } from '../../policy/databases/database-settings.ts'
import type { DatabaseRecord, WorktreeRecord } from '../ledger.ts'
import type { PathStates } from '../path-states.ts'
import type { Repository } from '../repository.ts'

/** A variable of the role as the main worktree's env files have it. */
export interface FoundVariable {
  readonly name: string
  readonly value: string
  /** The env file, relative to the main worktree. */
  readonly file: string
}

/** Who a database is made for: random ids of the clone and of the worktree (databases.md section 2.4). */
export type Owner = Pick<WorktreeRecord, 'id' | 'clone'>

/** What a provider needs to reach what holds its databases. */
export interface Access {
  readonly role: string
  /** Of the role as they are now; where the role is gone from them, the defaults with the record's variables. */
  readonly settings: DatabaseSettings
  readonly found: readonly FoundVariable[]
  /** All variables of the main worktree's env files, the process's own over them: where credentials are. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Opened in the worktree that has the database, or in any other once that one is gone. */
  readonly repository: Repository
  readonly owner: Owner
}

export interface DatabaseRequest extends Access {
  /** The worktree's name inside resource names. */
  readonly slug: string
  readonly nonce: string
  /** What git makes of paths in the worktree; asked together with the set-up's other paths. */
  readonly states: PathStates
  /** Fork this one, of the same provider, and not the main worktree's: a snapshot, or the other way round. */
  readonly from?: DatabaseRecord
  /** The database is kept aside and no variable names it. */
  readonly isSnapshot?: boolean
  /** A command asked for a copy: where there can be none, that is an error, and an empty database is no answer. */
  readonly isWhole?: boolean
  /** What the ledger knew of the role's database before it was planned anew. */
  readonly known?: DatabaseRecord
}

export type Plan =
  /** Something is to be made; `bytes` is about how much. */
  | {
      readonly kind: 'make'
      readonly record: DatabaseRecord
      readonly bytes: number
      /** What a person should know although nothing is wrong. */
      readonly note?: string
    }
  /** Nothing is to be made, and that is fine; `record` where the worktree's variables name something all the same. */
  | { readonly kind: 'answer'; readonly record: DatabaseRecord | null; readonly note: string }

/** Where a provider writes down what it is about to do, and what it did. */
export interface Keeper {
  /** Into the ledger; before every effect, and with the proof of ownership as soon as there is one. */
  save(record: DatabaseRecord): void
  /** Values of variables that hold a password; before the database is called ready. */
  keepValues(values: Readonly<Record<string, string>>): void
}

/** What stands at a resource: `replaced` is the worktree's own all the same, `foreign` somebody else's. */
export type Inspection = 'ours' | 'replaced' | 'foreign' | 'missing'

export type Destruction =
  | { readonly result: 'destroyed' | 'already-gone' }
  | { readonly result: 'refused'; readonly why: string }

export interface DestroyOptions {
  /** Root of the worktree the database belonged to. What lies in there is the worktree's own, whoever made it last. */
  readonly worktree?: string
}

/** A database that carries our mark. */
export interface Owned {
  readonly owner: Owner
  /** It is kept to make forks of, and belongs to no worktree. */
  readonly isTemplate?: boolean
  readonly record: DatabaseRecord
}

export interface DatabaseProvider {
  /** Looks and decides; changes nothing. Throws `database` where a person has to decide. */
  plan(request: DatabaseRequest): Promise<Plan>
  /**
   * Makes what was planned; whatever a crash left under the record's nonce is started over or adopted.
   * @throws `database`; nothing half-made is left then
   */
  make(planned: DatabaseRecord, request: DatabaseRequest, keeper: Keeper): Promise<DatabaseRecord>
  /** What stands at the resource now: what we made, something that came in its place, or nothing. */
  inspect(record: DatabaseRecord, access: Access): Promise<Inspection>
  /**
   * At every set-up of a database that stands: gives back a mark that a tool took and values that
   * changed at the source, pushes forward the date at which a service would take it away.
   */
  uphold?(record: DatabaseRecord, access: Access, keeper: Keeper): Promise<DatabaseRecord>
  /** Takes it away where it is proved ours. Once is enough: a second call finds it gone. */
  destroy(record: DatabaseRecord, access: Access, options: DestroyOptions): Promise<Destruction>
  /** Databases that carry this clone's mark, by the mark and never by their names; left out where there are no marks. */
  listOwned?(access: Access): Promise<Owned[]>
  /** Keeps a copy of the source that nobody connects to, in place of the one before; gives its name. Repeatable. */
  keepTemplate?(access: Access): Promise<string>
  /** Takes away what `keepTemplate` made for the role, and no other; gives the names. Repeatable. */
  dropTemplate?(access: Access): Promise<string[]>
  /**
   * Gives a database that stands the content of `from`, which nobody writes to, or none where it is null, while programs
   * are connected to it; all or nothing. For kinds whose database must keep its name: others make a new one and drop the
   * old.
   */
  refill?(record: DatabaseRecord, from: DatabaseRecord | null, request: DatabaseRequest): Promise<void>
  /** Every value in the tables of migration runners: whether a version, a name or a file has run. */
  writtenByRunners?(record: DatabaseRecord, access: Access): Promise<ReadonlySet<string>>
  /** The schema as SQL text in a fixed order, without data; of the source where `record` is null. */
  schema?(record: DatabaseRecord | null, access: Access): Promise<string>
}
