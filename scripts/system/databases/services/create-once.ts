/**
 * Making something at a service exactly once, although a call may be answered by nothing while it was done: look for it
 * by name before every try, and never ask a second time while the first may still be under way (databases.md, C3–C6).
 */
import {
  foreign,
  isLimit,
  refusedBy,
  rejected,
  stillBusy,
  unknownOutcome,
} from '../../../policy/databases/cloud-errors.ts'
import { isBusy, retryDelayMs } from '../../../policy/databases/http-retry.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import { type Answer, isOk, type Reply } from './http.ts'
import type { Pace } from './pace.ts'

export interface Creation<T> {
  /** As messages call the service. */
  readonly service: string
  readonly name: string
  /** What a token must be allowed, where a service answers 404 for a permission that is missing. */
  readonly permission?: string
  /** What stands under the name and is ours; null where nothing does. Throws where it is another's. */
  find(): Promise<T | null>
  /** Asks for it once. */
  post(): Promise<Reply>
  read(body: unknown): T
  /** The plan's limit is reached (C4). */
  limit(said: string): Promise<LanekeeperError>
}

/** Finds it or makes it. Throws `database`. */
export async function createOnce<T>(creation: Creation<T>, pace: Pace): Promise<T> {
  for (let tries = 1; ; tries++) {
    const found = await creation.find()
    if (found !== null) return found
    const reply = await creation.post()
    if (reply.kind === 'unknown') return await afterNoAnswer(creation)
    if (isOk(reply)) return creation.read(reply.body)
    const delay = retryDelayMs(reply.status, tries, reply.retryAfter, pace.now())
    if (delay === null) return await afterRefusal(creation, reply, tries)
    await pace.wait(delay)
  }
}

/** It may be there now, or only in a moment. */
async function afterNoAnswer<T>(creation: Creation<T>): Promise<T> {
  const made = await creation.find().catch((error: unknown) => {
    if (error instanceof LanekeeperError) throw unknownOutcome(creation.service)
    throw error
  })
  if (made === null) throw unknownOutcome(creation.service)
  return made
}

/** What failed with a 5xx, or exists already, may have been done by us all the same. */
async function afterRefusal<T>(creation: Creation<T>, answer: Answer, tries: number): Promise<T> {
  const { service, name, permission } = creation
  const { status } = answer
  if (isLimit(answer)) throw await creation.limit(answer.said)
  if (isBusy(status) || isTaken(answer)) {
    const made = await creation.find()
    if (made !== null) return made
    throw isBusy(status) ? stillBusy(service, status, tries) : foreign(name)
  }
  if (status === 401 || status === 403) throw rejected(service, status)
  if (status === 404 && permission !== undefined) throw rejected(service, status, permission)
  throw refusedBy(service, `make ${name}`, answer)
}

function isTaken({ status, said }: Answer): boolean {
  return status === 409 || (status < 500 && /already exists|already been taken|already taken/i.test(said))
}
