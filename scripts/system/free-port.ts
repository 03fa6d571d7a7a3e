/**
 * The door to get-port. It only confirms that nobody listens on a port that is leased already; it never chooses, since
 * two processes that ask it at the same moment get the same answer (performance.md section 8).
 */
import getPort, { clearLockedPorts } from 'get-port'

/** Whether nobody listens on any of these ports, on any address of this machine. */
export async function arePortsFree(ports: readonly number[]): Promise<boolean> {
  // it remembers for 15 s what it answered, and would call our own second question a collision
  clearLockedPorts()
  for (const port of new Set(ports)) if ((await getPort({ port })) !== port) return false
  return true
}
