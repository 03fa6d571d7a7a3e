/** `lanekeeper land`: tasks onto the base in order, each tested as merged before the base moves. */
import { join } from 'node:path'
import {
  type Command,
  commonOptions,
  flag,
  type Input,
  listOption,
  type Session,
  textOption,
  usageError,
} from './command.ts'
import { shareChanges } from './contact.ts'
import { enter } from './entrance.ts'
import type { Named } from './gate/let-pass.ts'
import { assertPersonsPlace } from './gate/persons-place.ts'
import { commitsAhead, openTaskOf } from './landing/conditions.ts'
import { type Foretold, foretellLanding } from './landing/foretell.ts'
import { type Landed, landTask } from './landing/land-task.ts'
import { sweepLandings } from './landing/throwaway-worktree.ts'
import { turnsToLand } from './migrations/lease-looks.ts'
import { EXIT, LanekeeperError } from './policy/errors.ts'
import { type BlockedTask, type LandingOrder, landingOrder } from './policy/landing-order.ts'
import { type Refused, refusedAsBlocked, refusedBecause } from './policy/landing-refusal.ts'
import { slugOf } from './policy/names.ts'
import { normalised } from './policy/patterns.ts'
import type { Policy } from './policy/policy.ts'
import type { Task } from './policy/task.ts'
import { commitOf, hasOwnCommits } from './system/history.ts'
import { withLock } from './system/lock.ts'
import { openTasks, readPolicy } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'

/** Somebody else's landing runs a test suite while it holds the lock. */
const LOCK_WAIT_MS = 10 * 60_000

export const command: Command = {
  summary: 'Land tasks in order: judged, merged and tested aside, then the base moves',
  usage: '<task>… | --all [-n] [--keep] | <task> --allow PATH --reason TEXT',
  options: {
    all: { type: 'boolean', help: 'Every open task that has commits' },
    keep: { type: 'boolean', help: 'Leave worktree and branch of what landed' },
    allow: {
      type: 'string',
      value: 'PATH',
      multiple: true,
      help: 'A person: this very file may land though it is out of the lane; goes on record',
    },
    reason: { type: 'string', value: 'TEXT', help: 'Why it may, for the record' },
    'dry-run': { ...commonOptions.dryRun, help: 'Show the order, each verdict and the conflicts to come' },
  },
  positionals: [0, 200],
  examples: [
    'npx lanekeeper land add-auth',
    'npx lanekeeper land --all --dry-run',
    'npx lanekeeper land add-auth --allow src/db/pool.ts --reason "sessions need the pool"',
  ],
  run: async (input, session) => {
    const all = flag(input, 'all')
    if (all === input.positionals.length > 0)
      throw usageError('Name the tasks, or say --all.', 'npx lanekeeper land --all')
    const dryRun = flag(input, 'dry-run')
    const { repository, policy: known, alarms } = enter(session, { remote: !dryRun })
    const named = namedPaths(input, repository, known)
    if (!dryRun) await sweepLandings(repository)
    const policy = readPolicy(repository)
    const chosen = all
      ? tasksWithCommits(repository, policy, session)
      : input.positionals.map((id) => openTaskOf(policy, id))
    const plan = landingOrder([...new Set(chosen)], landedIds(policy), turnsToLand(repository, policy))
    const more = alarms.length > 0 ? { alarms } : {}
    if (dryRun) return showForetold(foretellLanding(repository, plan.order, named.paths), plan.blocked, more)
    const outcome = await landInOrder(repository, plan, session, { keep: flag(input, 'keep'), named, all })
    shareChanges(repository, policy.settings, session.out)
    return showOutcome(outcome, more)
  },
}

/** What a person lets pass by name. @throws `usage` without a reason or one task, `refused` in a task's own worktree */
function namedPaths(input: Input, repository: Repository, policy: Policy): Named {
  const paths = listOption(input, 'allow').map(normalised)
  const reason = textOption(input, 'reason')?.trim() ?? ''
  if (paths.length === 0) return { paths, reason }
  const words = ['land', ...input.positionals, ...paths.flatMap((path) => ['--allow', path]), '--reason', reason || '…']
  assertPersonsPlace(repository, policy, words)
  if (input.positionals.length !== 1)
    throw usageError('--allow is for one task: name it.', 'npx lanekeeper land add-auth --allow PATH --reason "…"')
  if (reason === '') throw usageError('--allow needs --reason: it goes on record.', '--reason "sessions need the pool"')
  return { paths, reason }
}

