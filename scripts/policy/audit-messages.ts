/**
 * What goes on record when a lane is widened, left or passed by: the messages of commits on `refs/lanekeeper/tasks`, and
 * the trailers of landing commits. `audit-trail.ts` reads them again (the two are held together by their test).
 */
import { printable } from './printable.ts'
import type { Task } from './task.ts'

export const TASK_TRAILER = 'Lanekeeper-Task'
export const ALLOWED_TRAILER = 'Lanekeeper-Allowed'
export const REASON_TRAILER = 'Lanekeeper-Reason'

/** What LANEKEEPER=0 let pass, in the message of a landing. */
export const OVERRIDDEN = 'Out of its lane, let pass (LANEKEEPER=0)'
export const UNPROVED = 'Migrations not proved, let pass (LANEKEEPER=0)'

/** One line, whatever was typed. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** @param overlap the note of overlaps that were let be, empty for none */
export function widenMessage(id: string, patterns: readonly string[], reason: string, overlap: string): string {
  return `widen ${id}: ${patterns.join(', ')}\n\nReason: ${oneLine(reason)}${overlap}`
}

export function editMessage(before: Task, after: Task, reason: string, overlap: string): string {
  const added = (name: 'allow' | 'shared') => after[name].filter((pattern) => !before[name].includes(pattern))
  const widened = [...added('allow'), ...added('shared'), ...before.deny.filter((one) => !after.deny.includes(one))]
  const body = [
    ...widened.map((pattern) => `Widened: ${pattern}`),
    ...(reason === '' ? [] : [`Reason: ${oneLine(reason)}`]),
  ]
  return `edit ${after.id}${body.length > 0 ? `\n\n${body.join('\n')}` : ''}${overlap}`
}

/** The paragraph for overlaps that a person let be, each with its files; empty for none. */
export function overlapNote(
  overlaps: readonly { readonly id: string; readonly files: string }[],
  reason: string,
): string {
  if (overlaps.length === 0) return ''
  const lines = overlaps.map(({ id, files }) => `Overlap-Allowed: ${id}: ${files}`)
  return `\n\n${[...lines, `Reason: ${oneLine(reason)}`].join('\n')}`
}

/** What a landing let pass, if anything. */
export interface LetPass {
  /** Named by `--allow`. */
  readonly allowed: readonly string[]
  readonly reason: string
  /** Refused, and landed with LANEKEEPER=0. */
  readonly overridden: readonly string[]
  /** Databases whose migrations were not proved, and landed with LANEKEEPER=0. */
  readonly unproved?: readonly string[]
}

export function landMessage(
  id: string,
  commit: string,
  { allowed, reason, overridden, unproved = [] }: LetPass,
): string {
  const names = allowed.map((path) => `Allowed: ${printable(path)}`)
  return [
    `land ${id}: ${commit}`,
    ...(overridden.length > 0 ? [`${OVERRIDDEN}: ${overridden.map(printable).join(', ')}`] : []),
    ...(unproved.length > 0 ? [`${UNPROVED}: ${unproved.join(', ')}`] : []),
    ...(names.length > 0 ? [[...names, `Reason: ${oneLine(reason)}`].join('\n')] : []),
  ].join('\n\n')
}

/** The trailers of a landing commit. */
export function landTrailers(id: string, { allowed, reason }: LetPass): string {
  return [
    `${TASK_TRAILER}: ${id}`,
    ...allowed.map((path) => `${ALLOWED_TRAILER}: ${printable(path)}`),
    ...(allowed.length > 0 ? [`${REASON_TRAILER}: ${oneLine(reason)}`] : []),
  ].join('\n')
}

export function handoffMessage(from: string, to: string, files: readonly string[], note: string): string {
  return `handoff ${from} to ${to}: ${files.map(printable).join(', ')}\n\n${note}`
}

export function handoffDoneMessage(to: string, number: number, from: string): string {
  return `handoff-done ${to}: ${number} from ${from}`
}
