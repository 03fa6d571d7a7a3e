/** Neon's HTTP API, as `@neon/sdk` 6.0.0 types it. Branches are deleted by id, never by name. */

import { expiryAfter, isDueForRenewal } from '../../../../policy/branch-expiry.ts'
import { AGAIN, refusedBy } from '../../../../policy/databases/cloud-errors.ts'
import { readMark } from '../../../../policy/databases/cloud-marks.ts'
import { neonSettings } from '../../../../policy/databases/database-settings.ts'
import { LanekeeperError } from '../../../../policy/errors.ts'
import type { Access } from '../../provider.ts'
import type { CloudDoor, Place, Standing, Wanted } from '../cloud-door.ts'
import { type Answer, ask, call, isOk, isTold, type Reply, type Service } from '../http.ts'
import type { Pace } from '../pace.ts'
import { connectTo } from './connect.ts'

/** A branch as the API writes it, as far as we read it. */
export interface Branch {
  readonly id: string
  readonly name: string
  readonly current_state?: string
  readonly default?: boolean
  readonly protected?: boolean
  readonly expires_at?: string
}

interface BranchPage {
  readonly branches: readonly Branch[]
  readonly annotations?: Readonly<Record<string, { readonly value?: unknown }>>
  readonly pagination?: { readonly next?: string }
}

const PAGE = 100

/** Opens it with a key. */
export function openApi(access: Access, { project = '', apiUrl = '' }: Place, key: string, pace: Pace): CloudDoor {
  const service: Service = { name: 'Neon', url: apiUrl, authorization: `Bearer ${key}`, secrets: [key], pace }
  const { ttlDays } = neonSettings(access.settings)
  const at = `/projects/${encodeURIComponent(project)}`
  const list = () => listBranches(service, at)
  const uri = (query: Record<string, string>) => question(service, `${at}/connection_uri?${new URLSearchParams(query)}`)
  return {
    list,
    look: async ({ id }) => lookAt(await call(service, 'GET', `${at}/branches/${id}`)),
    create: (wanted) => create(service, at, wanted, ttlDays, list),
    read: (body) => standingOf((body as { branch: Branch }).branch, undefined),
    connect: (one, nonce, found, names) =>
      connectTo(access, found, names, {
        uri: async (database, role, pooled) => {
          const query = { branch_id: one.id, database_name: database, role_name: role, pooled: String(pooled) }
          return ((await uri(query)) as { uri: string }).uri
        },
        databases: async () => ((await question(service, `${at}/branches/${one.id}/databases`)) as Databases).databases,
        makeEmpty: (owner) => makeDatabase(service, `${at}/branches/${one.id}/databases`, `wt_${nonce}`, owner),
      }),
    remove: async ({ id, name }) => {
      const answer = await ask(service, 'DELETE', `${at}/branches/${id}`)
      if (isOk(answer)) return true
      if (answer.status === 404) return false
      throw refusedBy('Neon', `delete ${name}`, answer)
    },
    renew: async ({ id, expires }) => {
      if (ttlDays <= 0 || !isDueForRenewal(expires, ttlDays, pace.now())) return expires
      const expires_at = expiryAfter(ttlDays, pace.now())
      const reply = await call(service, 'PATCH', `${at}/branches/${id}`, { branch: { expires_at } })
      return reply.kind === 'answer' && isOk(reply) ? expires_at : expires
    },
  }
}

interface Databases {
  readonly databases: readonly { readonly name: string; readonly owner_name: string }[]
}

async function listBranches(service: Service, at: string): Promise<Standing[]> {
  const all: Standing[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === undefined ? {} : { cursor }) })
    const page = (await question(service, `${at}/branches?${query}`)) as BranchPage
    all.push(...page.branches.map((branch) => standingOf(branch, page.annotations?.[branch.id])))
    // an empty page ends it, whatever cursor it names
    cursor = page.branches.length === 0 ? undefined : page.pagination?.next
  } while (cursor !== undefined && cursor !== '')
  return all
}

/** A branch in our words. */
export function standingOf(branch: Branch, annotation: { readonly value?: unknown } | undefined): Standing {
  return {
    id: branch.id,
    name: branch.name,
    isReady: branch.current_state === 'ready',
    isProtected: branch.default === true || branch.protected === true,
    mark: annotation === undefined ? undefined : readMark(annotation.value),
    expires: branch.expires_at,
  }
}

function lookAt(reply: Reply): Standing | null | 'unknown' {
  if (!isTold(reply)) return 'unknown'
  if (reply.status === 404) return null
  if (!isOk(reply)) throw refusedBy('Neon', 'show the branch', reply)
  const { branch, annotation } = reply.body as { branch: Branch; annotation?: { value?: unknown } }
  return standingOf(branch, annotation)
}

/** An account without expiring branches gets one that stays. */
async function create(
  service: Service,
  at: string,
  wanted: Wanted,
  ttlDays: number,
  list: () => Promise<Standing[]>,
): Promise<Reply> {
  const parent = wanted.parent === undefined ? {} : { parent_id: await idOf(wanted.parent, list) }
  const branch = { name: wanted.name, ...parent }
  const rest = {
    // without one there is nothing to connect to
    ...(wanted.isSnapshot ? {} : { endpoints: [{ type: 'read_write' }] }),
    annotation_value: wanted.mark,
  }
  const expires = ttlDays > 0 ? { expires_at: expiryAfter(ttlDays, service.pace.now()) } : {}
  const reply = await call(service, 'POST', `${at}/branches`, { branch: { ...branch, ...expires }, ...rest })
  if (!isAboutExpiry(reply) || ttlDays <= 0) return reply
  return call(service, 'POST', `${at}/branches`, { branch, ...rest })
}

function isAboutExpiry(reply: Reply): reply is Answer {
  return reply.kind === 'answer' && reply.status >= 400 && reply.status < 500 && /expir/i.test(reply.said)
}

async function idOf(parent: string, list: () => Promise<Standing[]>): Promise<string> {
  const found = (await list()).find(({ id, name }) => id === parent || name === parent)
  if (found) return found.id
  throw new LanekeeperError('database', `Neon has no branch "${parent}" in this project.`, {
    hint: `Correct neon.parent in lanekeeper.json, then: ${AGAIN}`,
  })
}

async function makeDatabase(service: Service, path: string, name: string, owner: string): Promise<string> {
  const { databases } = (await question(service, path)) as Databases
  if (databases.some((database) => database.name === name)) return name
  const reply = await call(service, 'POST', path, { database: { name, owner_name: owner } })
  if (reply.kind === 'answer' && isOk(reply)) return name
  // the name is ours by its nonce, so whoever made it, it was us
  const { databases: now } = (await question(service, path)) as Databases
  if (now.some((database) => database.name === name)) return name
  const refusal = reply.kind === 'answer' ? reply : { status: 0, said: reply.reason }
  throw refusedBy('Neon', `make database ${name}`, refusal)
}

async function question(service: Service, path: string): Promise<unknown> {
  const answer = await ask(service, 'GET', path)
  if (isOk(answer)) return answer.body
  throw refusedBy('Neon', `answer ${path.replace(/\?.*/, '')}`, answer)
}
