/**
 * Whether anybody listens on a port that is leased already. Linux tells in a table (1 ms); elsewhere get-port, whose door
 * this is, binds it on every address (7 ms). Neither ever chooses a port: two processes that ask at the same moment get
 * the same answer (performance.md section 8).
 */
import { listeningInodes } from '../policy/sockets.ts'
import { listeningRows, SOCKET_TABLES } from './listening-sockets.ts'

/**
 * Whether nobody listens on any of these ports, on any address of this machine.
 * @param tables where the kernel lists its sockets; the first must be there, or get-port is asked
 */
export async function arePortsFree(
  ports: readonly number[],
  tables: readonly string[] = SOCKET_TABLES,
): Promise<boolean> {
  const [first, ...others] = tables.map(listeningRows)
  if (typeof first !== 'string') return areBindable(ports)
  const wanted = new Set(ports)
  return [first, ...others].every((table) => listeningInodes(table ?? '', wanted).size === 0)
}

async function areBindable(ports: readonly number[]): Promise<boolean> {
  const { default: getPort, clearLockedPorts } = await import('get-port')
  // it remembers for 15 s what it answered, and would call our own second question a collision
  clearLockedPorts()
  for (const port of new Set(ports)) if ((await getPort({ port })) !== port) return false
  return true
}
