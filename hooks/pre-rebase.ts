import { guardRebase } from '../scripts/guard.ts'
import { openDoor } from './context.ts'

/** @param args what git gives: the upstream that the base would be rebased onto */
export function preRebase([upstream]: readonly string[]): string | null {
  return upstream === undefined ? null : guardRebase(openDoor(), upstream)
}
