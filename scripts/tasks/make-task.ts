/**
 * The flow of `new-task`, whoever asks: checks → the task is written down → its worktree is added → it is provisioned.
 * What is refused leaves nothing behind; what fails half-way is undone, except a worktree whose set-up failed: that one
 * stays, is marked, and `setup` heals it.
 */
import { join, resolve } from 'node:path'
import type { Session } from '../command.ts'
import { enter } from '../entrance.ts'
import type { Alarm } from '../gate/alarms.ts'
import { hooksAreMissing } from '../install.ts'
import { type Asked, tellAsked } from '../migrations/leases.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine, shellQuote } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { assertFits, defaultPath, draftedTask, type TaskAnswers, warningsAbout } from '../policy/task-draft.ts'
import { provision } from '../provisioning/provision.ts'
import { isInstalled } from '../system/installed.ts'
import { holdFirstInterrupt, holdingInterrupts } from '../system/interrupt.ts'
import type { WorktreeRecord } from '../system/ledger.ts'
import { withLock } from '../system/lock.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { checkedPlace, type Place, tidyPlace } from '../system/worktree-place.ts'
import { addWorktree, branchExists, deleteBranch, listWorktrees } from '../system/worktrees.ts'
import { assertNoOverlap, type Consent, filesOfBase, overlapAsked, warnOfSlips } from './overlaps.ts'
import { saveWithLease, takenBack } from './record-task.ts'
import { refreshTaskLists } from './refresh-task-lists.ts'
import { startOf } from './start-point.ts'

/** Checks and one commit on the tasks ref: some ten milliseconds each. */
const TASKS_LOCK_WAIT_MS = 30_000

export interface MadeTask {
  readonly task: Task
  readonly policy: Policy
  readonly record: WorktreeRecord
  readonly alarms: readonly Alarm[]
  /** The lease it holds or waits for; null without migrations of its own. */
  readonly lease: Asked | null
}

interface Plan {
  readonly task: Task
  readonly place: Place
  /** Commit that the branch starts from; null where the branch exists and is continued. */
  readonly startPoint: string | null
  readonly lease: Asked | null
}

/**
 * Makes a task with branch and provisioned worktree.
 * @param path where the worktree goes, relative to the session's directory; null: as the settings say
 * @param consent a person's yes to a lane that takes in another task's files
 * @throws `usage`, `bad-name`, `bad-pattern`, `task-exists`, `refused`, `overlap` before anything is made; `git` with all undone
 */
export async function makeTask(
  session: Session,
  answers: TaskAnswers,
  path: string | null,
  consent: Consent = null,
): Promise<MadeTask> {
  const { repository, alarms, policy: known } = enter(session, { remote: true })
  if (!isInstalled(repository) && !hooksAreMissing(repository, known))
    session.out.warn(
      'Lanekeeper is not adopted here: no hook will hold a task to its lane. Adopt it: npx lanekeeper init',
    )
  const plan = await holdingInterrupts(async (wasInterrupted) => {
    const wanted = { answers, path, base: known.base }
    const written = await overlapAsked(session, consent, (said) =>
      writtenDown(repository, session, { ...wanted, consent: said }),
    )
    await addedOrUndone(repository, session, written, wasInterrupted)
    if (wasInterrupted()) throw interrupted(written.place.path)
    return written
  })
  const { task, place, lease } = plan
  const policy = readPolicy(repository, known.base)
  await refreshTaskLists(repository, policy)
  const record = await provisioned(session, place.path, policy)
  return { task, policy, record, alarms, lease }
}

/** The record tells of steps that failed; what cannot even be recorded is an error, and the worktree stays. */
async function provisioned(session: Session, path: string, policy: Policy): Promise<WorktreeRecord> {
  session.out.note('Provisioning: ports, database, env file, dependencies')
  const interrupt = holdFirstInterrupt(() => session.out.warn('Stopping what runs (once more: at once)'))
  try {
    const record = await provision(openRepository(path, session.env), policy, { wait: true }, session.out)
    if (interrupt.came) throw interrupted(path)
    return record
  } catch (cause) {
    if (interrupt.came) throw interrupted(path)
    if (!(cause instanceof LanekeeperError)) throw cause
    const retry = commandLine(['npx', 'lanekeeper', 'setup', path])
    throw new LanekeeperError(cause.code, `The worktree ${path} is there, but not provisioned: ${cause.message}`, {
      hint: cause.hint ? `${cause.hint}\nThen: ${retry}` : retry,
      cause,
    })
  } finally {
    interrupt.release()
  }
}

