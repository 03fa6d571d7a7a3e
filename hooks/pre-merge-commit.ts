import { openDoor } from '../scripts/gate/door.ts'
import { guardMergeResult } from '../scripts/gate/guard.ts'
import { mergedHeads } from './merged-heads.ts'

/** Judges the merged result on the base, hand-made edits of the merge included. */
export function preMergeCommit(): string | null {
  return guardMergeResult(openDoor(process.cwd(), process.env), mergedHeads(process.env))
}
