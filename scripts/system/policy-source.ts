/**
 * Where policy is read: git objects only. Settings come from `lanekeeper.json` at the base's tip and tasks from
 * `refs/lanekeeper/tasks`; a branch's own copy is never asked, since a branch could widen its own lane with it
 * (policy.md section 4). Until the settings are committed on the base, the main worktree's file stands in.
 */
import { join } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { defaultSettings, parseSettings, SETTINGS_FILE, type Settings } from '../policy/settings.ts'
import { parseTask, type Task } from '../policy/task.ts'
import { detectBase } from './base.ts'
import { readIfExists } from './files.ts'
import { type GitObject, parseTree, readObjects } from './objects.ts'
import { type CachedPolicy, cachedPolicies, keepPolicy, type PolicyKey } from './policy-cache.ts'
import { readRef } from './refs.ts'
import type { Repository } from './repository.ts'

export const TASKS_REF = 'refs/lanekeeper/tasks'

/**
 * Reads the policy: from the cache where it has these commits, else in two git processes.
 * @param knownBase the base's name where the caller has it (a hook has it from its stub)
 * @throws `settings` or `task-file` naming the line that is wrong; the gate refuses then, it never guesses
 */
export function readPolicy(repository: Repository, knownBase?: string): Policy {
  const known = cachedPolicies(repository)
  const base = knownBase ?? baseOf(repository, known)
  const key = keyOf(repository, base)
  const found = key && known.find((entry) => isSameKey(entry, key))
  return found ? found.policy : readFromGit(repository, base, key, known)
}

/** The policy that judges a task: where it lands, which `new-task --base` makes another branch than the base. */
export function policyOfTask(repository: Repository, known: Policy, task: Task | undefined): Policy {
  return task === undefined || task.base === known.base ? known : readPolicy(repository, task.base)
}

/**
 * The policy as of a commit of the base, for a clone that may have no branch of that name (CI): no file of the work tree is
 * asked, which is the branch's own there, and nothing is written.
 * @param base how a person named it, and the commit that is
 * @param name the base's name where something tells it; else the settings' `base`, else the name that was typed
 * @throws `settings` or `task-file` naming the line that is wrong
 */
export function readPolicyAt(
  repository: Repository,
  base: { readonly ref: string; readonly commit: string },
  name: string | null,
): Policy {
  const { commit } = base
  const [file, tree, hooks] = readObjects(repository.git, [
    `${commit}:${SETTINGS_FILE}`,
    `${TASKS_REF}^{tree}`,
    `${commit}:.husky`,
  ])
  const settings = file
    ? parseSettings(file.content.toString('utf8'), `${SETTINGS_FILE} at ${base.ref}`)
    : defaultSettings()
  return {
    base: name ?? settings.base ?? base.ref,
    baseTip: commit,
    settings,
    settingsFrom: file ? 'base' : 'defaults',
    tasks: tree ? parsedTasks(repository, tree) : [],
    hooksTree: hooks?.oid ?? null,
  }
}

/** The commits a policy would be read from, or null where only git can tell. */
function keyOf({ commonDir }: Repository, base: string): PolicyKey | null {
  const [tip, tasks] = [readRef(commonDir, `refs/heads/${base}`), readRef(commonDir, TASKS_REF)]
  return typeof tip === 'string' && tasks !== undefined ? { base, tip, tasks } : null
}

function isSameKey(one: PolicyKey, other: PolicyKey): boolean {
  return one.base === other.base && one.tip === other.tip && one.tasks === other.tasks
}

/** By commit id where it is known: a ref may move between the two questions. */
function readFromGit(
  repository: Repository,
  base: string,
  key: PolicyKey | null,
  known: readonly CachedPolicy[],
): Policy {
  const sameTip = key === null ? undefined : known.find((entry) => entry.base === base && entry.tip === key.tip)
  if (key !== null && sameTip !== undefined) return withTasksOf(repository, key, sameTip, known)
  const start = key?.tip ?? `refs/heads/${base}`
  const [tip, file, tree, hooks] = readObjects(repository.git, [
    `${start}^{commit}`,
    `${start}:${SETTINGS_FILE}`,
    `${key?.tasks ?? TASKS_REF}^{tree}`,
    `${start}:.husky`,
  ])
  const text = file?.content.toString('utf8') ?? null
  const from = settingsOf(repository, base, text, known)
  const tasks = key && known.find((entry) => entry.tasks === key.tasks)?.policy.tasks
  const policy: Policy = {
    base,
    baseTip: tip?.oid ?? null,
    ...from,
    tasks: tasks ?? (tree ? parsedTasks(repository, tree) : []),
    hooksTree: hooks?.oid ?? null,
  }
  if (key !== null && text !== null) keepPolicy(repository, { ...key, text, policy }, known)
  return policy
}

/** Where only the tasks changed, which every new task does: the rest is known. */
function withTasksOf(
  repository: Repository,
  key: PolicyKey,
  entry: CachedPolicy,
  known: readonly CachedPolicy[],
): Policy {
  const [tree] = readObjects(repository.git, [`${key.tasks ?? TASKS_REF}^{tree}`])
  const policy = { ...entry.policy, tasks: tree ? parsedTasks(repository, tree) : [] }
  keepPolicy(repository, { ...key, text: entry.text, policy }, known)
  return policy
}

function parsedTasks(repository: Repository, tree: GitObject): Task[] {
  const entries = parseTree(tree).filter(({ name }) => name.endsWith('.md'))
  const texts = readObjects(
    repository.git,
    entries.map(({ oid }) => oid),
  )
  return entries.map(({ name }, index) => parseTask(texts[index]?.content.toString('utf8') ?? '', name)).sort(byAge)
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
  known: readonly CachedPolicy[],
): Pick<Policy, 'settings' | 'settingsFrom'> {
  if (committed !== null)
    return { settings: parsed(committed, `${SETTINGS_FILE} at ${base}`, known), settingsFrom: 'base' }
  const local = readIfExists(join(repository.mainWorktree, SETTINGS_FILE))
  if (local === null) return { settings: defaultSettings(), settingsFrom: 'defaults' }
  return { settings: parsed(local, join(repository.mainWorktree, SETTINGS_FILE), known), settingsFrom: 'worktree' }
}

/** A text has one meaning. */
function parsed(text: string, where: string, known: readonly CachedPolicy[]): Settings {
  return known.find((entry) => entry.text === text)?.policy.settings ?? parseSettings(text, where)
}

/** `base` in the main worktree's settings, else what git says. Only a name is taken from the file, never a rule. */
export function baseOf(repository: Repository, known = cachedPolicies(repository)): string {
  const local = readIfExists(join(repository.mainWorktree, SETTINGS_FILE))
  const named = local === null ? undefined : parsed(local, join(repository.mainWorktree, SETTINGS_FILE), known).base
  return named ?? detectBase(repository.git, repository.commonDir)
}
