/**
 * The text of a refusal: which file, which rule, who owns it, and the commands that go on from there; first what an agent
 * may do itself, then what only a person may do.
 */
import { commandLine } from './shell-quote.ts'
import { type Facts, ownerOf, type Verdict, type Violation } from './verdict.ts'

/** A terminal page; the rest is one command away. */
const MOST_PATHS = 20

export interface RefusalContext {
  /** What was refused, e.g. `git merge feature/auth`. */
  readonly what: string
  /** Commands that bring the work tree back to a clean state, in order; empty when nothing was touched. */
  readonly recovery: readonly string[]
}

/** The refusal as lines, ready for stderr. */
export function refusalText(verdict: Verdict, facts: Facts, context: RefusalContext): string {
  const shown = verdict.violations.slice(0, MOST_PATHS)
  const more = verdict.violations.length - shown.length
  return [
    headline(verdict, facts, context),
    '',
    ...shown.flatMap((violation) => violationLines(violation, facts)),
    ...(more > 0 ? [`  …and ${more} more: ${commandLine(['npx', 'lanekeeper', 'check', sourceOf(verdict)])}`] : []),
    '',
    ...recoveryLines(context),
    ...waysOn(verdict, facts),
  ].join('\n')
}

function headline(verdict: Verdict, facts: Facts, context: RefusalContext): string {
  const count = new Set(verdict.violations.map(({ path }) => path)).size
  const files = count === 1 ? '1 file' : `${count} files`
  const tasks = [...new Set(verdict.violations.map(({ task, source }) => (task ? `task "${task}"` : source)))]
  return `✗ lanekeeper: ${context.what} refused: ${files} outside the lane of ${tasks.join(', ')} (${verdict.checked} checked, base ${facts.base})`
}

function violationLines(violation: Violation, facts: Facts): string[] {
  const owner = ownerOf(violation.path, facts, violation.task)
  return [
    `  ${violation.status || ' '}  ${printable(violation.path)}`,
    `     ${violation.rule}: ${violation.message}`,
    ...(hasOwnSource(violation, facts) ? [`     came with: ${violation.source}`] : []),
    ...(owner ? [`     owner: ${owner}`] : []),
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

function waysOn(verdict: Verdict, facts: Facts): string[] {
  const task = verdict.violations.find((violation) => violation.task !== null)?.task
  if (!task) {
    const source = sourceOf(verdict)
    return [
      'Proceed with ONE of these:',
      `  give it a task   a person: npx lanekeeper new-task --branch ${commandLine([source])}`,
      '  let it pass      a person: run the same command with LANEKEEPER=0 in front, then: npx lanekeeper accept --reason "…"',
    ]
  }
  const owned = facts.openTasks.find(({ id }) => id === task)
  const paths = [...new Set(verdict.violations.filter((violation) => violation.task === task).map(({ path }) => path))]
  const some = commandLine(paths.slice(0, 3)) + (paths.length > 3 ? ' …' : '')
  return [
    'Proceed with ONE of these:',
    `  undo      in the task's worktree: git restore --source=$(git merge-base ${commandLine([facts.base, owned?.branch ?? 'HEAD'])}) --staged --worktree -- ${some}`,
    `  widen     a person: ${commandLine(['npx', 'lanekeeper', 'task', 'widen', task, ...paths.slice(0, 3)])} --reason "…"`,
    '  let it pass  a person: the same command with LANEKEEPER=0 in front, then: npx lanekeeper accept --reason "…"',
    `The scope is read from refs/lanekeeper/tasks; TASK.md in the worktree is only a copy.`,
  ]
}

function sourceOf(verdict: Verdict): string {
  return verdict.violations[0]?.source ?? ''
}

/** A path as one line of text, whatever bytes its name holds. */
export function printable(path: string): string {
  return /[\u0000-\u001f\u007f]/.test(path) ? JSON.stringify(path) : path
}
