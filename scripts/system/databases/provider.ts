/** What every kind of database can do for a worktree. A new kind is one more row of the table in databases.ts. */
import type { DatabaseSettings } from '../../policy/settings.ts'
import type { DatabaseRecord } from '../ledger.ts'
import type { PathStates } from '../path-states.ts'
import type { Repository } from '../repository.ts'

/** A variable of the role as the main worktree's env files have it. */
export interface FoundVariable {
  readonly name: string
  readonly value: string
  /** The env file, relative to the main worktree. */
  readonly file: string
}

export interface DatabaseRequest {
  readonly role: string
  readonly settings: DatabaseSettings
  readonly found: readonly FoundVariable[]
  /** Opened in the worktree that gets the database. */
  readonly repository: Repository
  /** The worktree's name inside resource names. */
  readonly slug: string
  readonly nonce: string
  /** What git makes of paths in the worktree; asked together with the set-up's other paths. */
  readonly states: PathStates
}

export type Plan =
  /** Something is to be made; `bytes` is about how much. */
  | { readonly kind: 'make'; readonly record: DatabaseRecord; readonly bytes: number }
  /** Nothing is to be made, and that is fine; `record` where the worktree's variables name something all the same. */
  | { readonly kind: 'answer'; readonly record: DatabaseRecord | null; readonly note: string }

export type Destruction =
  | { readonly result: 'destroyed' | 'already-gone' }
  | { readonly result: 'refused'; readonly why: string }

export interface DestroyOptions {
  /** Root of the worktree the database belonged to. What lies in there is the worktree's own, whoever made it last. */
  readonly worktree?: string
}

export interface DatabaseProvider {
  readonly id: DatabaseSettings['provider']
  /** Looks and decides; changes nothing. Throws `database` where a person has to decide. */
  plan(request: DatabaseRequest): Promise<Plan>
  /**
   * Makes what was planned; whatever a crash left under the record's nonce is started over.
   * @param save writes the ledger; called before every effect, with the proof of ownership as soon as there is one
   * @throws `database`; nothing half-made is left then
   */
  make(record: DatabaseRecord, repository: Repository, save: (record: DatabaseRecord) => void): Promise<DatabaseRecord>
  /** What stands at the resource now: what we made, something that came in its place, or nothing. */
  inspect(record: DatabaseRecord): Promise<'ours' | 'replaced' | 'missing'>
  /** Takes it away where it is proved ours. Once is enough: a second call finds it gone. */
  destroy(record: DatabaseRecord, options: DestroyOptions): Promise<Destruction>
}
