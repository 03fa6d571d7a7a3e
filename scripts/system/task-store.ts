/**
 * Writes tasks: plumbing only, compare-and-swap on the ref, one commit a change, so that the ref's log is the audit
 * trail and two writers at once never lose each other's task.
 */
import { LanekeeperError } from '../policy/errors.ts'
import { formatTask, type Task } from '../policy/task.ts'
import type { Git } from './git.ts'
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
  const author = identityOf(git)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const current = git.attempt(['rev-parse', '--verify', '--quiet', `${TASKS_REF}^{commit}`]).stdout.trim()
    const entries = change(current === '' ? new Map() : entriesOf(git, current))
    const listing = [...entries].map(([name, oid]) => `100644 blob ${oid}\t${name}\0`).join('')
    const tree = git.text(['mktree', '-z'], { input: listing })
    const parent = current === '' ? [] : ['-p', current]
    const commit = git.text(['commit-tree', tree, ...parent, '-m', message], { env: author })
    const expected = current === '' ? '0'.repeat(commit.length) : current
    if (git.attempt(['update-ref', '--create-reflog', '-m', message, TASKS_REF, commit, expected]).status === 0) return
  }
  throw new LanekeeperError('git', `${TASKS_REF} could not be written: other processes kept winning.`, {
    hint: `Repeat. If it stays: ls .git/${TASKS_REF}.lock shows a lock that a killed git left.`,
  })
}

function entriesOf(git: Git, commit: string): Map<string, string> {
  return new Map(
    git.nul(['ls-tree', '-z', commit]).map((line) => {
      const [meta = '', name = ''] = line.split('\t')
      return [name, meta.split(' ')[2] ?? '']
    }),
  )
}

/** The person's own identity; a machine without one still gets a task, in our name. */
function identityOf(git: Git): Record<string, string> {
  if (git.attempt(['var', 'GIT_COMMITTER_IDENT']).status === 0) return {}
  const name = 'lanekeeper'
  const email = 'lanekeeper@localhost'
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }
}

function taken(id: string): LanekeeperError {
  return new LanekeeperError('task-exists', `A task "${id}" exists already.`, {
    hint: `See it: npx lanekeeper task show ${id}\nOr choose another id: --id ${id}-2`,
  })
}
