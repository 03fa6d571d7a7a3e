/** Who listens on which port, out of what the system's tables say. */

export interface Listener {
  readonly port: number
  /** Null where the process belongs to somebody else. */
  readonly pid: number | null
  /** The program's name, e.g. `node`. */
  readonly program: string | null
  /** Its working directory, which tells whose server it is. */
  readonly cwd: string | null
}

const LISTEN = '0A'

/** Listening sockets in `/proc/net/tcp` or `tcp6`: inode → port, for the ports asked about. */
export function listeningInodes(procNetTcp: string, ports: ReadonlySet<number>): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of procNetTcp.split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)
    if (state === LISTEN && inode !== undefined && ports.has(port)) found.set(inode, port)
  }
  return found
}

/** Reads `lsof -F pcn`: `p<pid>`, `c<program>`, then `n<address>:<port>` for each socket. */
export function parseLsof(output: string, ports: ReadonlySet<number>): Listener[] {
  const found = new Map<number, Listener>()
  let pid: number | null = null
  let program: string | null = null
  for (const line of output.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    else if (line.startsWith('c')) program = line.slice(1)
    else if (line.startsWith('n')) {
      const port = Number(line.slice(line.lastIndexOf(':') + 1))
      if (ports.has(port) && !found.has(port)) found.set(port, { port, pid, program, cwd: null })
    }
  }
  return [...found.values()]
}

/** The worktree a directory lies in: the deepest of those that hold it, or null. */
export function worktreeHolding(dir: string, worktrees: readonly string[]): string | null {
  const holding = worktrees.filter((root) => dir === root || dir.startsWith(`${root}/`))
  return holding.sort((a, b) => b.length - a.length)[0] ?? null
}
