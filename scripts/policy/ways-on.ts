/**
 * How it goes on from a refusal: first what an agent may do itself, then what only a person may do. Each door offers what
 * can be done there: in CI nobody can switch a hook off, and what a person decides has to reach the remote first.
 */
import { SUBMODULE_MODE } from './changes.ts'
import { commandLine, fromTop } from './shell-quote.ts'
import type { Task } from './task.ts'
import { type Facts, owningTask, type Verdict, type Violation } from './verdict.ts'

/** How an added file goes; at the other doors it is committed already. */
const TAKE_AWAY: Partial<Record<RefusalContext['door'], string>> = { stop: 'rm --', commit: 'git restore --staged --' }
/** More paths than this make a command that nobody reads. */
const MOST_IN_COMMAND = 8

export interface RefusalContext {
  /** Which door refused: it decides what can still be done. `ci`: a job that nobody sits at. */
  readonly door: 'edit' | 'stop' | 'commit' | 'move' | 'landing' | 'ci'
  /** What was refused, e.g. `git merge feature/auth`. */
  readonly what: string
  /** Commands that bring the work tree back to a clean state, in order; empty when nothing was touched. */
  readonly recovery: readonly string[]
  /** Paths that a person let pass by name this time: the command to go on names them again. */
  readonly allowed?: readonly string[]
}

/** First what an agent may do itself, then what only a person may do: an agent must not talk itself through the gate. */
export function waysOn(verdict: Verdict, facts: Facts, context: RefusalContext): string[] {
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
    ...letPassLines(context, task.id, own),
  ]
  return [
    ...(violations.length === own.length
      ? []
      : ['An agent: do what the arrows say, commit, and ask again: npx lanekeeper check']),
    ...(violations.length === 0 ? [] : agentsWay(violations, facts, context)),
    ...handoffLines(outside, facts, task),
    ...(persons.length > 0 ? ['A person may instead', ...persons] : []),
    ...(persons.length > 0 && context.door === 'ci' ? [SHARE_IT] : []),
    ...(violations.length === 0
      ? []
      : ['The lane is read from refs/lanekeeper/tasks; TASK.md in the worktree is only a copy.']),
  ]
}

/** A job reads what the remote has. */
const SHARE_IT =
  '  and then, where "remote" in lanekeeper.json does not do it: git push origin refs/lanekeeper/tasks, and run this job again'

const LEAVE_IT = 'An agent: leave it, finish what lies inside the lane, and say in your answer what is needed there.'

/** Before an edit nothing is there to take back: what lies outside the lane is handed over in words. */
function agentsWay(violations: readonly Violation[], facts: Facts, context: RefusalContext): string[] {
  if (context.door === 'edit') return [LEAVE_IT]
  return [
    "An agent: take it back in the task's worktree, then commit:",
    ...undoLines(violations, facts, context).map((command) => `  ${command}`),
  ]
}

function waysOnWithoutTask(source: string, context: RefusalContext): string[] {
  return [
    'A person may',
    `  make it a task: ${commandLine(['npx', 'lanekeeper', 'new-task', '--branch', source])} --title "…" --allow PATH`,
    ...(context.door === 'ci'
      ? [SHARE_IT, '  or give a branch that is no task\'s another name ("taskBranches" in lanekeeper.json)']
      : letPassLines(context, null, [])),
  ]
}

/**
 * An added file goes (at a commit it only leaves the index: its text is nowhere else yet), a changed one goes back. In this
 * order: where a file took a directory's place, the directory cannot come back before.
 */
function undoLines(violations: readonly Violation[], facts: Facts, { door }: RefusalContext): string[] {
  const added = pathsOf(violations.filter(({ status }) => status === 'A'))
  const changed = pathsOf(violations).filter((path) => !added.includes(path))
  // where it is pasted HEAD is the task's; the branch may have another name by now
  const base = `$(git merge-base ${commandLine([facts.base, 'HEAD'])})`
  const dots = (paths: readonly string[]) => (paths.length > MOST_IN_COMMAND ? ' …' : '')
  // `rm` knows no pathspecs
  const named = door === 'stop' ? (path: string) => path : fromTop
  const command = (words: string, paths: readonly string[], name = named) =>
    paths.length === 0 ? [] : [`${words} ${commandLine(firstOf(paths).map(name))}${dots(paths)}`]
  const isLink = (path: string) => TAKE_AWAY[door] === undefined && isSubmodule(path, facts)
  const files = added.filter((path) => !isLink(path))
  return [
    ...command(TAKE_AWAY[door] ?? 'git rm -q --', files),
    // git rm wants such a thing in .gitmodules, where a repository that was added by accident is not
    ...command('git rm -q --cached --', added.filter(isLink)),
    ...command(`git restore --source=${base} --staged --worktree --`, changed, fromTop),
  ]
}

function isSubmodule(path: string, { contributions }: Facts): boolean {
  const changes = contributions.flatMap((one) => one.changes)
  return changes.some((change) => change.path === path && change.newMode === SUBMODULE_MODE)
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

/**
 * `land` writes down itself what it let pass; git cannot, so a person accepts afterwards. In CI only what is on record by
 * name counts (recorded-landings.ts): LANEKEEPER=0 switches off hooks, and there are none.
 */
function letPassLines(
  { door, what, allowed = [] }: RefusalContext,
  task: string | null,
  violations: readonly Violation[],
): string[] {
  if (door === 'edit' || door === 'stop' || door === 'commit') return []
  const paths = pathsOf(violations)
  const isNameable = task !== null && violations.every(isAllowable) && paths.length <= MOST_IN_COMMAND
  const named = [...allowed, ...paths].flatMap((path) => ['--allow', path])
  const byName = `${commandLine(['npx', 'lanekeeper', 'land', task ?? '', ...named])} --reason "…"`
  if (door === 'ci')
    return isNameable ? [`  let it land:    ${byName}  (where the branch is; then push that landing)`] : []
  if (door !== 'landing' || task === null)
    return [`  let it pass:    LANEKEEPER=0 ${what}, then: npx lanekeeper accept --reason "…"`]
  return [`  let it pass:    ${isNameable ? byName : commandLine(['LANEKEEPER=0', 'npx', 'lanekeeper', 'land', task])}`]
}

function pathsOf(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ path }) => path))]
}

function firstOf(paths: readonly string[]): string[] {
  return paths.slice(0, MOST_IN_COMMAND)
}

/** Where the first violation came from. */
export function sourceOf(verdict: Verdict): string {
  return verdict.violations[0]?.source ?? ''
}
