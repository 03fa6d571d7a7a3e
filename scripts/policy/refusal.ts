/**
 * The text of a refusal: which file, which rule, who owns it, and the commands that go on from there; first what an agent
 * may do itself, then what only a person may do.
 */
import { printable } from './printable.ts'
import { commandLine } from './shell-quote.ts'
import type { Task } from './task.ts'
import { type Facts, ownerOf, owningTask, type Verdict, type Violation } from './verdict.ts'

/** A terminal page; the rest is one command away. */
const MOST_PATHS = 20
const [UNSTAGE, REMOVE] = [
  ['git', 'restore', '--staged', '--'],
  ['git', 'rm', '-q', '--'],
]
/** More paths than this make a command that nobody reads. */
const MOST_IN_COMMAND = 8

export interface RefusalContext {
  /** Which door refused: it decides what can still be done. */
  readonly door: 'edit' | 'stop' | 'commit' | 'move' | 'landing'
  /** What was refused, e.g. `git merge feature/auth`. */
  readonly what: string
  /** Commands that bring the work tree back to a clean state, in order; empty when nothing was touched. */
  readonly recovery: readonly string[]
  /** Paths that a person let pass by name this time: the command to go on names them again. */
  readonly allowed?: readonly string[]
}

/** The refusal as lines, ready for stderr. */
export function refusalText(verdict: Verdict, facts: Facts, context: RefusalContext): string {
  const shown = verdict.violations.slice(0, MOST_PATHS)
  const more = verdict.violations.length - shown.length
  return [
    headline(verdict, facts, context),
    '',
    ...shown.flatMap((violation) => violationLines(violation, facts)),
    ...warningTexts(verdict).map((text) => `  ▲ ${text}`),
    ...(more > 0 ? [`  …and ${more} more: ${commandLine(['npx', 'lanekeeper', 'check', sourceOf(verdict)])}`] : []),
    '',
    ...recoveryLines(context),
    ...waysOn(verdict, facts, context),
  ].join('\n')
}

function headline(verdict: Verdict, facts: Facts, context: RefusalContext): string {
  const count = new Set(verdict.violations.map(({ path }) => path)).size
  const files = count === 1 ? '1 file' : `${count} files`
  const tasks = [...new Set(verdict.violations.map(({ task, source }) => (task ? `task "${task}"` : source)))]
  const isMigrationsOnly = verdict.violations.every(({ ways }) => ways !== undefined)
  const what = isMigrationsOnly ? 'against the rules of migrations in' : 'outside the lane of'
  return `lanekeeper: ${context.what} refused: ${files} ${what} ${tasks.join(', ')} (${verdict.checked} checked, base ${facts.base})`
}

function violationLines(violation: Violation, facts: Facts): string[] {
  const owner = ownerOf(violation.path, facts, violation.task)
  return [
    `  ${violation.status || ' '}  ${printable(violation.path)}`,
    `     ${violation.rule}: ${violation.message}`,
    ...(hasOwnSource(violation, facts) ? [`     came with: ${violation.source}`] : []),
    ...(owner ? [`     owner: ${owner}`] : []),
    ...(violation.ways ?? []).map((way) => `     → ${way}`),
  ]
}

/** A source that is not simply the task's branch tells the reader where to look: a squashed commit, a hand-made edit. */
function hasOwnSource({ task, source }: Violation, facts: Facts): boolean {
  return task !== null && facts.openTasks.every(({ branch }) => branch !== source)
}

function recoveryLines({ recovery }: RefusalContext): string[] {
  if (recovery.length === 0) return []
  return ['Back to a clean state:', ...recovery.map((command) => `  ${command}`), '']
}

/** First what an agent may do itself, then what only a person may do: an agent must not talk itself through the gate. */
function waysOn(verdict: Verdict, facts: Facts, context: RefusalContext): string[] {
  const task = facts.openTasks.find(({ id }) => verdict.violations.some((violation) => violation.task === id))
  if (!task) return waysOnWithoutTask(sourceOf(verdict), context)
  const own = verdict.violations.filter((violation) => violation.task === task.id)
  // what has a way of its own is neither taken back nor let in by a wider lane
  const violations = own.filter(({ ways }) => ways === undefined)
  const foreign = violations.some(({ rule }) => rule === 'migration-owner')
  const outside = violations.filter(({ rule }) => rule !== 'migration-owner')
  const widen = commandLine(['npx', 'lanekeeper', 'task', 'widen', task.id, ...firstOf(pathsOf(outside))])
  const persons = [
    ...(outside.length === 0 ? [] : [`  widen the lane: ${widen} --reason "…"`]),
    ...(foreign
      ? [`  give it the migrations: npx lanekeeper task edit ${task.id}  (there: migrations: DATABASE)`]
      : []),
    ...(['edit', 'stop', 'commit'].includes(context.door)
      ? []
      : [`  let it pass:    ${bypass(context, task.id, own)}`]),
  ]
  return [
    ...(violations.length === own.length
      ? []
      : ['An agent: do what the arrows say, commit, and ask again: npx lanekeeper check']),
    ...(violations.length === 0 ? [] : agentsWay(violations, facts, task, context)),
    ...handoffLines(outside, facts, task),
    ...(persons.length > 0 ? ['A person may instead', ...persons] : []),
    ...(violations.length === 0
      ? []
      : ['The lane is read from refs/lanekeeper/tasks; TASK.md in the worktree is only a copy.']),
  ]
}