/** Checks and the record are one step under a lock: two tasks at once cannot both get the branch, a file or a table. */
function writtenDown(
  repository: Repository,
  session: Session,
  { answers, path, base, consent }: { answers: TaskAnswers; path: string | null; base: string; consent: Consent },
): Promise<Plan> {
  return withLock(join(repository.stateDir, 'locks', 'tasks'), TASKS_LOCK_WAIT_MS, () => {
    const policy = readPolicy(repository, base)
    const task = draftedTask(answers, policy, new Date().toISOString())
    assertNotHalfMade(repository, task, policy)
    assertFits(task, policy.settings, policy.base, policy.tasks)
    const startPoint = startOf(repository, task, policy)
    const template = defaultPath(policy.settings, { repo: repository.name, task: task.id })
    const wanted = path === null ? resolve(repository.mainWorktree, template) : resolve(session.cwd, path)
    const place = checkedPlace(repository, wanted)
    const files = filesOfBase(repository, policy)
    const overlap = assertNoOverlap(files, policy, { task, before: null }, { consent, out: session.out })
    for (const warning of warningsAbout(task, policy.settings)) session.out.warn(warning)
    warnOfSlips(files, task.allow, session.out)
    const lease = saveWithLease({ repository, policy, out: session.out }, task, overlap)
    session.out.done(`Task ${task.id} is written down`)
    if (lease) tellAsked(session.out, task, lease)
    return { task, place, startPoint, lease }
  })
}

/** A task without a worktree: new-task was killed, or somebody removed it. Plain git brings it back. */
function assertNotHalfMade({ git }: Repository, { id }: Task, policy: Policy): void {
  const known = openTasks(policy).find((task) => task.id === id)
  if (!known || listWorktrees(git).some(({ branch, isPrunable }) => branch === known.branch && !isPrunable)) return
  const path = `../${id}`
  const words = branchExists(git, known.branch) ? [path, known.branch] : ['-b', known.branch, path, known.base]
  throw new LanekeeperError('task-exists', `Task "${id}" exists already, but it has no worktree.`, {
    hint: [
      `Give it one: ${commandLine(['git', 'worktree', 'add', '--no-track', ...words])} && ${commandLine(['npx', 'lanekeeper', 'setup', path])}`,
      `Or end it: ${commandLine(['npx', 'lanekeeper', 'task', 'close', id])}`,
    ].join('\n'),
  })
}

async function addedOrUndone(
  repository: Repository,
  session: Session,
  { task, place, startPoint }: Plan,
  wasInterrupted: () => boolean,
): Promise<void> {
  const { out } = session
  out.note(
    `Adding the worktree ${place.path} on ${startPoint === null ? 'the existing branch' : 'branch'} ${task.branch}`,
  )
  try {
    const { hookFailure } = await addWorktree(repository, { path: place.path, branch: task.branch, startPoint })
    if (hookFailure !== null) out.warn(`The worktree is there, but a post-checkout hook failed: ${hookFailure}`)
  } catch (cause) {
    if (startPoint !== null) deleteBranch(repository.git, task.branch, startPoint)
    takenBack(repository, out, task)
    tidyPlace(place)
    if (wasInterrupted()) throw new LanekeeperError('git', 'Interrupted; the task and its branch are undone.')
    if (!(cause instanceof LanekeeperError)) throw cause
    throw new LanekeeperError(
      cause.code,
      `${cause.message}\nThe task and its branch are undone: nothing is left behind.`,
      {
        hint: cause.hint ?? wayOn(cause, task),
        cause,
      },
    )
  }
}

/** git checks out through the filters of .gitattributes, and Git LFS is not on every machine: no other place helps then. */
function wayOn({ message }: LanekeeperError, task: Task): string {
  return /\bfilter\b/.test(message)
    ? "A filter of .gitattributes does not run here. Which there are: git config --get-regexp '^filter'\nInstall its program, and repeat."
    : `Try another place: --path ${shellQuote(`../${task.id}`)}`
}

function interrupted(path: string): LanekeeperError {
  return new LanekeeperError(
    'interrupted',
    `Interrupted: task and worktree ${path} are there, the set-up is not finished.`,
    {
      hint: commandLine(['npx', 'lanekeeper', 'setup', path, '--wait']),
    },
  )
}
