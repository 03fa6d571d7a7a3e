/**
 * The `docs` step: TASK.md, WORKTREE.md and TASKS.md, kept out of git through info/exclude. Where the project tracks a
 * file of that name, or somebody made one, ours goes to `.lanekeeper/`.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import {
  DOCUMENT_MARK,
  type DocumentFacts,
  type DocumentName,
  taskDocument,
  tasksDocument,
  worktreeDocument,
} from '../policy/documents.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { type Standing, standingOf } from '../policy/migrations/lease.ts'
import { leaseOf } from '../policy/migrations/ownership.ts'
import type { Policy } from '../policy/policy.ts'
import { urlsOf } from '../policy/ports.ts'
import type { Task } from '../policy/task.ts'
import { composeProjectOf } from './compose.ts'
import { fileSystemError, isErrno, readIfExists, writeAtomically } from './files.ts'
import { excludeFromGit } from './git-exclude.ts'
import { isInstalled } from './installed.ts'
import { activityOf } from './lease-activity.ts'
import { leasesOf } from './lease-store.ts'
import { notesOf, type WorktreeRecord } from './ledger.ts'
import type { PathStates } from './path-states.ts'
import { openTasks } from './policy-source.ts'
import type { Repository } from './repository.ts'
import { worktreeSlug } from './worktree-facts.ts'
import { locateInWorktree } from './worktree-file.ts'
import { SLOW_STEPS } from './worktree-record.ts'

export const DOCUMENT_NAMES: readonly DocumentName[] = ['TASK.md', 'WORKTREE.md', 'TASKS.md']
/** For ours alone, where a name is taken. */
const OWN_DIRECTORY = '.lanekeeper'
const READABLE = 0o644
const READ_ONLY = 0o444

/** Writes the documents. @returns those that changed, from the worktree's root. @throws `file-system` */
export async function writeDocuments(
  repository: Repository,
  policy: Policy,
  record: WorktreeRecord,
  states: PathStates,
): Promise<readonly string[]> {
  const known = states(DOCUMENT_NAMES)
  const places = placesOf(repository, known)
  const used = Object.values(places)
  await excludeFromGit(repository, [
    ...used.filter((place) => known.get(place) === 'open'),
    ...(used.some((place) => place.includes('/')) ? [`${OWN_DIRECTORY}/`] : []),
    ...hiddenParent(repository),
  ])
  const facts = documentFacts(repository, policy, record, places)
  const texts: Record<DocumentName, string | null> = {
    'TASK.md': facts.task && taskDocument(facts.task, facts),
    'WORKTREE.md': worktreeDocument(facts),
    'TASKS.md': tasksDocument(facts),
  }
  return DOCUMENT_NAMES.filter((name) => writeDocument(repository, places[name], texts[name], name)).map(
    (name) => places[name],
  )
}

/**
 * The hidden directory of the main worktree that this one lies in (`.claude/worktrees/`): untracked, it would be in every
 * `git status` there, and `git add -A` would commit it as a repository in the repository. A directory that is not hidden
 * may hold the project's own files one day.
 */
function hiddenParent({ root, mainWorktree }: Repository): string[] {
  const below = relative(mainWorktree, root)
  if (!below.startsWith('.') || below.startsWith('..')) return []
  return [`${below.includes('/') ? dirname(below) : below}/`]
}

/** Where each document goes. */
function placesOf(repository: Repository, states: ReturnType<PathStates>): Record<DocumentName, string> {
  const isTaken = (name: DocumentName) => states.get(name) === 'tracked' || isSomebodysOwn(join(repository.root, name))
  const entries = DOCUMENT_NAMES.map((name) => [name, isTaken(name) ? `${OWN_DIRECTORY}/${name}` : name])
  return Object.fromEntries(entries) as Record<DocumentName, string>
}

function isSomebodysOwn(path: string): boolean {
  return existsSync(path) && !readIfExists(path)?.startsWith(DOCUMENT_MARK)
}

/** @returns whether anything changed; null text takes a document of ours away (the task was closed) */
function writeDocument(repository: Repository, place: string, text: string | null, name: DocumentName): boolean {
  const path = join(repository.root, place)
  if (place.includes('/')) makeOwnDirectory(repository)
  const target = locateInWorktree(repository.root, place)
  if ('refused' in target)
    throw new LanekeeperError('file-system', `${target.refused}.`, { hint: `Move ${place} away.` })
  const before = readIfExists(path)
  if (before === text) return false
  if (text === null) rmSync(path, { force: true })
  else {
    const mode = name === 'TASKS.md' ? READ_ONLY : READABLE
    writeAtomically(path, text, { mode, durable: false, worktree: repository })
  }
  return true
}

function makeOwnDirectory(repository: Repository): void {
  const path = join(repository.root, OWN_DIRECTORY)
  try {
    mkdirSync(path)
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return
    throw fileSystemError('make', path, cause)
  }
}

/** What the lease on the task's migrations is to it now. `doctor` tells of a broken one; the brief is wanted all the same. */
function standingOfTask(repository: Repository, policy: Policy, task: Task | null): Standing | null {
  const database = task && leaseOf(task, policy.settings)
  if (!task || !database) return null
  try {
    const lease = leasesOf(repository, [database]).get(database)
    return standingOf(lease, task.id, activityOf(repository, policy.tasks, database, lease), new Date())
  } catch (error) {
    if (error instanceof LanekeeperError) return null
    throw error
  }
}

function documentFacts(
  repository: Repository,
  policy: Policy,
  record: WorktreeRecord,
  places: DocumentFacts['places'],
): DocumentFacts {
  const open = openTasks(policy)
  const task = open.find(({ id }) => id === record.task) ?? null
  const ports = record.ports?.ports ?? {}
  return {
    cli: isInstalled(repository) ? 'git lanekeeper' : 'npx lanekeeper',
    path: record.path,
    branch: record.branch,
    settings: policy.settings,
    task,
    openTasks: open,
    ports,
    urls: urlsOf(worktreeSlug(record), ports),
    databases: record.databases.filter(({ state }) => state === 'ready'),
    envFiles: record.envFiles ?? [],
    compose: composeProjectOf(repository, policy.settings, record),
    notes: notesOf(record),
    // dependencies, migrations and set-up commands are mended later without the documents being written again
    problems: record.problems
      .filter(({ step }) => !SLOW_STEPS.some((slow) => slow === step))
      .map(({ message }) => message),
    lease: standingOfTask(repository, policy, task),
    places,
  }
}
