/**
 * The text of a refusal: which file, which rule, who owns it, and the commands that go on from there; first what an agent
 * may do itself, then what only a person may do.
 */
import { printable } from './printable.ts'
import { commandLine } from './shell-quote.ts'
import { type Facts, ownerOf, type Verdict, type Violation } from './verdict.ts'
import { type RefusalContext, sourceOf, waysOn } from './ways-on.ts'

/** A terminal page; the rest is one command away. */
const MOST_PATHS = 20
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

/** What is worth a word although it passes: a text each, the ways on below it. */
export function warningTexts({ warnings }: Pick<Verdict, 'warnings'>): string[] {
  return warnings.map(({ path, rule, message, ways = [] }) =>
    [`${printable(path)}  ${rule}: ${message}`, ...ways.map((way) => `     → ${way}`)].join('\n'),
  )
}
