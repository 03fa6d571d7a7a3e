/** Planning time: what a new or wider lane has in common with the lanes of the other open tasks. */
import { flag, type Input, type Session, textOption, usageError } from '../command.ts'
import { assertPersonsPlace } from '../gate/persons-place.ts'
import { overlapNote } from '../policy/audit-messages.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { laneSlips } from '../policy/lane-slips.ts'
import {
  isOrdered,
  laneOf,
  type OverlapWith,
  overlapOf,
  overlapRefused,
  overlapWarnings,
  someOf,
} from '../policy/overlap.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { treePaths } from '../system/history.ts'
import type { Output } from '../system/output.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'

/** A person's yes to an overlap, with the reason that goes on record; null where nobody said so. */
export type Consent = { readonly reason: string } | null

const MOST_RECORDED = 20

/** The base's files as its tip is now: what overlaps and slips are told by. */
export function filesOfBase({ git }: Repository, { baseTip }: Policy): readonly string[] {
  return baseTip === null ? [] : treePaths(git, baseTip)
}

/** What the task has in common with each other open task. */
function overlapsWithOthers(policy: Policy, task: Task, files: readonly string[]): OverlapWith[] {
  const others = openTasks(policy).filter(({ id }) => id !== task.id)
  const lane = laneOf(task, policy.settings, files)
  return others.map((other) => ({
    task: other,
    ...overlapOf(lane, laneOf(other, policy.settings, [...lane.files]), policy.settings),
  }))
}

/**
 * Refuses a lane that takes in files of another task's, unless one waits for the other or a person said so.
 * @param files what `filesOfBase` gives
 * @param before the task as it was, whose overlaps were decided then; null for a new one
 * @returns what the tasks ref is to record of the overlaps that were let be; empty for none
 * @throws `overlap` naming the files, the task and the ways on
 */
export function assertNoOverlap(
  files: readonly string[],
  policy: Policy,
  { task, before }: { task: Task; before: Task | null },
  { consent, out, isText }: { consent: Consent; out: Session['out']; isText?: boolean },
): string {
  const found = overlapsWithOthers(policy, task, files)
  const known = before === null ? [] : overlapsWithOthers(policy, before, files)
  const tasks = [...policy.tasks.filter(({ id }) => id !== task.id), task]
  const refused = newFiles(found, known).filter((overlap) => !isOrdered(task, overlap.task, tasks))
  if (refused.length > 0 && consent === null) throw overlapRefused(task, refused, isText)
  for (const warning of overlapWarnings(found, tasks, task)) out.warn(warning)
  const recorded = refused.map(({ task: { id }, files }) => ({ id, files: someOf(files, MOST_RECORDED) }))
  return overlapNote(recorded, consent?.reason ?? '')
}

/** Says where a pattern of a new lane names nothing, and nearly something. */
export function warnOfSlips(files: readonly string[], patterns: readonly string[], out: Output): void {
  for (const slip of laneSlips(patterns, files)) out.warn(slip)
}

/** A file that both had before is no news. */
function newFiles(found: readonly OverlapWith[], known: readonly OverlapWith[]): OverlapWith[] {
  return found
    .map((overlap) => {
      const old = new Set(known.find(({ task }) => task.id === overlap.task.id)?.files)
      return { ...overlap, files: overlap.files.filter((file) => !old.has(file)) }
    })
    .filter(({ files }) => files.length > 0)
}

/**
 * What `--allow-overlap` and `--reason` say.
 * @param verb the words of the command before its own, to be repeated where a person may
 * @throws `usage` without a reason, `refused` in a task's own worktree: its agent does not widen its own lane
 */
export function consentOf(input: Input, session: Session, ...verb: readonly string[]): Consent {
  if (!flag(input, 'allow-overlap')) return null
  const reason = textOption(input, 'reason')?.trim() ?? ''
  if (reason === '') throw usageError('--allow-overlap needs --reason: it goes on record.', '--reason "one rewrite"')
  const repository = openRepository(session.cwd, session.env)
  assertPersonsPlace(repository, readPolicy(repository), [...verb, '…'])
  return { reason }
}

/** At a terminal a person is asked about an overlap, instead of losing all the answers to a refusal. */
export async function overlapAsked<T>(
  session: Session,
  consent: Consent,
  attempt: (consent: Consent) => Promise<T>,
): Promise<T> {
  try {
    return await attempt(consent)
  } catch (error) {
    if (!(error instanceof LanekeeperError) || error.code !== 'overlap' || !session.isInteractive) throw error
    session.out.error(error.message)
    if (!(await session.confirm('Let them overlap all the same? It goes on record.'))) throw error
    return attempt({ reason: 'confirmed at the terminal' })
  }
}
