/** `migration claim`: the lease for a task, or its place in line. */
import { flag, type Input, type Result, type Session } from '../command.ts'
import { enter } from '../entrance.ts'
import { EXIT, LanekeeperError } from '../policy/errors.ts'
import { type HeldLease, heldHint, heldText, minuteOf, ordinal } from '../policy/migrations/lease-words.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { refreshTaskLists } from '../tasks/refresh-task-lists.ts'
import { type Asked, claimLease, confirmation, heldAgainst, tellUnconfirmed } from './leases.ts'
import { databaseMeant, taskMeant } from './task.ts'

/** Takes, renews or waits. Exit 1 with `lease-held` while another task holds it. */
export async function claim(input: Input, session: Session): Promise<Result> {
  const { repository, policy } = enter(session, { alarms: false, remote: !flag(input, 'dry-run') })
  const task = taskMeant(input, repository, policy, input.positionals)
  const database = databaseMeant(input, policy, task)
  assertOwner(repository, task, database)
  if (flag(input, 'dry-run')) return foretold(task, database, claimLease(repository, policy, task, database, true))
  const asked = claimLease(repository, policy, task, database)
  // the briefs of both tasks say who holds it
  if (asked.changedHands) await refreshTaskLists(repository, readPolicy(repository, policy.base))
  const held = heldAgainst(asked, task.id)
  return held ? refused(session, held) : taken(session, task, asked)
}

/** @throws `refused` with what a person can do: only they say what a task owns */
function assertOwner({ mainWorktree }: Repository, { id, state, migrations }: Task, database: string): void {
  if (state !== 'open') throw new LanekeeperError('refused', `Task "${id}" is ${state}: it has no migrations to make.`)
  if (migrations === database) return
  const owns =
    migrations === null ? 'owns no migrations' : `owns the migrations of "${migrations}", not of "${database}"`
  throw new LanekeeperError('refused', `Task "${id}" ${owns}.`, {
    hint: `A person, in the main worktree: cd ${commandLine([mainWorktree])} && ${commandLine(['npx', 'lanekeeper', 'task', 'edit', id])}\nThere: migrations: ${database}`,
  })
}

function foretold({ id }: Task, database: string, asked: Asked): Result {
  const { kind } = asked
  const what =
    asked.kind === 'waiting' ? `wait (${ordinal(asked.place)} in line)` : kind === 'taken' ? 'take it' : 'renew it'
  return { json: { ok: true, dryRun: true, database, task: id, kind }, text: `Would ${what}.` }
}

function taken({ out }: Session, { id }: Task, asked: Asked): Result {
  tellUnconfirmed(out, asked)
  const { kind, database, until, lease } = asked
  const what = kind === 'taken' ? 'has the lease on' : 'has the lease for longer on'
  return {
    json: {
      ok: true,
      kind,
      ...confirmation(asked),
      database,
      task: id,
      holder: lease.holder,
      until,
      fence: lease.fence,
      queue: lease.queue,
    },
    text: `Task ${id} ${what} the migrations of "${database}", until ${minuteOf(until)} and longer with every commit (fence ${lease.fence}).`,
  }
}

function refused({ out }: Session, held: HeldLease): Result {
  const [message, hint] = [heldText(held), heldHint(held)]
  if (!out.isJson) out.error(message, hint)
  return { json: { ok: false, error: { code: 'lease-held', message, hint }, ...held }, text: '', exit: EXIT.refused }
}
