/**
 * Which files two tasks may both change, asked when a task is planned: a conflict that is not begun need not be solved.
 * What neither may change (deny, protected) is no overlap, nor are migrations, which are had in turns; files that the
 * repository lets tasks share are told apart (policy.md section 6).
 */
import { LanekeeperError } from './errors.ts'
import { type Part, pathMatching } from './pattern-meeting.ts'
import { matcherOf, normalised } from './patterns.ts'
import { printable } from './printable.ts'
import { scopeOf } from './scope.ts'
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'

export interface Overlap {
  /** `patterns`: no file of the base is in both lanes, but one that is not there yet can be. */
  readonly kind: 'disjoint' | 'patterns' | 'files'
  /** Files of the base that both may change, without the shared ones. */
  readonly files: readonly string[]
  /** A path that would be in both lanes, for `patterns`; null else. */
  readonly witness: string | null
  /** Files of the base that both may change because the repository shares them. */
  readonly shared: readonly string[]
}

/** Another task together with what it has in common with the one that was asked about. */
export interface OverlapWith extends Overlap {
  readonly task: Task
}

/** What a task may change of the base's files, asked once for all the tasks it is compared with. */
export interface Lane {
  readonly task: Task
  readonly files: ReadonlySet<string>
}

/** @param files the paths of the base's tree */
export function laneOf(task: Task, settings: Settings, files: readonly string[]): Lane {
  const scope = scopeOf(task, settings)
  const isMigration = matcherOf(settings.migrations.flatMap(({ paths }) => paths))
  // most files of a big repository are in nobody's lane: one look instead of five
  const isNamed = matcherOf([...task.allow, ...task.shared])
  const isIn = (path: string) => isNamed(path) !== null && isMigration(path) === null && scope.refusal(path) === null
  return { task, files: new Set(files.filter(isIn)) }
}

/** What two lanes have in common. */
export function overlapOf(mine: Lane, theirs: Lane, settings: Settings): Overlap {
  const isShared = matcherOf(settings.shared)
  const [fewer, more] = mine.files.size < theirs.files.size ? [mine, theirs] : [theirs, mine]
  const common = [...fewer.files].filter((path) => more.files.has(path))
  const shared = common.filter((path) => isShared(path) !== null)
  const files = common.filter((path) => isShared(path) === null)
  if (files.length > 0) return { kind: 'files', files, witness: null, shared }
  const witness = meetingOfLanes(mine.task, theirs.task, settings)
  return { kind: witness === null ? 'disjoint' : 'patterns', files, witness, shared }
}

/** A path that nothing keeps out of either lane; null where there is none. Asked without a list of files. */
export function meetingOfLanes(mine: Task, theirs: Task, settings: Settings): string | null {
  const blind = (patterns: readonly string[]) => patterns.map((pattern) => partOf(pattern, { ignoreCase: true }))
  const closed = [
    ...blind([...settings.protected, ...mine.deny, ...theirs.deny]),
    ...[...settings.shared, ...settings.migrations.flatMap(({ paths }) => paths)].map((pattern) => partOf(pattern)),
  ]
  for (const a of mine.allow)
    for (const b of theirs.allow) {
      const pair = [partOf(a, { isFile: namesFile(a, b) }), partOf(b, { isFile: namesFile(b, a) })]
      const shortest = pathMatching(pair, closed)
      if (shortest !== null) return pathMatching(pair.map(withNamedStars), closed) ?? shortest
    }
  return null
}

function partOf(pattern: string, more: Omit<Part, 'pattern'> = {}): Part {
  return { pattern: normalised(pattern), ...more }
}

/** `src/x.ts` tells a reader more than `src/.ts`, which `src/*.ts` matches too. */
function withNamedStars(part: Part): Part {
  return { ...part, pattern: part.pattern.replace(/(?<![*])\*(?![*])/g, '?*') }
}

/** `test/a.spec.js` names a file, though a directory might be called so: nobody wants to hear of what lies below. */
function namesFile(pattern: string, other: string): boolean {
  const isFileName = /[^/.][^/]*\.[a-z]\w*$/i.test(pattern) && !/[*?]/.test(pattern)
  return isFileName && !other.startsWith(`${pattern}/`)
}

/** Whether one comes after the other, be it by way of further tasks: then they are never worked on at once. */
export function isOrdered(a: Task, b: Task, tasks: readonly Task[]): boolean {
  return waitsFor(a, b.id, tasks) || waitsFor(b, a.id, tasks)
}

function waitsFor(task: Task, id: string, tasks: readonly Task[]): boolean {
  const reached = new Set(task.dependsOn)
  for (const next of reached)
    for (const further of tasks.find((known) => known.id === next)?.dependsOn ?? []) reached.add(further)
  return reached.has(id)
}

const MOST_NAMED = 5

/** Paths as a person reads them: the first few, and how many more. */
export function someOf(paths: readonly string[], most = MOST_NAMED): string {
  const more = paths.length - most
  return paths.slice(0, most).map(printable).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/**
 * The refusal of a lane that takes in another task's files.
 * @param isText the lane comes as a task's text, where `depends-on` is a line and no flag
 */
export function overlapRefused(task: Task, overlaps: readonly OverlapWith[], isText = false): LanekeeperError {
  const named = overlaps.map(({ task: other, files }) => `${count(files)} of task "${other.id}": ${someOf(files)}`)
  const others = overlaps.map(({ task: other }) => other.id)
  const flags = others.map((id) => `--depends-on ${id}`).join(' ')
  return new LanekeeperError('overlap', `The lane of "${task.id}" takes in ${named.join('\nand ')}.`, {
    hint: [
      'Leave those files to the other task: name narrower paths, or put them under deny.',
      `Or let it come after: ${isText ? `depends-on: [${others.join(', ')}] in its text` : `the same command with ${flags}`}`,
      'Or, a person, on record: the same command with --allow-overlap --reason "…"',
    ].join('\n'),
  })
}

function count(files: readonly string[]): string {
  return files.length === 1 ? 'a file' : `${files.length} files`
}

/** What is no reason to refuse and worth a word, one sentence each. */
export function overlapWarnings(overlaps: readonly OverlapWith[], tasks: readonly Task[], task: Task): string[] {
  return overlaps.flatMap(({ task: other, kind, witness, shared }) => [
    ...(kind === 'patterns' && !isOrdered(task, other, tasks)
      ? [
          `its lane meets task "${other.id}"'s: "${witness}" would be in both, though no such file is there yet; expect conflicts, or let one depend on the other`,
        ]
      : []),
    ...(shared.length > 0
      ? [
          `${someOf(shared)} ${shared.length === 1 ? 'is' : 'are'} shared with task "${other.id}": the two land one after the other, and the later one merges ${task.base} first`,
        ]
      : []),
  ])
}
