import { openDoor } from '../scripts/gate/door.ts'
import { guardPush } from '../scripts/gate/guard.ts'

/** @param args `<local oid> <remote oid>` of the line that names the base */
export function prePush([local, remote]: readonly string[]): string | null {
  return local === undefined || remote === undefined
    ? null
    : guardPush(openDoor(process.cwd(), process.env), local, remote)
}
