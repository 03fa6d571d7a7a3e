/**
 * Neon through neonctl, for people who logged in with it and have no key in the project. It is a second or two slower a
 * call, and lists no annotations, so a branch is known by the nonce in its name. CI=1 keeps it from opening a browser.
 */
import { join } from 'node:path'
import { expiryAfter, isDueForRenewal } from '../../../../policy/branch-expiry.ts'
import { noCredential, refusedBy, rejected, wordsOf } from '../../../../policy/databases/cloud-errors.ts'
import { neonSettings } from '../../../../policy/databases/database-settings.ts'
import { neonctlStatus } from '../../../../policy/databases/neonctl-words.ts'
import { findProgram } from '../../../executables.ts'
import { runProgram } from '../../../shell.ts'
import type { Access } from '../../provider.ts'
import type { CloudDoor, Place, Standing, Wanted } from '../cloud-door.ts'
import { isTold, type Reply } from '../http.ts'
import type { Pace } from '../pace.ts'
import { type Branch, standingOf } from './api.ts'
import { connectTo } from './connect.ts'

const KEY = 'NEON_API_KEY'

type Run = (words: readonly string[]) => Promise<Reply>

/** Opens it where it is installed, in the project or on PATH. Throws C1 where it is not. */
export function openCli(access: Access, { project = '', apiUrl = '' }: Place, pace: Pace): CloudDoor {
  const { repository, found } = access
  const local = join(repository.mainWorktree, 'node_modules', '.bin', 'neonctl')
  const program = [local, 'neonctl']
    .map((name) => findProgram(name, repository.env, repository.mainWorktree))
    .find(Boolean)
  const noKey = noCredential([KEY], 'a project-scoped key', found[0]?.file ?? '.env')
  if (!program) throw noKey
  const rest = ['--project-id', project, '--api-host', apiUrl, '--output', 'json', '--no-analytics', '--no-color']
  const run: Run = async (words) => {
    const env = { ...repository.env, CI: '1' }
    const options = { cwd: repository.mainWorktree, env, timeoutMs: pace.callMs }
    const { status, stdout, output } = await runProgram([program, ...words, ...rest], options)
    // nobody logged in, and CI=1 kept it from asking
    if (status !== 0 && /interactive auth/i.test(output)) throw noKey
    return replyOf(status, stdout, output)
  }
  return doorOf(access, run, pace)
}

function doorOf(access: Access, run: Run, pace: Pace): CloudDoor {
  const { ttlDays } = neonSettings(access.settings)
  const list = async () =>
    ((await answer(run, ['branches', 'list'])) as Branch[]).map((one) => standingOf(one, undefined))
  return {
    list,
    look: async ({ id }) => {
      const reply = await run(['branches', 'list'])
      if (!isTold(reply)) return 'unknown'
      if (reply.status !== 200) throw refusal('list the branches', reply)
      return (reply.body as Branch[]).map((one) => standingOf(one, undefined)).find((one) => one.id === id) ?? null
    },
    create: (wanted) => create(run, wanted, ttlDays, pace),
    read: (body) => standingOf((body as { branch: Branch }).branch, undefined),
    connect: (one, nonce, found, names) =>
      connectTo(access, found, names, {
        uri: async (database, role, pooled) => {
          const which = ['--database-name', database, '--role-name', role, ...(pooled ? ['--pooled'] : [])]
          return String(await answer(run, ['connection-string', one.id, ...which])).trim()
        },
        databases: () => databasesOf(run, one),
        makeEmpty: async (owner) => {
          const name = `wt_${nonce}`
          if ((await databasesOf(run, one)).some((database) => database.name === name)) return name
          await answer(run, ['databases', 'create', '--branch', one.id, '--name', name, '--owner-name', owner])
          return name
        },
      }),
    remove: async ({ id, name }) => {
      const reply = await run(['branches', 'delete', id])
      if (reply.kind === 'answer' && reply.status === 200) return true
      if (reply.kind === 'answer' && reply.status === 404) return false
      throw refusal(`delete ${name}`, reply)
    },
    renew: async ({ id, expires }) => {
      if (ttlDays <= 0 || !isDueForRenewal(expires, ttlDays, pace.now())) return expires
      const next = expiryAfter(ttlDays, pace.now())
      const reply = await run(['branches', 'set-expiration', id, '--expires-at', next])
      return reply.kind === 'answer' && reply.status === 200 ? next : expires
    },
  }
}

/** What an account or an older neonctl does not know is left out: the date first, then the annotation, a hidden option. */
async function create(run: Run, wanted: Wanted, ttlDays: number, pace: Pace): Promise<Reply> {
  const parent = wanted.parent === undefined ? [] : ['--parent', wanted.parent]
  const compute = wanted.isSnapshot ? ['--no-compute'] : []
  const expiry = ttlDays > 0 ? ['--expires-at', expiryAfter(ttlDays, pace.now())] : []
  const annotation = ['--annotation', JSON.stringify(wanted.mark)]
  const base = ['branches', 'create', '--name', wanted.name, ...parent, ...compute]
  const first = await run([...base, ...expiry, ...annotation])
  if (first.kind === 'unknown' || first.status === 200) return first
  if (/annotation/i.test(first.said)) return run([...base, ...expiry])
  if (/expir/i.test(first.said)) return run([...base, ...annotation])
  return first
}

async function databasesOf(run: Run, { id }: Standing) {
  return (await answer(run, ['databases', 'list', '--branch', id])) as { name: string; owner_name: string }[]
}

async function answer(run: Run, words: readonly string[]): Promise<unknown> {
  const reply = await run(words)
  if (reply.kind === 'answer' && reply.status === 200) return reply.body
  throw refusal(`answer neonctl ${words.slice(0, 2).join(' ')}`, reply)
}

function refusal(what: string, reply: Reply) {
  if (reply.kind === 'unknown') return refusedBy('Neon', what, { status: 0, said: reply.reason })
  if (reply.status === 401) return rejected('Neon', 401)
  return refusedBy('Neon', what, reply)
}

/** neonctl's exit status and one English line, as an answer of the API would be. */
function replyOf(status: number, stdout: string, output: string): Reply {
  if (status === 0) return { kind: 'answer', status: 200, said: '', body: parse(stdout), retryAfter: null }
  const said = wordsOf(/ERROR: (.*)/.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '')
  const code = neonctlStatus(status, said)
  if (code === null) return { kind: 'unknown', reason: said || `neonctl ended with ${status}` }
  return { kind: 'answer', status: code, said, body: null, retryAfter: null }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
