import { openDoor } from '../scripts/gate/door.ts'
import { guardMergeStart, guardMove } from '../scripts/gate/guard.ts'
import { mergedHeads } from './merged-heads.ts'

/**
 * The strong gate.
 * @param args `early|late <old> <new>` from our stub. `old` is never trusted: git reports zeros for a forced update.
 */
export function referenceTransaction([phase, , to]: readonly string[]): string | null {
  if (phase === 'early') return guardMergeStart(openDoor(process.cwd(), process.env), mergedHeads(process.env))
  return phase === 'late' && to !== undefined ? guardMove(openDoor(process.cwd(), process.env), to) : null
}
