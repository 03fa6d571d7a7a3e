/**
 * The door to web services: JSON over the global `fetch`, a deadline for every call, retries only where a second call
 * cannot do more than the first (databases.md, errors C5 and C6). A secret goes into a header and nowhere else.
 */
import {
  AGAIN,
  isLimit,
  noAnswer,
  type Refusal,
  rejected,
  stillBusy,
  wordsOf,
} from '../../../policy/databases/cloud-errors.ts'
import { isBusy, retryDelayMs } from '../../../policy/databases/http-retry.ts'
import { LanekeeperError } from '../../../policy/errors.ts'
import type { Pace } from './pace.ts'

export interface Service {
  /** As messages call it. */
  readonly name: string
  /** Without a slash at the end. */
  readonly url: string
  readonly authorization: string
  /** What no message may hold. */
  readonly secrets: readonly string[]
  readonly pace: Pace
}

export interface Answer extends Refusal {
  readonly kind: 'answer'
  readonly body: unknown
  readonly retryAfter: string | null
}

/** No answer came, and what was asked for may have been done all the same. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly reason: string
}

export type Reply = Answer | Unknown

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/**
 * One call, one try. Never throws for an answer, nor for its absence.
 * @param path below the service's URL, with its query
 */
export async function call(service: Service, method: Method, path: string, body?: object): Promise<Reply> {
  const headers = { authorization: service.authorization, accept: 'application/json' }
  try {
    const response = await fetch(guarded(service) + path, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(service.pace.callMs),
    })
    const parsed = parse(await response.text())
    const said = wordsOf(parsed, service.secrets)
    return {
      kind: 'answer',
      status: response.status,
      said,
      body: parsed,
      retryAfter: response.headers.get('retry-after'),
    }
  } catch (error) {
    if (error instanceof LanekeeperError) throw error
    return { kind: 'unknown', reason: reasonOf(error) }
  }
}

/**
 * A call that may be made again: a question, a change to a given value, a deletion. Gives what was answered in the end,
 * a refusal too unless it is one of the credentials.
 * @throws `database`: C2, C5, or no answer at all
 */
export function ask(service: Service, method: Exclude<Method, 'POST'>, path: string, body?: object): Promise<Answer> {
  return repeat(service, method, path, body)
}

/** The same for a question that has to be posted. */
export function askByPost(service: Service, path: string, body: object): Promise<Answer> {
  return repeat(service, 'POST', path, body)
}

async function repeat(service: Service, method: Method, path: string, body?: object): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const reply = await call(service, method, path, body)
    const status = reply.kind === 'unknown' ? 503 : reply.status
    const retryAfter = reply.kind === 'unknown' ? null : reply.retryAfter
    const delay = retryDelayMs(status, tries, retryAfter, service.pace.now())
    if (delay !== null) await service.pace.wait(delay)
    else if (reply.kind === 'unknown') throw noAnswer(service.name, reply.reason)
    else if (isBusy(status)) throw stillBusy(service.name, status, tries)
    else if ((status === 401 || status === 403) && !isLimit(reply)) throw rejected(service.name, status)
    else return reply
  }
}

/** Whether it was done. */
export function isOk({ status }: Refusal): boolean {
  return status >= 200 && status < 300
}

/** Whether a service answered the question, and not that it is busy. */
export function isTold(reply: Reply): reply is Answer {
  return reply.kind === 'answer' && !isBusy(reply.status)
}

/** A credential travels encrypted, or stays on this machine. */
function guarded({ name, url }: Service): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isHere = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
  if (parsed?.protocol === 'https:' || (isHere && parsed?.protocol === 'http:')) return url.replace(/\/+$/, '')
  throw new LanekeeperError('database', `The apiUrl for ${name} is no https: URL: ${url}`, {
    hint: `Correct it in lanekeeper.json, then: ${AGAIN}`,
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** fetch says "fetch failed"; what failed is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}
