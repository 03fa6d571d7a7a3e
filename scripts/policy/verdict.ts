/** The one gate: facts in, verdict out. git's hooks, `check`, `review`, `land` and the alarms all ask this and nothing else. */
import { type Change, SYMLINK_MODE } from './changes.ts'
import type { MigrationFacts } from './migrations/brought.ts'
import { migrationSets } from './migrations/migration-set.ts'
import { findingsOf, type MigrationFinding, type MigrationRule } from './migrations/rules.ts'
import { matcherOf } from './patterns.ts'
import { scopeOf } from './scope.ts'
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'

export type RuleName = 'protected' | MigrationRule | 'deny' | 'scope' | 'link-escapes' | 'name-twin' | 'no-task'

/** What one branch or task would bring to the base. */
export interface Contribution {
  /** The open task the changes belong to; null when no open task has them. */
  readonly task: Task | null
  /** How to name the source to a person: a branch, or `commit 1a2b3c4`. */
  readonly source: string
  readonly changes: readonly Change[]
  /** All that the task's branch brings, where `changes` is only its latest commit: migrations are judged as a whole. */
  readonly ofBranch?: readonly Change[]
}

export interface Facts {
  readonly base: string
  readonly settings: Settings
  /** Every open task, to say who owns a path. */
  readonly openTasks: readonly Task[]
  readonly contributions: readonly Contribution[]
  /** Target of each symbolic link that the changes add or alter, by path. */
  readonly linkTargets: ReadonlyMap<string, string>
  /** Added path → path at the base that is the same but for case or Unicode form. */
  readonly nameTwins: ReadonlyMap<string, string>
  /** Null when no task's change touches migrations or what they are made from. */
  readonly migrations: MigrationFacts | null
}

export interface Violation {
  readonly rule: RuleName
  readonly path: string
  readonly message: string
  readonly status: Change['status'] | ''
  /** Id of the task that broke the rule, or null for a branch without a task. */
  readonly task: string | null
  readonly source: string
  /** Where in the file, counted from 1; none where it is about the whole. */
  readonly line?: number
  /** What goes on from here, where it is not to take the change back or to widen the lane. */
  readonly ways?: readonly string[]
}

export interface Verdict {
  readonly verdict: 'pass' | 'refuse'
  readonly violations: readonly Violation[]
  /** Worth a word, and no reason to refuse. */
  readonly warnings: readonly Violation[]
  /** How many changed paths were looked at. */
  readonly checked: number
}

type Rule = (change: Change, facts: Facts) => string | null

const pathRules: readonly { readonly name: RuleName; readonly rule: Rule }[] = [
  { name: 'link-escapes', rule: linkEscapes },
  { name: 'name-twin', rule: hasNameTwin },
]

/** Judges what would reach the base. Pure: the same facts give the same verdict. */
export function judge(facts: Facts): Verdict {
  const found = facts.contributions.flatMap((contribution) => migrationFindings(contribution, facts))
  const violations = [
    ...facts.contributions.flatMap((contribution) => violationsOf(contribution, facts)),
    ...found.filter(({ isWarning }) => !isWarning).map(({ violation }) => violation),
  ]
  return {
    verdict: violations.length === 0 ? 'pass' : 'refuse',
    violations,
    warnings: found.filter(({ isWarning }) => isWarning).map(({ violation }) => violation),
    checked: facts.contributions.reduce((sum, { changes }) => sum + changes.length, 0),
  }
}

function violationsOf(contribution: Contribution, facts: Facts): Violation[] {
  const { task } = contribution
  if (task === null) return violationsWithoutTask(contribution, facts)
  const scope = scopeOf(task, facts.settings)
  const hasOddPaths = facts.linkTargets.size > 0 || facts.nameTwins.size > 0
  const violations: Violation[] = []
  for (const change of contribution.changes) {
    const broken = scope.refusal(change.path) ?? (hasOddPaths ? brokenPathRule(change, facts) : null)
    if (broken !== null) violations.push(violation(broken.rule, change, contribution, broken.message))
  }
  return violations
}

function migrationFindings(contribution: Contribution, facts: Facts): { violation: Violation; isWarning: boolean }[] {
  const { task, source, changes, ofBranch = changes } = contribution
  if (task === null || facts.migrations === null) return []
  const found = findingsOf(migrationSets(facts.settings), task, facts.base, ofBranch, facts.migrations)
  return found.map(({ isWarning, ...finding }: MigrationFinding) => {
    const status = ofBranch.find((change) => change.path === finding.path)?.status ?? ''
    return { isWarning, violation: { ...finding, status, task: task.id, source } }
  })
}

function brokenPathRule(change: Change, facts: Facts): { readonly rule: RuleName; readonly message: string } | null {
  for (const { name, rule } of pathRules) {
    const message = rule(change, facts)
    if (message !== null) return { rule: name, message }
  }
  return null
}

/** A branch that looks like a task's but has no open task is refused whole; any other branch is a person's. */
function violationsWithoutTask(contribution: Contribution, facts: Facts): Violation[] {
  if (matcherOf(facts.settings.taskBranches)(contribution.source) === null) return []
  const message = `branch ${contribution.source} is a task branch ("taskBranches") but no open task has it`
  return contribution.changes.map((change) => violation('no-task', change, contribution, message))
}

function violation(rule: RuleName, change: Change, contribution: Contribution, message: string): Violation {
  const { task, source } = contribution
  return { rule, path: change.path, message, status: change.status, task: task?.id ?? null, source }
}

/** A link is judged by where it points: absolute or above the root would let a later write land anywhere. */
function linkEscapes(change: Change, facts: Facts): string | null {
  if (change.newMode !== SYMLINK_MODE) return null
  const target = facts.linkTargets.get(change.path)
  if (target === undefined || !escapesRepository(change.path, target)) return null
  return `a symbolic link that leaves the repository (→ ${target})`
}

function escapesRepository(path: string, target: string): boolean {
  if (/^([/\\]|[A-Za-z]:)/.test(target)) return true
  let depth = path.split('/').length - 1
  return target.split(/[/\\]/).some((part) => {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    return depth < 0
  })
}

function hasNameTwin(change: Change, facts: Facts): string | null {
  const twin = facts.nameTwins.get(change.path)
  return twin === undefined ? null : `the same name as ${twin} but for case or Unicode form: one disk cannot hold both`
}

/** The open task whose scope has the path, or null. */
export function owningTask(path: string, facts: Facts, exceptTask: string | null): Task | null {
  return facts.openTasks.find(({ id, allow }) => id !== exceptTask && matcherOf(allow)(path) !== null) ?? null
}

/** Who to ask about a path: the open task whose scope has it, else the owner in the settings, else null. */
export function ownerOf(path: string, facts: Facts, exceptTask: string | null): string | null {
  const task = owningTask(path, facts, exceptTask)
  if (task) return `task "${task.id}" (${task.branch})`
  const entry = Object.entries(facts.settings.owners).find(([pattern]) => matcherOf([pattern])(path) !== null)
  return entry?.[1] ?? null
}
