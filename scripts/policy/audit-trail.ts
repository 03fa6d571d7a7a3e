/**
 * What is on record of lanes that were widened, left or passed by, read out of the messages of the commits on
 * `refs/lanekeeper/tasks` and the trailers of landing commits on the base. `audit-messages.ts` writes both.
 */
import { OVERRIDDEN, oneLine, UNPROVED } from './audit-messages.ts'
import { printable } from './printable.ts'

export type AuditKind =
  | 'widen'
  /** A task's file edited by hand so that it may change more. */
  | 'edit'
  | 'overlap'
  /** Landed out of its lane with LANEKEEPER=0. */
  | 'override'
  /** What moved the base behind the gate's back, accepted. */
  | 'accept'
  /** Landed with `land --allow`. */
  | 'allow'
  | 'handoff'
  | 'handoff-done'

export interface AuditEvent {
  readonly kind: AuditKind
  /** ISO 8601. */
  readonly when: string
  readonly who: string
  /** The task it is about; null for the base as a whole. */
  readonly task: string | null
  /** The other task of an overlap, or the one that handed over. */
  readonly other: string | null
  /** Patterns or paths. */
  readonly paths: readonly string[]
  readonly reason: string
  /** The commit of the base, where there is one. */
  readonly commit: string | null
}

/** A commit as git tells of it. */
export interface TrailCommit {
  readonly oid: string
  readonly when: string
  readonly who: string
  readonly message: string
}

type Found = Partial<Omit<AuditEvent, 'when' | 'who'>> & Pick<AuditEvent, 'kind'>
type Reader = (match: RegExpExecArray, body: string) => readonly Found[]

const SUBJECTS: readonly (readonly [subject: RegExp, read: Reader])[] = [
  [
    /^widen ([^\s:]+): (.*)$/,
    ([, task = '', patterns = ''], body) => [
      { kind: 'widen', task, paths: patterns.split(', '), reason: reasonOf(body) },
    ],
  ],
  [/^edit ([^\s:]+)$/, ([, task = ''], body) => edited(task, body)],
  [/^land ([^\s:]+): ([0-9a-f]+)$/, ([, task = '', commit = ''], body) => landed(task, commit, body)],
  [/^accept (\S+) ([0-9a-f]+)$/, ([, , commit = ''], body) => [accepted(commit, body)]],
  [
    /^handoff ([^\s:]+) to ([^\s:]+): (.*)$/,
    ([, other = '', task = '', files = ''], body) => [
      { kind: 'handoff', task, other, paths: files.split(', '), reason: body.trim() },
    ],
  ],
  [
    /^handoff-done ([^\s:]+): (\d+) from (\S+)$/,
    ([, task = '', number = '', other = '']) => [{ kind: 'handoff-done', task, other, reason: `note ${number}` }],
  ],
]

/** What one commit of the tasks ref tells: nothing for most, several things for some. */
export function eventsOf({ when, who, message }: TrailCommit): AuditEvent[] {
  const [subject = '', ...rest] = message.split('\n')
  const body = rest.join('\n').trim()
  const told = SUBJECTS.flatMap(([pattern, read]) => {
    const match = pattern.exec(subject)
    return match ? read(match, body) : []
  })
  const task = /^(?:new-task|widen|edit) ([^\s:]+)/.exec(subject)?.[1]
  return [...told, ...(task === undefined ? [] : overlaps(task, body))].map((found) => ({
    task: null,
    other: null,
    paths: [],
    reason: '',
    commit: null,
    ...found,
    when,
    who,
  }))
}

/** What a landing commit's own trailers tell: all that is left where the tasks ref is not. */
export function eventsOfTrailers(
  { oid, when, who }: Omit<TrailCommit, 'message'>,
  trailers: { readonly task: string; readonly allowed: readonly string[]; readonly reason: string },
): AuditEvent[] {
  const { task, allowed: paths, reason } = trailers
  return paths.length === 0 ? [] : [{ kind: 'allow', when, who, task, other: null, paths, reason, commit: oid }]
}

/** Everything once, newest first: a landing that both tell of is the tasks ref's. */
export function auditTrail(ofTasks: readonly AuditEvent[], ofBase: readonly AuditEvent[]): AuditEvent[] {
  const told = new Set(ofTasks.filter(({ kind }) => kind === 'allow').map(({ commit }) => commit))
  const all = [...ofTasks, ...ofBase.filter(({ commit }) => !told.has(commit))]
  const time = ({ when }: AuditEvent) => Date.parse(when)
  return all
    .map((event, index) => ({ event, index }))
    .sort((a, b) => time(b.event) - time(a.event) || a.index - b.index)
    .map(({ event }) => event)
}

/** The values of `Key: value` lines in a message. */
export function valuesOf(body: string, key: string): string[] {
  return body
    .split('\n')
    .filter((text) => text.startsWith(`${key}: `))
    .map((text) => text.slice(key.length + 2))
}

function reasonOf(body: string): string {
  return valuesOf(body, 'Reason')[0] ?? ''
}

function edited(task: string, body: string): Found[] {
  const paths = valuesOf(body, 'Widened')
  return paths.length === 0 ? [] : [{ kind: 'edit', task, paths, reason: reasonOf(body) }]
}

function landed(task: string, commit: string, body: string): Found[] {
  const allowed = valuesOf(body, 'Allowed')
  const overridden = valuesOf(body, OVERRIDDEN)[0]?.split(', ') ?? []
  const unproved = valuesOf(body, UNPROVED)
  return [
    ...(overridden.length > 0 ? [{ kind: 'override', task, commit, paths: overridden } as const] : []),
    ...(unproved.length > 0
      ? [{ kind: 'override', task, commit, reason: `migrations not proved: ${unproved.join(', ')}` } as const]
      : []),
    ...(allowed.length > 0 ? [{ kind: 'allow', task, commit, paths: allowed, reason: reasonOf(body) } as const] : []),
  ]
}

/** The reason is the first paragraph, then come the words of the alarm, a file on an indented line. */
function accepted(commit: string, body: string): Found {
  const [reason = '', ...alarm] = body.split('\n\n')
  const paths = [...alarm.join('\n\n').matchAll(/^ {2}(?!commit )(.+?) {2}[a-z-]+: /gm)].map(([, path = '']) => path)
  return { kind: 'accept', commit, paths, reason: oneLine(reason) }
}

function overlaps(task: string, body: string): Found[] {
  return valuesOf(body, 'Overlap-Allowed').map((text) => {
    const [, other = '', files = ''] = /^([^\s:]+): (.*)$/.exec(text) ?? []
    return { kind: 'overlap', task, other, paths: files.split(', '), reason: reasonOf(body) }
  })
}

/** Rows for a person, the heading first. */
export function auditRows(events: readonly AuditEvent[]): string[][] {
  const rows = events.map(({ kind, when, who, task, other, paths, reason }) => [
    when,
    kind,
    task ?? '-',
    other ?? '-',
    paths.join(', ') || '-',
    who,
    oneLine(reason) || '-',
  ])
  return [['WHEN', 'WHAT', 'TASK', 'OTHER', 'PATHS', 'WHO', 'WHY'], ...rows.map((row) => row.map(printable))]
}
