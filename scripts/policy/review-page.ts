/** The evidence page of a task: what a person reads before saying yes. Pure: facts in, Markdown out. */
import type { CountedChange } from './line-counts.ts'
import { printable } from './printable.ts'
import { commandLine } from './shell-quote.ts'
import type { Task } from './task.ts'
import type { Violation } from './verdict.ts'

export interface ReviewedCommit {
  readonly oid: string
  readonly author: string
  /** ISO 8601. */
  readonly authoredAt: string
  readonly subject: string
}

/** Another open task that changes the same files. */
export interface Overlap {
  readonly task: string
  readonly branch: string
  readonly paths: readonly string[]
  /** Files that the two branches would conflict in; shared paths may still merge. */
  readonly conflicts: readonly string[]
}

export interface Review {
  readonly task: Task
  /** Its work is on the base already, though no landing ended it: somebody merged it. */
  readonly isMerged: boolean
  readonly verdict: 'pass' | 'refuse'
  readonly violations: readonly Violation[]
  readonly changes: {
    readonly inScope: readonly CountedChange[]
    readonly shared: readonly CountedChange[]
    readonly outOfScope: readonly CountedChange[]
  }
  readonly commits: readonly ReviewedCommit[]
  readonly behind: number
  /** Files that would conflict with the base; null where git could not tell. */
  readonly conflicts: readonly string[] | null
  readonly overlaps: readonly Overlap[]
  /** Open tasks that must land first. */
  readonly waitsFor: readonly string[]
  readonly worktree: {
    readonly path: string
    readonly state: string
    readonly problems: readonly string[]
    readonly uncommitted: readonly string[]
  } | null
}

/** A screen; the rest is one git command away. */
const MOST_LINES = 40

/** The page as text. */
export function reviewPage(review: Review): string {
  const { task, changes } = review
  return [
    `# ${task.id}: ${printable(task.title)}`,
    '',
    ...headLines(review),
    ...section('Out of scope', review, changes.outOfScope),
    ...section('Shared', review, changes.shared),
    ...section('In scope', review, changes.inScope),
    ...commitLines(review),
    ...overlapLines(review),
    '',
    '## Next',
    '',
    ...nextCommands(review).map((line) => `    ${line}`),
  ].join('\n')
}

function headLines({ task, verdict, violations, commits, behind, conflicts, worktree, waitsFor }: Review): string[] {
  const outside = new Set(violations.map(({ path }) => path)).size
  return [
    `- branch: ${task.branch} → ${task.base}, ${plural(commits.length, 'commit')}, ${behind} behind`,
    `- scope: ${verdict === 'pass' ? '✓ pass' : `✗ refused, ${plural(outside, 'path')} outside its lane`}`,
    `- merge with ${task.base}: ${mergeLine(conflicts)}`,
    ...(waitsFor.length > 0 ? [`- lands after: ${waitsFor.join(', ')}`] : []),
    ...(task.migrations === null ? [] : [`- owns the migrations of: ${task.migrations}${ofTables(task)}`]),
    ...worktreeLines(worktree),
  ]
}

function ofTables({ tables }: Task): string {
  return tables.length === 0 ? '' : ` (tables: ${tables.join(', ')})`
}

function mergeLine(conflicts: Review['conflicts']): string {
  if (conflicts === null) return '? git could not tell'
  return conflicts.length === 0 ? '✓ clean' : `✗ conflicts in ${conflicts.map(printable).join(', ')}`
}

function worktreeLines(worktree: Review['worktree']): string[] {
  if (worktree === null) return ['- worktree: none']
  const { path, state, problems, uncommitted } = worktree
  return [
    `- worktree: ${printable(path)}, set-up ${state}${problems[0] ? ` (${problems[0]})` : ''}`,
    ...(uncommitted.length > 0
      ? [`- ▲ ${plural(uncommitted.length, 'uncommitted path')} there, NOT part of this page:`, ...clipped(uncommitted)]
      : []),
  ]
}

function clipped(paths: readonly string[]): string[] {
  const rest = paths.length - 5
  return [...paths.slice(0, 5).map((path) => `    ${printable(path)}`), ...(rest > 0 ? [`    …and ${rest} more`] : [])]
}

function section(title: string, { task, violations }: Review, changes: readonly CountedChange[]): string[] {
  if (changes.length === 0) return []
  const reasons = new Map(violations.map(({ path, rule, message }) => [path, `${rule}: ${message}`]))
  const shown = changes.slice(0, MOST_LINES).flatMap((change) => {
    const reason = reasons.get(change.path)
    return [`  ${change.status}  ${counts(change)}  ${printable(change.path)}`, ...(reason ? [`       ${reason}`] : [])]
  })
  const rest = changes.length - MOST_LINES
  const more = rest > 0 ? [`  …and ${rest} more: ${commandLine(['git', 'diff', '--stat', range(task)])}`] : []
  return ['', `## ${title} (${plural(changes.length, 'file')}, ${total(changes)})`, '', ...shown, ...more]
}

function counts({ added, deleted }: CountedChange): string {
  return added === null || deleted === null ? 'binary' : `+${added} -${deleted}`
}

function total(changes: readonly CountedChange[]): string {
  const sum = (of: 'added' | 'deleted') => changes.reduce((lines, change) => lines + (change[of] ?? 0), 0)
  return `+${sum('added')} -${sum('deleted')}`
}

function commitLines({ task, commits, isMerged }: Review): string[] {
  if (isMerged) return ['', `Everything committed on ${task.branch} is on ${task.base} already.`]
  if (commits.length === 0) return ['', `Nothing is committed on ${task.branch} yet.`]
  const lines = commits
    .slice(0, MOST_LINES)
    .map(({ oid, authoredAt, author, subject }) =>
      printable(`  ${oid.slice(0, 9)}  ${authoredAt.slice(0, 10)}  ${author}  ${subject}`),
    )
  const rest = commits.length - MOST_LINES
  const more = rest > 0 ? [`  …and ${rest} more: ${commandLine(['git', 'log', `${task.base}..${task.branch}`])}`] : []
  return ['', `## Commits (${commits.length})`, '', ...lines, ...more]
}

function overlapLines({ overlaps }: Review): string[] {
  if (overlaps.length === 0) return []
  return [
    '',
    '## Other open tasks on the same files',
    '',
    ...overlaps.flatMap(({ task, branch, paths, conflicts }) => [
      `  ${task} (${branch}): ${conflicts.length === 0 ? 'merges cleanly' : `would conflict in ${conflicts.map(printable).join(', ')}`}`,
      ...clipped(paths),
    ]),
  ]
}

/** What to type from here, the most urgent first. */
export function nextCommands({ task, verdict, worktree, conflicts, waitsFor, commits, isMerged }: Review): string[] {
  const there = worktree ? ['git', '-C', worktree.path] : ['git']
  const look = commandLine(['git', 'diff', range(task)])
  if (verdict === 'refuse') return [commandLine(['npx', 'lanekeeper', 'check', task.branch]), look]
  if (worktree && worktree.uncommitted.length > 0) return [commandLine([...there, 'status']), look]
  if (isMerged) return [commandLine(['npx', 'lanekeeper', 'remove', task.id])]
  if (commits.length === 0) return [commandLine(['npx', 'lanekeeper', 'launch', task.id])]
  if (conflicts !== null && conflicts.length > 0) return [commandLine([...there, 'merge', task.base]), look]
  return [look, commandLine(['npx', 'lanekeeper', 'land', ...waitsFor, task.id])]
}

function range(task: Task): string {
  return `${task.base}...${task.branch}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
