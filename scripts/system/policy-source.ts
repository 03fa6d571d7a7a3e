/**
 * Where policy is read: git objects only. Settings come from `lanekeeper.json` at the base's tip and tasks from
 * `refs/lanekeeper/tasks`; a branch's own copy is never asked, since a branch could widen its own lane with it
 * (policy.md section 4). Until the settings are committed on the base, the main worktree's file stands in.
 */
import { join } from 'node:path'
import { defaultSettings, parseSettings, SETTINGS_FILE, type Settings } from '../policy/settings.ts'
import { parseTask, type Task } from '../policy/task.ts'
import { detectBase } from './base.ts'
import { readIfExists } from './files.ts'
import { parseTree, readObjects } from './objects.ts'
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
}

/**
 * Reads the policy in two git processes.
 * @param knownBase the base's name where the caller has it (a hook has it from its stub)
 * @throws `settings` or `task-file` naming the line that is wrong; the gate refuses then, it never guesses
 */
export function readPolicy(repository: Repository, knownBase?: string): Policy {
  const base = knownBase ?? baseOf(repository)
  const ref = `refs/heads/${base}`
  const [tip, file, tree] = readObjects(repository.git, [
    `${ref}^{commit}`,
    `${ref}:${SETTINGS_FILE}`,
    `${TASKS_REF}^{tree}`,
  ])
  const { settings, settingsFrom } = settingsOf(repository, base, file ? file.content.toString('utf8') : null)
  const entries = tree ? parseTree(tree).filter(({ name }) => name.endsWith('.md')) : []
  const tasks = readObjects(
    repository.git,
    entries.map(({ oid }) => oid),
  ).map((object, index) => parseTask(object?.content.toString('utf8') ?? '', entries[index]?.name ?? ''))
  return { base, baseTip: tip?.oid ?? null, settings, settingsFrom, tasks: tasks.sort(byAge) }
}

function byAge(a: Task, b: Task): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)
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
  return named ?? detectBase(repository.git)
}
