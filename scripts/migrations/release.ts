/** `migration release`: a task lets its lease or its place in line go; a person takes it away, and mends a broken one. */
import { flag, type Input, type Result, type Session, textOption } from '../command.ts'
import { shareChanges } from '../contact.ts'
import { enter } from '../entrance.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { leasedDatabases, leasesOf, mendLease } from '../system/lease-store.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { recordDecision } from '../system/task-store.ts'
import { refreshTaskLists } from '../tasks/refresh-task-lists.ts'
import { holdingOf, type LetGo, releaseLease } from './leases.ts'
import { agentsTaskHere, databaseMeant, personsBusiness, taskMeant } from './task.ts'

/** Idempotent: a task that has nothing lets nothing go. */
export async function release(input: Input, session: Session): Promise<Result> {
  const isForced = flag(input, 'force')
  const broken = isForced ? brokenLeases(session) : []
  const { repository, policy } = enter(session, { alarms: false, remote: !flag(input, 'dry-run') })
  const here = agentsTaskHere(repository, policy)
  if (isForced && here !== null)
    throw personsBusiness(repository, here, [...input.positionals, '--task', here.id, '--force'])
  const database = databaseMeant(input, policy, here)
  if (isForced && isBroken(repository, database)) return mended(repository, policy, input, database, session)
  if (broken.includes(database)) return healed(repository, policy, database)
  const task = taskMeant(input, repository, policy, ['release', database])
  if (here === null && !isForced) assertNotHolder(repository, task, database)
  if (flag(input, 'dry-run')) return foretold(repository, task, database)
  const letGo = releaseLease(repository, policy, task.id, database, isForced)
  if (letGo.had !== null && isForced) record(repository, input, `release ${database} from ${task.id} by force`)
  shareChanges(repository, policy.settings, session.out)
  if (letGo.had !== null) await refreshTaskLists(repository, readPolicy(repository, policy.base))
  return told(task, database, letGo)
}

/** A person who names a holder means to take it away, and says so. */
function assertNotHolder(repository: Repository, { id }: Task, database: string): void {
  if (leasesOf(repository, [database]).get(database)?.holder?.task !== id) return
  throw new LanekeeperError(
    'refused',
    `Task "${id}" holds the lease on the migrations of "${database}", and is at work.`,
    {
      hint: `Take it away all the same, on record: ${commandLine(['npx', 'lanekeeper', 'migration', 'release', database, '--task', id, '--force', '--reason', '…'])}`,
    },
  )
}

function record(repository: Repository, input: Input, what: string): void {
  const reason = textOption(input, 'reason')?.trim() ?? ''
  recordDecision(repository, reason === '' ? what : `${what}\n\nReason: ${reason}`)
}

function brokenLeases({ cwd, env }: Session): string[] {
  const repository = openRepository(cwd, env)
  return leasedDatabases(repository).filter((database) => isBroken(repository, database))
}

function isBroken(repository: Repository, database: string): boolean {
  try {
    leasesOf(repository, [database])
    return false
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'lease') return true
    throw error
  }
}

function mended(
  repository: Repository,
  { settings }: Policy,
  input: Input,
  database: string,
  { out }: Session,
): Result {
  if (flag(input, 'dry-run'))
    return {
      json: { ok: true, dryRun: true, database },
      text: `Would mend the lease on the migrations of "${database}".`,
    }
  const lease = mendLease(repository, database)
  record(repository, input, `mend the lease on the migrations of ${database}`)
  shareChanges(repository, settings, out)
  return {
    json: { ok: true, database, task: null, had: null, holder: null, fence: lease.fence },
    text: `The lease on the migrations of "${database}" is mended and free (fence ${lease.fence}). The task that works on them claims it again: npx lanekeeper migration claim`,
  }
}

/** It was broken in this clone alone, and the remote's came with the entrance. */
function healed(repository: Repository, { settings }: Policy, database: string): Result {
  const { holder = null, fence = 0 } = leasesOf(repository, [database]).get(database) ?? {}
  const whose = holder === null ? 'it is free' : `task "${holder.task}" holds it`
  return {
    json: { ok: true, database, task: null, had: null, holder, fence },
    text: `The lease on the migrations of "${database}" was broken here; ${settings.remote} has a whole one, which stands: ${whose} (fence ${fence}).`,
  }
}

function foretold(repository: Repository, { id }: Task, database: string): Result {
  const had = holdingOf(leasesOf(repository, [database]).get(database), id)
  return { json: { ok: true, dryRun: true, database, task: id, had }, text: `Would let go: ${had ?? 'nothing'}.` }
}

function told({ id }: Task, database: string, { had, lease }: LetGo): Result {
  const { holder, fence } = lease
  const whose = holder === null ? 'It is free.' : `Task "${holder.task}" holds it (fence ${fence}).`
  const what = {
    lease: `Task "${id}" let the lease on the migrations of "${database}" go.`,
    place: `Task "${id}" waits for the migrations of "${database}" no more.`,
  }
  return {
    json: { ok: true, database, task: id, had, holder, fence },
    text: `${had === null ? `Task "${id}" has nothing to let go.` : what[had]} ${whose}`,
  }
}
