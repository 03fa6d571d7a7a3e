import { openDoor } from '../scripts/door.ts'
import { guardMergeResult } from '../scripts/guard.ts'
import { mergedHeads } from './merged-heads.ts'

/** Judges the merged result on the base, hand-made edits of the merge included. */
export function preMergeCommit(): string | null {
  return guardMergeResult(openDoor(process.cwd(), process.env), mergedHeads(process.env))
}
