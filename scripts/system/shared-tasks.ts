/** Tasks that travel: the remote's history of the tasks ref is merged into ours, and ours is pushed. */
import { mergedTasks, type TaskFile, type TaskFiles } from '../policy/merge-tasks.ts'
import { parseTask, type Task } from '../policy/task.ts'
import type { Git } from './git.ts'
import { parseTree, readObjects } from './objects.ts'
import { TASKS_REF } from './policy-source.ts'
import { type Pushed, pushRef } from './remote.ts'
import type { Repository } from './repository.ts'
import { moveRef, pointees, trackingRef } from './shared-refs.ts'
import { writeTaskBranches } from './task-branches.ts'
import { commitTasks } from './task-store.ts'

const MAX_TRIES = 50

/** What a merge of the remote's tasks brought. */
export interface TasksMet {
  /** Whether anything is different here now. */
  readonly came: boolean
  /** Ids of tasks of which the remote's text stands though it was changed here too. */
  readonly overruled: readonly string[]
  /** Our commit that still has what was overruled. */
  readonly kept: string | null
}

const NOTHING: TasksMet = { came: false, overruled: [], kept: null }

/** Merges what was fetched into the tasks ref: a fast-forward where it can be, else a merge commit. */
export function mergeFetchedTasks(repository: Repository, remote: string): TasksMet {
  const { git } = repository
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [ours = null, theirs = null] = pointees(git, [TASKS_REF, trackingRef(remote, TASKS_REF)])
    if (theirs === null || theirs === ours) return NOTHING
    const base = ours === null ? null : git.attempt(['merge-base', ours, theirs]).stdout.trim() || null
    if (base === theirs) return NOTHING
    const merge =
      base === ours || ours === null ? { commit: theirs, overruled: [] } : merged(git, { base, ours, theirs }, remote)
    if (!moveRef(git, TASKS_REF, { from: ours, to: merge.commit, why: `merge tasks of ${remote}` })) continue
    writeTaskBranches(repository)
    return { came: true, overruled: merge.overruled, kept: merge.overruled.length > 0 ? ours : null }
  }
  return NOTHING
}

/** Pushes the tasks ref where the remote lacks something of it; `done` also where it has it all. */
export function pushTasks({ git }: Repository, remote: string): Pushed {
  const tracking = trackingRef(remote, TASKS_REF)
  const [ours = null, theirs = null] = pointees(git, [TASKS_REF, tracking])
  if (ours === null || ours === theirs) return { kind: 'done' }
  // a push that is no fast-forward would take the other machine's tasks away
  if (theirs !== null && !git.test(['merge-base', '--is-ancestor', theirs, ours])) return { kind: 'moved' }
  const pushed = pushRef(git, remote, TASKS_REF, { from: theirs, to: ours })
  if (pushed.kind === 'done') moveRef(git, tracking, { from: theirs, to: ours, why: 'pushed' })
  return pushed
}

/** The tasks as the remote has them, those that can be read. */
export function fetchedTasks({ git }: Repository, remote: string): Task[] {
  return [...filesOf(git, trackingRef(remote, TASKS_REF))].flatMap(([name, { text }]) => {
    try {
      return name.endsWith('.md') ? [parseTask(text, name)] : []
    } catch {
      return []
    }
  })
}

function merged(
  git: Git,
  { base, ours, theirs }: { base: string | null; ours: string; theirs: string },
  remote: string,
): { commit: string; overruled: string[] } {
  const before: TaskFiles = base === null ? new Map() : filesOf(git, base)
  const { files, overruled } = mergedTasks(before, filesOf(git, ours), filesOf(git, theirs))
  const oids = new Map([...files].map(([name, { oid, text }]) => [name, oid ?? written(git, text)]))
  const ids = overruled.map((name) => name.replace(/\.md$/, ''))
  const note = ids.length === 0 ? '' : `\n\n${ids.map((id) => `Overruled: ${id}`).join('\n')}`
  return { commit: commitTasks(git, oids, [ours, theirs], `merge tasks of ${remote}${note}`), overruled: ids }
}

function written(git: Git, text: string): string {
  return git.text(['hash-object', '-w', '--stdin'], { input: text })
}

function filesOf(git: Git, commit: string): Map<string, TaskFile> {
  const [tree] = readObjects(git, [`${commit}^{tree}`])
  // whatever else a hand put there is no task
  const entries = (tree ? parseTree(tree) : []).filter(({ mode }) => mode.startsWith('100'))
  const blobs = readObjects(
    git,
    entries.map(({ oid }) => oid),
  )
  return new Map(
    entries.map(({ name, oid }, index) => [name, { oid, text: blobs[index]?.content.toString('utf8') ?? '' }]),
  )
}
