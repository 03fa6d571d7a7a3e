/**
 * Where policy is read: git objects only. Settings come from `lanekeeper.json` at the base's tip and tasks from
 * `refs/lanekeeper/tasks`; a branch's own copy is never asked, since a branch could widen its own lane with it
 * (policy.md section 4). Until the settings are committed on the base, the main worktree's file stands in.
 */
import { join } from 'node:path'
import { defaultSettings, parseSettings, SETTINGS_FILE, type Settings } from '../policy/settings.ts'
import { parseTask, type Task } from '../policy/task.ts'
import { detectBase } from './base.ts'
import { readIfExists, readJsonIfExists, writeAtomically } from './files.ts'
import { type GitObject, parseTree, readObjects } from './objects.ts'
import type { Repository } from './repository.ts'

export const TASKS_REF = 'refs/lanekeeper/tasks'

export interface Policy {
  readonly base: string
  /** Tip of the base, or null when the base has no commit yet. */
  readonly baseTip: string | null
  readonly settings: Settings
  /** Where the settings came from: `base`, the main worktree's file, or nowhere (`defaults`). */
  readonly settingsFrom: 'base' | 'worktree' | 'defaults'
  /** Every task, open or not, oldest first. */
  readonly tasks: readonly Task[]
  /** Tree of the base's `.husky`, or null. */
  readonly hooksTree: string | null
}

/**
 * Reads the policy in two git processes.
 * @param knownBase the base's name where the caller has it (a hook has it from its stub)
 * @throws `settings` or `task-file` naming the line that is wrong; the gate refuses then, it never guesses
 */
export function readPolicy(repository: Repository, knownBase?: string): Policy {
  const base = knownBase ?? baseOf(repository)
  const ref = `refs/heads/${base}`
  const [tip, file, tree, hooks] = readObjects(repository.git, [
    `${ref}^{commit}`,
    `${ref}:${SETTINGS_FILE}`,
    `${TASKS_REF}^{tree}`,
    `${ref}:.husky`,
  ])
  const { settings, settingsFrom } = settingsOf(repository, base, file ? file.content.toString('utf8') : null)
  const tasks = tree ? tasksOf(repository, tree) : []
  return { base, baseTip: tip?.oid ?? null, settings, settingsFrom, tasks, hooksTree: hooks?.oid ?? null }
}

interface TasksCache {
  readonly tree: string
  readonly tasks: readonly Task[]
}

/** The tasks of one tree as they were parsed; good for that tree alone, so it can be stale but never wrong. */
function tasksCacheFile(repository: Repository): string {
  return join(repository.stateDir, 'cache', 'tasks.json')
}

function tasksOf(repository: Repository, tree: GitObject): readonly Task[] {
  const cached = readJsonIfExists<TasksCache>(tasksCacheFile(repository))
  return cached?.tree === tree.oid ? cached.tasks : parsedTasks(repository, tree)
}

function parsedTasks(repository: Repository, tree: GitObject): Task[] {
  const entries = parseTree(tree).filter(({ name }) => name.endsWith('.md'))
  const texts = readObjects(
    repository.git,
    entries.map(({ oid }) => oid),
  )
  return entries.map(({ name }, index) => parseTask(texts[index]?.content.toString('utf8') ?? '', name)).sort(byAge)
}

/** Keeps the parsed tasks for the hooks; called whenever the tasks ref was written. */
export function cacheTasks(repository: Repository): readonly Task[] {
  const [tree] = readObjects(repository.git, [`${TASKS_REF}^{tree}`])
  const tasks = tree ? parsedTasks(repository, tree) : []
  const cache: TasksCache = { tree: tree?.oid ?? '', tasks }
  writeAtomically(tasksCacheFile(repository), JSON.stringify(cache))
  return tasks
}

function byAge(a: Task, b: Task): number {
  // not localeCompare: its first call loads the collation tables, 10 ms
  const [first, second] = [`${a.createdAt} ${a.id}`, `${b.createdAt} ${b.id}`]
  return first < second ? -1 : 1
}

/** The open tasks of a policy. */
export function openTasks(policy: Policy): Task[] {
  return policy.tasks.filter(({ state }) => state === 'open')
}

function settingsOf(
  repository: Repository,
  base: string,
  committed: string | null,
): Pick<Policy, 'settings' | 'settingsFrom'> {
  if (committed !== null)
    return { settings: parseSettings(committed, `${SETTINGS_FILE} at ${base}`), settingsFrom: 'base' }
  const local = readIfExists(join(repository.mainWorktree, SETTINGS_FILE))
  if (local === null) return { settings: defaultSettings(), settingsFrom: 'defaults' }
  return { settings: parseSettings(local, join(repository.mainWorktree, SETTINGS_FILE)), settingsFrom: 'worktree' }
}

/** `base` in the main worktree's settings, else what git says. Only a name is taken from the file, never a rule. */
export function baseOf(repository: Repository): string {
  const local = readIfExists(join(repository.mainWorktree, SETTINGS_FILE))
  const named = local === null ? undefined : parseSettings(local, join(repository.mainWorktree, SETTINGS_FILE)).base
  return named ?? detectBase(repository.git, repository.commonDir)
}
