import { guardCommit } from '../scripts/guard.ts'
import { openDoor } from './context.ts'

/** Refuses a task's commit outside its scope, and on the base what a merge, squash or pick left to be committed. */
export function preCommit(): string | null {
  return guardCommit(openDoor())
}
