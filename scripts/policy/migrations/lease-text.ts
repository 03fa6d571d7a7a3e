/** A lease as the text of its blob, and back. By hand, not by schema: a hook reads it, and loading the schemas costs more than the gate. */
import { LanekeeperError } from '../errors.ts'
import { commandLine } from '../shell-quote.ts'
import type { Lease, LeaseHolder } from './lease.ts'

export const LEASES = 'refs/lanekeeper/leases/'

/** The text of a lease: `git show refs/lanekeeper/leases/dev` is meant to be read. */
export function formatLease(lease: Lease): string {
  return `${JSON.stringify(lease, null, 2)}\n`
}

/**
 * A lease out of its blob's text.
 * @throws `lease` naming the ref and the command that mends it
 */
export function parseLease(text: string, database: string): Lease {
  const lease = readLease(text)
  if (lease !== null) return lease
  const ref = `${LEASES}${database}`
  throw new LanekeeperError('lease', `The lease on the migrations of "${database}" is broken: ${ref} holds no lease.`, {
    hint: `See it: ${commandLine(['git', 'show', ref])}\nA person mends it (nobody holds it then): ${commandLine(['npx', 'lanekeeper', 'migration', 'release', database, '--force'])}`,
  })
}

/** A lease out of a text, or null for anything else. */
export function readLease(text: string): Lease | null {
  const data = jsonOf(text)
  return isObject(data) &&
    (data.holder === null || isHolder(data.holder)) &&
    isCount(data.fence) &&
    typeof data.hours === 'number' &&
    data.hours > 0 &&
    Array.isArray(data.queue) &&
    data.queue.every((one) => hasTexts(one, ['task', 'since'])) &&
    (data.lost === undefined || hasTexts(data.lost, ['task', 'at']))
    ? (data as unknown as Lease)
    : null
}

/** What is wrong with a database's name as the last part of a ref, or null. A slash would keep `a` and `a/b` from being both. */
export function problemWithDatabase(name: string): string | null {
  if (name === '') return 'is empty'
  if (!/^[A-Za-z0-9_][\w.-]{0,99}$/.test(name))
    return 'may hold only letters, digits, _ . and - (100 at most), and starts with a letter, a digit or _'
  if (name.includes('..') || /\.$|\.lock$/i.test(name))
    return 'holds .., or ends with a dot or .lock, which git refuses'
  return null
}

/**
 * The ref that holds a database's lease.
 * @throws `bad-name`
 */
export function leaseRef(database: string): string {
  const problem = problemWithDatabase(database)
  if (problem === null) return `${LEASES}${database}`
  throw new LanekeeperError('bad-name', `The database name ${JSON.stringify(database)} ${problem}.`, {
    hint: 'It comes from "migrations" in lanekeeper.json ("database"): change it there, on the base.',
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

function isCount(data: unknown): boolean {
  return Number.isSafeInteger(data) && (data as number) >= 0
}

function isHolder(data: unknown): data is LeaseHolder {
  return (
    hasTexts(data, ['task', 'branch', 'host', 'acquiredAt', 'renewedAt']) &&
    [data.acquiredAt, data.renewedAt].every((time) => !Number.isNaN(Date.parse(String(time))))
  )
}

function hasTexts(data: unknown, names: readonly string[]): data is Record<string, unknown> {
  return isObject(data) && names.every((name) => typeof data[name] === 'string')
}
