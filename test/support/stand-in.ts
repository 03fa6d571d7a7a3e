/** A web service on loopback that answers as its documentation says, and goes wrong on demand. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `hang`: no answer, nothing done; `cut`: the line is cut, nothing done; `…-after`: done, and then. */
export type Fault = Answer | 'hang' | 'hang-after' | 'cut' | 'cut-after'

export interface Call {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly body: Record<string, unknown>
  readonly authorization: string | undefined
}

/** Method, path as a pattern whose groups are handed on, and what is done and answered. */
export type Route = readonly [string, RegExp, (groups: readonly string[], call: Call, query: URLSearchParams) => Answer]

export interface StandIn {
  readonly url: string
  readonly calls: Call[]
  /** Goes wrong the next `times` times that a call begins so, e.g. `POST /projects`; all of them by default. */
  fail(call: string | RegExp, fault: Fault, times?: number): void
  /** Goes wrong at the n-th call of all. */
  failAt(n: number, fault: Fault): void
  /** Resolves when the n-th call from now is there. */
  arrived(n?: number): Promise<void>
  /** `POST /x` of every call so far. */
  lines(): string[]
}

interface Failing {
  readonly call: string | RegExp
  readonly fault: Fault
  times: number
}

/**
 * Starts it on a port of its own; it ends with the test.
 * @param authorization the header it wants
 */
export async function standIn(routes: readonly Route[], authorization: string): Promise<StandIn> {
  const calls: Call[] = []
  const failing: Failing[] = []
  const planned = new Map<number, Fault>()
  const waiting: { left: number; done: () => void }[] = []
  const server = createServer(async (request, response) => {
    const call = await callOf(request)
    calls.push(call)
    const fault = planned.get(calls.length) ?? faultFor(failing, call)
    if (fault === 'cut') request.socket.destroy()
    else if (fault === undefined || typeof fault === 'string') {
      const answer = fault === 'hang' ? null : answerTo(routes, call, authorization)
      if (fault === 'cut-after') request.socket.destroy()
      else if (fault === undefined && answer) send(response, answer)
    } else send(response, fault)
    for (const one of waiting) if (--one.left === 0) one.done()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fail: (call, fault, times = Number.POSITIVE_INFINITY) => void failing.push({ call, fault, times }),
    failAt: (n, fault) => void planned.set(n, fault),
    arrived: (n = 1) => new Promise((done) => void waiting.push({ left: n, done })),
    lines: () => calls.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`),
  }
}

function faultFor(failing: readonly Failing[], { method, path }: Call): Fault | undefined {
  const line = `${method} ${path}`
  const found = failing.find(
    ({ call, times }) => times > 0 && (typeof call === 'string' ? line.startsWith(call) : call.test(line)),
  )
  if (found) found.times--
  return found?.fault
}

function answerTo(routes: readonly Route[], call: Call, authorization: string): Answer {
  if (call.authorization !== authorization)
    return { status: 401, body: { code: 'unauthorized', message: 'who are you' } }
  const url = new URL(call.path, 'http://here')
  for (const [method, pattern, handle] of routes) {
    const match = method === call.method ? pattern.exec(url.pathname) : null
    if (match) return handle(match.slice(1).map(decodeURIComponent), call, url.searchParams)
  }
  return { status: 404, body: { code: 'not_found', message: `no route ${call.method} ${url.pathname}` } }
}

async function callOf(request: IncomingMessage): Promise<Call> {
  let text = ''
  for await (const chunk of request) text += chunk
  const { method = '', url: path = '', headers } = request
  return { method, path, body: text === '' ? {} : JSON.parse(text), authorization: headers.authorization }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
}
