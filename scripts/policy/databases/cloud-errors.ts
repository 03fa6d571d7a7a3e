/** What can go wrong at a database service, in the words of databases.md section 7 (C1–C7, E3, E4). */
import { LanekeeperError } from '../errors.ts'

export const AGAIN = 'npx lanekeeper setup'
const SWEEP = 'npx lanekeeper gc'
/** Of a service's own words, in a message of ours. */
const MAX_WORDS = 200

/** An HTTP answer, as far as a message needs it. */
export interface Refusal {
  readonly status: number
  /** The service's own words, without secrets. */
  readonly said: string
}

/** C1: variables that hold a credential are not set. */
export function noCredential(names: readonly string[], what: string, file: string): LanekeeperError {
  const [are, it] = names.length > 1 ? ['are', 'them'] : ['is', 'it']
  return new LanekeeperError('database', `${names.join(' and ')} ${are} not set.`, {
    hint: `Create ${what} and put ${it} in ${file} (never commit it). Then: ${AGAIN}`,
  })
}

/**
 * C2: the service did not accept who we are.
 * @param permission what the token must have; where a service answers "not found" for a permission that is missing
 */
export function rejected(service: string, status: number, permission?: string): LanekeeperError {
  const or = permission === undefined ? '' : ` or the token lacks ${permission}`
  return new LanekeeperError('database', `${service} rejected the credentials (HTTP ${status})${or}.`, {
    hint: `Check the names in lanekeeper.json and the token's rights, then: ${AGAIN}`,
  })
}

/** C4: the plan's limit; `ours` are the branches of this clone, with what is known of their worktrees. */
export function limitReached(service: string, said: string, ours: readonly string[]): LanekeeperError {
  const list = ours.length === 0 ? 'none' : ours.join(', ')
  return new LanekeeperError('database', `${service}: branch limit reached (${said}). Yours and orphaned: ${list}.`, {
    hint: `Free some: ${SWEEP}`,
  })
}

/** C5: still busy after every try. */
export function stillBusy(service: string, status: number, tries: number): LanekeeperError {
  return new LanekeeperError('database', `${service} is busy (HTTP ${status}) after ${tries} tries.`, {
    hint: `Retry: ${AGAIN}`,
  })
}

/** C6: asked to make something, and no answer came. */
export function unknownOutcome(service: string): LanekeeperError {
  return new LanekeeperError('database', `No answer from ${service}; the branch may exist.`, {
    hint: `Checking by name next time; run: ${AGAIN}`,
  })
}

/** No answer to a question, which changes nothing. */
export function noAnswer(service: string, reason: string): LanekeeperError {
  return new LanekeeperError('database', `No answer from ${service} (${reason}).`, { hint: `Retry: ${AGAIN}` })
}

/** C7: it was there, and is not any more. */
export function gone(service: string, expires: string | undefined): LanekeeperError {
  return new LanekeeperError('database', goneMessage(service, expires), { hint: `Make a new fork: ${AGAIN}` })
}

/** The first sentence of C7. */
export function goneMessage(service: string, expires: string | undefined): string {
  const when = expires === undefined ? '' : ` (expired ${expires.slice(0, 10)}?)`
  return `The ${service} branch of this worktree is gone${when}.`
}

/** E3: something of the planned name is there and carries another's mark, or none where there should be one. */
export function foreign(name: string): LanekeeperError {
  return new LanekeeperError(
    'database',
    `"${name}" exists but carries no mark of this repository; refusing to use or drop it.`,
    { hint: `Rename or delete it yourself if it is of no use, then: ${AGAIN}` },
  )
}

/** E4: why something is not destroyed. */
export function refusingToDrop(name: string, why: string): string {
  return `Refusing to drop "${name}": ${why}.`
}

/** Any other refusal, in the service's own words. */
export function refusedBy(service: string, what: string, { status, said }: Refusal): LanekeeperError {
  return new LanekeeperError('database', `${service} refused to ${what} (HTTP ${status}${said ? `: ${said}` : ''}).`, {
    hint: `Once mended: ${AGAIN}`,
  })
}

/** Whether a refusal is about how many there may be; codes for it are not documented (databases.md section 4.1). */
export function isLimit({ status, said }: Refusal): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429 && /limit|quota/i.test(said)
}

/** What a body says about a failure, on one line, with the secrets struck out. */
export function wordsOf(body: unknown, secrets: readonly string[] = []): string {
  const said = typeof body === 'string' ? body : (messageIn(body) ?? '')
  const clean = secrets.filter((secret) => secret !== '').reduce((text, secret) => text.replaceAll(secret, '***'), said)
  return clean.replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS)
}

function messageIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null
  for (const key of ['message', 'error', 'code']) {
    const value = (body as Record<string, unknown>)[key]
    if (typeof value === 'string') return value
    if (typeof value === 'object') return messageIn(value)
  }
  return null
}
