import { openDoor } from '../scripts/door.ts'
import { guardCommit } from '../scripts/guard.ts'

/** Refuses a task's commit outside its scope, and on the base what a merge, squash or pick left to be committed. */
export function preCommit(): string | null {
  return guardCommit(openDoor(process.cwd(), process.env))
}