function landedIds(policy: Policy): Set<string> {
  return new Set(policy.tasks.filter(({ state }) => state === 'landed').map(({ id }) => id))
}

/** A task without a commit has nothing to land yet, or somebody merged it by plain git; `--all` passes both by. */
function tasksWithCommits({ git }: Repository, policy: Policy, { out }: Session): Task[] {
  return openTasks(policy).filter(({ id, branch, base }) => {
    const tip = commitOf(git, `refs/heads/${branch}`)
    const hasSome = tip !== null && commitsAhead(git, `refs/heads/${base}`, tip) > 0
    if (!hasSome && hasOwnCommits(git, branch))
      out.note(`${id} is on ${base} already; it ends with: npx lanekeeper remove ${id}`)
    else if (!hasSome) out.note(`${id} has nothing to land yet`)
    return hasSome
  })
}

interface Outcome {
  readonly landed: readonly Landed[]
  readonly refused: readonly Refused[]
}

/** One after the other; the first that cannot land ends it. Named tasks that wait for others are refused before anything moves. */
async function landInOrder(
  repository: Repository,
  { order, blocked }: LandingOrder,
  session: Session,
  { all, ...terms }: { all: boolean; keep: boolean; named: Named },
): Promise<Outcome> {
  const waiting = blocked.map(refusedAsBlocked)
  if (waiting.length > 0 && !all) return { landed: [], refused: waiting.map((refused) => said(refused, session)) }
  const landed: Landed[] = []
  for (const task of order) {
    try {
      landed.push(await landUnderLock(repository, task, session, terms))
      session.out.done(`${task.id} landed on ${task.base}`)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      return { landed, refused: [said(refusedBecause(task.id, error), session)] }
    }
  }
  return { landed, refused: waiting.map((refused) => said(refused, session)) }
}

function landUnderLock(
  repository: Repository,
  task: Task,
  session: Session,
  terms: { keep: boolean; named: Named },
): Promise<Landed> {
  const lock = join(repository.stateDir, 'locks', `land-${slugOf(task.base)}`)
  return withLock(lock, LOCK_WAIT_MS, () => landTask(repository, task.id, session, terms))
}

function said(refused: Refused, { out }: Session): Refused {
  // the gate's text brings its own mark
  if (!out.isJson) out.error(refused.message.replace(/^\u2717 /, ''), refused.hint)
  return refused
}

function showOutcome({ landed, refused }: Outcome, more: object) {
  const ok = refused.length === 0
  const lines = landed.map(({ task, commit, tested, kept }) => {
    const test =
      tested === null ? 'nothing was tested: no test command ("test" in lanekeeper.json)' : `${tested} passed`
    return `✓ ${task} ${commit.slice(0, 10)} (${test})${kept ? `; worktree kept: ${kept.path}` : ''}`
  })
  const text = lines.length === 0 && ok ? 'Nothing to land.' : lines.join('\n')
  return { json: { ok, landed, refused, ...more }, text, exit: ok ? EXIT.ok : EXIT.refused }
}

function firstLine({ message }: Refused): string {
  return message.split('\n')[0] ?? ''
}

function showForetold(order: readonly Foretold[], blocked: readonly BlockedTask[], more: object) {
  const refused = [...order.flatMap(({ refused }) => refused), ...blocked.map(refusedAsBlocked)]
  const ok = refused.length === 0
  const lines = order.map(
    ({ task, branch, refused }, index) =>
      `${index + 1}. ${task} (${branch}): ${refused.map(firstLine).join('; ') || 'would land'}`,
  )
  const waiting = blocked.map((one) => `-  ${refusedAsBlocked(one).message}`)
  const text = [...lines, ...waiting].join('\n') || 'Nothing to land.'
  return { json: { ok, dryRun: true, order, landed: [], refused, ...more }, text, exit: ok ? EXIT.ok : EXIT.refused }
}
