/** What the rules on migrations need to know, asked of git only when a change touches migrations or their sources. */
import type { MigrationFacts } from '../policy/migrations/brought.ts'
import { type MigrationSet, migrationSets } from '../policy/migrations/migration-set.ts'
import { matcherOf } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import type { Contribution } from '../policy/verdict.ts'
import { changesOfMerge } from './history.ts'
import { activityAt, branchActivity } from './lease-activity.ts'
import { leasesOf } from './lease-store.ts'
import { coveredFiles } from './migration-files.ts'
import { readObjects } from './objects.ts'
import { openTasks } from './policy-source.ts'
import type { Repository } from './repository.ts'

/**
 * The facts, or null when no contribution of a task touches what a set covers.
 * @param tip the base's commit that the change is judged against; null for a base without one
 * @param rivals branch → tip, where the clone need not have the branches of other tasks (CI)
 */
export function migrationFactsOf(
  repository: Repository,
  policy: Policy,
  contributions: readonly Contribution[],
  tip: string | null,
  rivals: ReadonlyMap<string, string> = new Map(),
): MigrationFacts | null {
  const touched = touchedSets(policy, contributions)
  if (touched.length === 0) return null
  const isOurs = matcherOf(touched.flatMap(({ paths }) => paths))
  const atBase = tip === null ? new Map<string, string>() : filesAt(repository, tip, touched)
  const brought = contributions.flatMap(({ changes, ofBranch }) => [...changes, ...(ofBranch ?? [])])
  const oids = brought.filter(({ path, oid }) => isOurs(path) !== null && !/^0+$/.test(oid)).map(({ oid }) => oid)
  const besides = [...atBase].filter(([path]) => touched.some((set) => isReadAtBase(set, path))).map(([, oid]) => oid)
  const leases = leasesOf(
    repository,
    touched.map(({ database }) => database),
  )
  const holders = [...leases.values()].flatMap(({ holder }) => (holder ? [holder.branch] : []))
  return {
    atBase,
    texts: textsOf(repository, [...oids, ...besides]),
    leases,
    committedAt: new Map([...branchActivity(repository, holders), ...activityAt(repository, rivals)]),
    openTasks: openTasks(policy),
    elsewhere: elsewhere(repository, tip, touched, rivalTasks(policy, touched, contributions), rivals),
    now: new Date(),
  }
}

/** Sets that the changes of a task reach; a person's changes are not asked about. */
function touchedSets(policy: Policy, contributions: readonly Contribution[]): MigrationSet[] {
  const paths = contributions
    .filter(({ task }) => task !== null)
    .flatMap(({ changes, ofBranch }) => [...changes, ...(ofBranch ?? [])].map(({ path }) => path))
  return migrationSets(policy.settings).filter((set) => {
    const covers = matcherOf([...set.paths, ...(set.schema ?? [])])
    return paths.some((path) => covers(path) !== null)
  })
}

/** Journals, snapshots and, where the order is in the files, the migrations themselves. */
function isReadAtBase({ tool, paths }: MigrationSet, path: string): boolean {
  if (matcherOf(paths)(path) === null) return false
  return tool.order === 'graph' || tool.journal?.file.test(path) === true || /_snapshot\.json$/.test(path)
}

function filesAt({ git }: Repository, tip: string, sets: readonly MigrationSet[]): Map<string, string> {
  const patterns = sets.flatMap(({ paths }) => paths)
  return new Map(coveredFiles(git, tip, patterns).map(({ path, oid }) => [path, oid]))
}

function textsOf({ git }: Repository, oids: readonly string[]): Map<string, string> {
  const wanted = [...new Set(oids)]
  const objects = readObjects(git, wanted)
  return new Map(wanted.map((oid, index) => [oid, objects[index]?.content.toString('utf8') ?? '']))
}

/** What a change of a task's brings to migrations, and whom that concerns. */
export interface TouchedMigrations {
  readonly databases: readonly string[]
  /** The other open tasks that own migrations of them. */
  readonly rivals: readonly Task[]
}

/** Asks git nothing. */
export function migrationsTouched(policy: Policy, contributions: readonly Contribution[]): TouchedMigrations {
  const touched = touchedSets(policy, contributions)
  return {
    databases: [...new Set(touched.map(({ database }) => database))],
    rivals: rivalTasks(policy, touched, contributions),
  }
}

function rivalTasks(policy: Policy, sets: readonly MigrationSet[], contributions: readonly Contribution[]): Task[] {
  const judged = new Set(contributions.map(({ task }) => task?.id))
  const databases = new Set(sets.map(({ database }) => database))
  return openTasks(policy).filter(
    ({ id, migrations }) => !judged.has(id) && migrations !== null && databases.has(migrations),
  )
}

/** What the branches of other open tasks add to the same sets: for the word that two have one version. */
function elsewhere(
  { git }: Repository,
  tip: string | null,
  sets: readonly MigrationSet[],
  tasks: readonly Task[],
  rivals: ReadonlyMap<string, string>,
): MigrationFacts['elsewhere'] {
  if (tip === null) return []
  const patterns = sets.flatMap(({ paths }) => paths)
  const isOurs = matcherOf(patterns)
  return tasks.flatMap(({ id, branch }) => {
    const rival = rivals.get(branch)
    if (rival !== undefined) {
      // of such a branch a shallow clone has the last commit alone: what it adds is what the base lacks
      const atBase = new Set(coveredFiles(git, tip, patterns).map(({ path }) => path))
      const added = coveredFiles(git, rival, patterns).filter(({ path }) => !atBase.has(path))
      return added.map(({ path }) => ({ task: id, path }))
    }
    if (!git.test(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`])) return []
    return changesOfMerge(git, [tip], `refs/heads/${branch}`)
      .filter(({ path, status }) => status === 'A' && isOurs(path) !== null)
      .map(({ path }) => ({ task: id, path }))
  })
}
