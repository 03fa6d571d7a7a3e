/** The two logs that `audit` reads: the commits of the tasks ref, and the landing commits of the base with our trailers. */
import { ALLOWED_TRAILER, REASON_TRAILER, TASK_TRAILER } from '../policy/audit-messages.ts'
import { type AuditEvent, eventsOfTrailers, type TrailCommit } from '../policy/audit-trail.ts'
import type { LandingCommit } from '../policy/recorded-landings.ts'
import type { Git } from './git.ts'
import { TASKS_REF } from './policy-source.ts'

/** What stands between the fields of a commit, and between the values of a trailer. */
const FIELD = '%x02'
const VALUE = '%x01'

/** Every commit of the tasks ref, newest first; none where there is no such ref. */
export function commitsOnTasks(git: Git): TrailCommit[] {
  return recordsOf(git, ['%H', '%aI', '%an <%ae>', '%B'], [TASKS_REF]).map(
    ([oid = '', when = '', who = '', message = '']) => ({ oid, when, who, message: message.trim() }),
  )
}

/** What the base's own landing commits say was let pass by name. */
export function allowedOnBase(git: Git, tip: string): AuditEvent[] {
  const fields = ['%H', '%cI', '%cn <%ce>', ...[TASK_TRAILER, ALLOWED_TRAILER, REASON_TRAILER].map(trailerField)]
  const only = ['--merges', `--grep=^${ALLOWED_TRAILER}: `]
  return recordsOf(git, fields, [...only, tip]).flatMap(
    ([oid = '', when = '', who = '', task = '', allowed = '', reason = '']) =>
      eventsOfTrailers({ oid, when, who }, { task, allowed: valuesIn(allowed), reason: reason.trim() }),
  )
}

/** The commits of a range whose trailers say that they are landings, or that a path was let pass: whoever wrote that. */
export function landingCommits(git: Git, base: string, tip: string): LandingCommit[] {
  const fields = ['%H', '%P', ...[TASK_TRAILER, ALLOWED_TRAILER].map(trailerField)]
  const only = ['--extended-regexp', `--grep=^(${TASK_TRAILER}|${ALLOWED_TRAILER}): `, tip, '--not', base]
  return recordsOf(git, fields, only).map(([oid = '', parents = '', task = '', allowed = '']) => ({
    oid,
    parent: parents.split(' ')[0] || null,
    task: task.trim(),
    allowed: valuesIn(allowed),
  }))
}

function trailerField(key: string): string {
  return `%(trailers:key=${key},valueonly,separator=${VALUE})`
}

function valuesIn(field: string): string[] {
  return field.split('\u0001').filter((path) => path !== '')
}

function recordsOf(git: Git, fields: readonly string[], words: readonly string[]): string[][] {
  const { stdout } = git.attempt(['log', '-z', `--format=${fields.join(FIELD)}`, ...words, '--'])
  return stdout
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => record.split('\u0002'))
}
