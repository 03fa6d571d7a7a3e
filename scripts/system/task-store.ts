/**
 * Writes tasks: plumbing only, compare-and-swap on the ref, one commit a change, so that the ref's log is the audit
 * trail and two writers at once never lose each other's task.
 */
import { LanekeeperError } from '../policy/errors.ts'
import { formatTask, type Task } from '../policy/task.ts'
import type { Git } from './git.ts'
import { parseTree, readObjects } from './objects.ts'
import { TASKS_REF } from './policy-source.ts'
import type { Repository } from './repository.ts'
import { writeTaskBranches } from './task-branches.ts'

/** Losing this often in a row means something else is wrong. */
const MAX_TRIES = 50

/**
 * Stores a task as a new commit on the tasks ref.
 * @param message what was done and why, for the audit trail: `new-task add-auth`
 * @param mustBeNew throws `task-exists` when the id is taken
 */
export function saveTask(repository: Repository, task: Task, message: string, { mustBeNew = false } = {}): void {
  const { git } = repository
  const blob = git.text(['hash-object', '-w', '--stdin'], { input: formatTask(task) })
  swap(git, message, (entries) => {
    if (mustBeNew && entries.has(`${task.id}.md`)) throw taken(task.id)
    return new Map(entries).set(`${task.id}.md`, blob)
  })
  writeTaskBranches(repository)
}

/** Takes a task's file out of the tree (a new-task that could not go through); the ref's log keeps it. */
export function dropTask(repository: Repository, id: string, message: string): void {
  swap(repository.git, message, (entries) => {
    const left = new Map(entries)
    left.delete(`${id}.md`)
    return left
  })
  writeTaskBranches(repository)
}

/** Records a decision about the base that changes no task (`accept`), as an empty commit on the tasks ref. */
export function recordDecision(repository: Repository, message: string): void {
  swap(repository.git, message, (entries) => entries)
}

function swap(
  git: Git,
  message: string,
  change: (entries: ReadonlyMap<string, string>) => ReadonlyMap<string, string>,
): void {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [current, tree] = readObjects(git, [`${TASKS_REF}^{commit}`, `${TASKS_REF}^{tree}`])
    const entries = change(new Map(tree ? parseTree(tree).map(({ name, oid }) => [name, oid]) : []))
    const commit = commitTasks(git, entries, current ? [current.oid] : [], message)
    const expected = current?.oid ?? '0'.repeat(commit.length)
    if (git.attempt(['update-ref', '--create-reflog', '-m', message, TASKS_REF, commit, expected]).status === 0) return
  }
  throw new LanekeeperError('git', `${TASKS_REF} could not be written: other processes kept winning.`, {
    hint: `Repeat. If it stays: ls .git/${TASKS_REF}.lock shows a lock that a killed git left.`,
  })
}

/** A commit of the tasks' tree. @param entries name → blob */
export function commitTasks(
  git: Git,
  entries: ReadonlyMap<string, string>,
  parents: readonly string[],
  message: string,
): string {
  const listing = [...entries].map(([name, oid]) => `100644 blob ${oid}\t${name}\0`).join('')
  const tree = git.text(['mktree', '-z'], { input: listing })
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message]
  const { status, stdout } = git.attempt(args)
  return status === 0 ? stdout.trim() : git.text(args, { env: OUR_IDENTITY })
}

/** A person's own identity makes the audit trail; a machine without one still gets its task, in our name. */
const OUR_IDENTITY = {
  GIT_AUTHOR_NAME: 'lanekeeper',
  GIT_AUTHOR_EMAIL: 'lanekeeper@localhost',
  GIT_COMMITTER_NAME: 'lanekeeper',
  GIT_COMMITTER_EMAIL: 'lanekeeper@localhost',
}

function taken(id: string): LanekeeperError {
  return new LanekeeperError('task-exists', `A task "${id}" exists already.`, {
    hint: `See it: npx lanekeeper task show ${id}\nOr choose another id: --id ${id}-2`,
  })
}
