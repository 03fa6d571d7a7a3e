/** From answers to a task: fills in what was not said, and says what does not fit the tasks there already are. */
import { agentNames } from './agents.ts'
import { LanekeeperError } from './errors.ts'
import { problemWithOwnership } from './migrations/ownership.ts'
import { checkedTaskId, slugOf } from './names.ts'
import { matcherOf } from './patterns.ts'
import type { Settings } from './settings.ts'
import { checkedTask, problemWithTask, type Task } from './task.ts'
import { fillTemplate } from './templates.ts'

/** What a person or a script says about a new task; the rest has defaults. */
export interface TaskAnswers {
  readonly title: string
  readonly allow: readonly string[]
  readonly id?: string | undefined
  readonly branch?: string | undefined
  readonly base?: string | undefined
  readonly deny?: readonly string[]
  readonly shared?: readonly string[]
  readonly steps?: readonly string[]
  readonly context?: string
  readonly dependsOn?: readonly string[]
  /** Database whose migrations the task owns. */
  readonly migrations?: string | null
  /** Tables of that database it changes. */
  readonly tables?: readonly string[]
  readonly agent?: string
}

/** Where the defaults come from. */
export interface DraftSource {
  readonly settings: Settings
  readonly base: string
}

/** The id that a title gets by itself. */
export function defaultId(title: string): string {
  return slugOf(title)
}

/** The branch that a task gets by itself: `branch` of the settings. */
export function defaultBranch(settings: Pick<Settings, 'branch'>, id: string): string {
  return fillTemplate(settings.branch, { task: id }, '"branch" in lanekeeper.json')
}

/** Path of a task's worktree as the settings word it, relative to the main worktree. */
export function defaultPath(settings: Pick<Settings, 'worktrees'>, names: { repo: string; task: string }): string {
  return fillTemplate(settings.worktrees, names, '"worktrees" in lanekeeper.json')
}

/**
 * The task that the answers mean.
 * @param createdAt ISO 8601, UTC
 * @throws `usage`, `bad-name` or `bad-pattern` for an answer that cannot be
 */
export function draftedTask(answers: TaskAnswers, { settings, base }: DraftSource, createdAt: string): Task {
  const title = answers.title.trim()
  const id = checkedTaskId(answers.id ?? defaultId(title))
  if (answers.allow.length === 0) throw needsAllow()
  const draft: Task = {
    id,
    title,
    branch: answers.branch ?? defaultBranch(settings, id),
    base: answers.base ?? base,
    allow: answers.allow,
    deny: answers.deny ?? [],
    shared: answers.shared ?? [],
    steps: (answers.steps ?? []).map((step) => step.trim()).filter((step) => step !== ''),
    context: (answers.context ?? '').trim(),
    dependsOn: answers.dependsOn ?? [],
    migrations: answers.migrations ?? null,
    tables: answers.tables ?? [],
    agent: answers.agent ?? 'none',
    state: 'open',
    handoffs: [],
    createdAt,
  }
  // nothing is written yet: `checkedTask` would send a person to a file that is not there
  const problem = problemWithTask(draft)
  if (problem !== null)
    throw usage(`That cannot be a task: ${problem}.`, 'What each option takes: npx lanekeeper new-task --help')
  return checkedTask(draft)
}

function needsAllow(): LanekeeperError {
  return new LanekeeperError('usage', 'A task needs at least one pattern of what it may change.', {
    hint: 'Name its directories, e.g. --allow src/auth --allow test/auth',
  })
}

/**
 * Throws unless the task can live beside the others: a new id, a branch of its own, prerequisites and an agent
 * that exist, and migrations whose turns it can take part in.
 * @param tasks every task, whatever its state
 */
export function assertFits(task: Task, settings: Settings, base: string, tasks: readonly Task[]): void {
  const others = tasks.filter(({ id }) => id !== task.id)
  const open = others.filter(({ state }) => state === 'open')
  if (others.length < tasks.length) throw idTaken(task)
  if (task.branch === base)
    throw usage(`A task cannot work on the base branch "${base}".`, `Leave --branch out, or: --branch task/${task.id}`)
  const rival = open.find(({ branch }) => branch === task.branch)
  if (rival) throw taken(`Branch "${task.branch}" belongs to the open task "${rival.id}".`, rival.id)
  const unknown = task.dependsOn.find((id) => !others.some((other) => other.id === id))
  if (unknown !== undefined)
    throw usage(`The task depends on "${unknown}", and there is no such task.`, 'All tasks: npx lanekeeper task list')
  if (!agentNames(settings).includes(task.agent))
    throw usage(`There is no agent "${task.agent}".`, `Known: ${agentNames(settings).join(', ')}`)
  const problem = problemWithOwnership(task, settings, open)
  if (problem) throw problem
}

/** What a person should know about a task that is allowed all the same, one sentence each. */
export function warningsAbout(task: Task, settings: Settings): string[] {
  return [
    ...task.shared
      .filter((pattern) => matcherOf(settings.shared)(pattern) === null)
      .map(
        (pattern) =>
          `shared "${pattern}" has no effect: "shared" in lanekeeper.json does not offer it. Offer it there, or let this task alone change it: --allow ${pattern}`,
      ),
    ...task.allow
      .filter((pattern) => matcherOf(settings.protected, { ignoreCase: true })(pattern) !== null)
      .map((pattern) => `allow "${pattern}" has no effect: it is protected for every task in lanekeeper.json`),
  ]
}

function idTaken({ id }: Task): LanekeeperError {
  return new LanekeeperError('task-exists', `A task "${id}" exists already.`, {
    hint: `See it: npx lanekeeper task show ${id}\nOr choose another id: --id ${id}-2`,
  })
}

function usage(message: string, hint: string): LanekeeperError {
  return new LanekeeperError('usage', message, { hint })
}

function taken(message: string, id: string): LanekeeperError {
  return new LanekeeperError('task-exists', message, {
    hint: `See it: npx lanekeeper task show ${id}\nOr choose another branch with --branch`,
  })
}
