/** What a service that keeps databases can do for us; cloud.ts makes a provider out of it. */
import type { Mark } from '../../../policy/databases/cloud-marks.ts'
import type { DatabaseRecord } from '../../ledger.ts'
import type { Access, FoundVariable } from '../provider.ts'
import type { Reply } from './http.ts'
import type { Pace } from './pace.ts'

/** A database, or a branch of one, as its service lists it. */
export interface Standing {
  readonly id: string
  readonly name: string
  readonly isReady: boolean
  /** Others depend on it: never destroyed, whatever the ledger says. */
  readonly isProtected: boolean
  /** undefined where there is none, null where it is not one of ours. */
  readonly mark?: Mark | null | undefined
  /** When the service deletes it by itself (RFC 3339). */
  readonly expires?: string | undefined
}

/** What is to be made. */
export interface Wanted {
  readonly name: string
  readonly mode: 'fork' | 'empty'
  /** Name or id of what to fork; undefined for the service's own default. */
  readonly parent: string | undefined
  readonly mark: Mark
  /** No program connects to it. */
  readonly isSnapshot: boolean
}

/** How programs reach it: values of the role's variables, and a URL without the password. */
export interface Connection {
  readonly values: Readonly<Record<string, string>>
  readonly url: string
}

export interface CloudDoor {
  /** The permission that making one needs, where a 404 may mean that it is missing. */
  readonly permission?: string
  list(): Promise<readonly Standing[]>
  /** One of them now, in one try; `unknown` where the service does not answer. */
  look(one: Pick<Standing, 'id' | 'name'>): Promise<Standing | null | 'unknown'>
  /** Asks for it once; create-once.ts decides about another try. */
  create(wanted: Wanted): Promise<Reply>
  read(body: unknown): Standing
  /** Makes whatever programs need to connect; what an earlier call made and nobody wrote down goes first. */
  connect(
    one: Standing,
    nonce: string,
    variables: readonly FoundVariable[],
    names: readonly string[],
  ): Promise<Connection>
  /** Takes it away; false where it is gone already. */
  remove(one: Standing): Promise<boolean>
  /** Pushes its expiry date forward where there is one; gives the new date. */
  renew?(one: Standing): Promise<string | undefined>
}

/** What finds a database again when the settings are gone. */
export type Place = Readonly<Record<string, string>>

export interface Kind {
  /** The provider's id, the first word of its resources. */
  readonly id: string
  /** As messages call the service. */
  readonly service: string
  /**
   * What the ledger needs to find it again when the settings are gone: names and ids, no secret.
   * @throws `database` where the settings leave something open
   */
  place(access: Access): Place
  /** The place in a resource's name. */
  path(place: Place): string
  /** What is forked where the settings name nothing; undefined for the service's own default. */
  parent(access: Access, place: Place): string | undefined
  /** Services that keep marks: what carries one of this clone can be listed. */
  readonly hasMarks: boolean
  /** Where all databases of an account lie in one list, a name tells its source. */
  readonly isFlat: boolean
  /** Opens it, asking nothing. Throws C1. */
  open(access: Access, place: Place, pace: Pace): CloudDoor
  /** The schema of a worktree's database, or of the main worktree's where `record` is null. Throws `database`. */
  schema(record: DatabaseRecord | null, access: Access, pace: Pace): Promise<string>
  /** What a person should know about a new one, or nothing. */
  note?(access: Access): string | undefined
}
