/**
 * The lease on a database's migrations: one task at a time may add them. Kept as JSON in the blob that
 * `refs/lanekeeper/leases/<database>` points at; this file only decides, system/lease-store.ts reads and swaps.
 */

export interface LeaseHolder {
  /** Id of the task. */
  readonly task: string
  readonly branch: string
  /** Name of the machine it was taken on. */
  readonly host: string
  /** ISO 8601, UTC. */
  readonly acquiredAt: string
  /** Last time the holder said that it still needs it; commits on its branch count as well. */
  readonly renewedAt: string
}

export interface Lease {
  /** Null when it is free; the blob stays, since the fence must never go back. */
  readonly holder: LeaseHolder | null
  /** Grows by one each time the lease gets another holder. */
  readonly fence: number
  /** Hours without a sign of life after which the next in the queue may take it. */
  readonly hours: number
  /** Tasks that wait, the first in line first. */
  readonly queue: readonly { readonly task: string; readonly since: string }[]
}