const LEAVE_IT = 'An agent: leave it, finish what lies inside the lane, and say in your answer what is needed there.'

/** Before an edit nothing is there to take back: what lies outside the lane is handed over in words. */
function agentsWay(violations: readonly Violation[], facts: Facts, task: Task, context: RefusalContext): string[] {
  if (context.door === 'edit') return [LEAVE_IT]
  return [
    "An agent: take it back in the task's worktree, then commit:",
    ...undoLines(violations, facts, task, context).map((command) => `  ${command}`),
  ]
}

function waysOnWithoutTask(source: string, context: RefusalContext): string[] {
  return [
    'A person may',
    `  make it a task: ${commandLine(['npx', 'lanekeeper', 'new-task', '--branch', source])} --title "…" --allow PATH`,
    `  let it pass:    ${bypass(context, null, [])}`,
  ]
}

/** An added file goes (at a commit it only leaves the index: its text is nowhere else yet), a changed one goes back. */
function undoLines(violations: readonly Violation[], facts: Facts, task: Task, { door }: RefusalContext): string[] {
  const added = pathsOf(violations.filter(({ status }) => status === 'A'))
  const changed = pathsOf(violations.filter(({ status }) => status !== 'A'))
  const base = `$(git merge-base ${commandLine([facts.base, task.branch])})`
  const dots = (paths: readonly string[]) => (paths.length > MOST_IN_COMMAND ? ' …' : '')
  const remove = { edit: [], stop: ['rm', '--'], commit: UNSTAGE, move: REMOVE, landing: REMOVE }[door]
  return [
    ...(changed.length > 0
      ? [`git restore --source=${base} --staged --worktree -- ${commandLine(firstOf(changed))}${dots(changed)}`]
      : []),
    ...(added.length > 0 ? [`${commandLine([...remove, ...firstOf(added)])}${dots(added)}`] : []),
  ]
}

/** What another task owns is its to change: it gets a note. */
function handoffLines(violations: readonly Violation[], facts: Facts, task: Task): string[] {
  const paths = pathsOf(violations.filter(({ rule }) => rule !== 'protected'))
  const owner = paths.map((path) => owningTask(path, facts, task.id)).find((found) => found !== null)
  if (!owner) return []
  const files = paths.filter((path) => owningTask(path, facts, task.id) === owner)
  const words = [
    'npx',
    'lanekeeper',
    'task',
    'handoff',
    owner.id,
    ...firstOf(files).flatMap((file) => ['--file', file]),
  ]
  return ['  and leave a note for the task that owns it:', `  ${commandLine(words)} --note "…"`]
}

/** Rules about who may change a path: a person may let such a path land by its name. */
const ALLOWABLE: readonly Violation['rule'][] = ['scope', 'deny', 'protected']

/** Whether `land --allow` can name it. */
export function isAllowable({ rule }: Violation): boolean {
  return ALLOWABLE.includes(rule)
}

/** `land` writes down itself what it let pass; git cannot, so a person accepts afterwards. */
function bypass(
  { door, what, allowed = [] }: RefusalContext,
  task: string | null,
  violations: readonly Violation[],
): string {
  if (door === 'landing' && task !== null) {
    const paths = pathsOf(violations)
    if (!violations.every(isAllowable) || paths.length > MOST_IN_COMMAND)
      return commandLine(['LANEKEEPER=0', 'npx', 'lanekeeper', 'land', task])
    const named = [...allowed, ...paths].flatMap((path) => ['--allow', path])
    return `${commandLine(['npx', 'lanekeeper', 'land', task, ...named])} --reason "…"`
  }
  return `LANEKEEPER=0 ${what}, then: npx lanekeeper accept --reason "…"`
}

function pathsOf(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ path }) => path))]
}

function firstOf(paths: readonly string[]): string[] {
  return paths.slice(0, MOST_IN_COMMAND)
}

function sourceOf(verdict: Verdict): string {
  return verdict.violations[0]?.source ?? ''
}

/** What is worth a word although it passes: a text each, the ways on below it. */
export function warningTexts({ warnings }: Pick<Verdict, 'warnings'>): string[] {
  return warnings.map(({ path, rule, message, ways = [] }) =>
    [`${printable(path)}  ${rule}: ${message}`, ...ways.map((way) => `     → ${way}`)].join('\n'),
  )
}
