import { openDoor } from '../scripts/gate/door.ts'
import { guardCommit } from '../scripts/gate/guard.ts'

/** Refuses a task's commit outside its scope, and on the base what a merge, squash or pick left to be committed. */
export function preCommit(): string | null {
  return guardCommit(openDoor(process.cwd(), process.env))
}
