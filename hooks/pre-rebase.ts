import { openDoor } from '../scripts/gate/door.ts'
import { guardRebase } from '../scripts/gate/guard.ts'

/** @param args what git gives: the upstream that the base would be rebased onto */
export function preRebase([upstream]: readonly string[]): string | null {
  return upstream === undefined ? null : guardRebase(openDoor(process.cwd(), process.env), upstream)
}
