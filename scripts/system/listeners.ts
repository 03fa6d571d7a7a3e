/**
 * Which processes listen on our ports, in one pass for all ports: `/proc` on Linux, `lsof` elsewhere. Without root only
 * the user's own processes have a name; of the others we know that somebody listens.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type Listener, listeningInodes, parseLsof } from '../policy/sockets.ts'
import { listeningRows, SOCKET_TABLES } from './listening-sockets.ts'

/** The listeners on these ports; a port without one is left out. Never throws: where nothing can be learned, nobody listens. */
export function listenersOn(ports: ReadonlySet<number>, env: NodeJS.ProcessEnv): Map<number, Listener> {
  if (ports.size === 0) return new Map()
  const found = process.platform === 'linux' ? fromProc(ports) : fromLsof(ports, env)
  return new Map(found.map((listener) => [listener.port, listener]))
}

function fromProc(ports: ReadonlySet<number>): Listener[] {
  const tables = SOCKET_TABLES.map((path) => listeningRows(path) ?? '')
  const inodes = new Map(tables.flatMap((text) => [...listeningInodes(text, ports)]))
  const owners = ownersOf(new Set(inodes.keys()))
  const listeners = [...inodes].map(([inode, port]) => describe(port, owners.get(inode) ?? null))
  // a server on both 0.0.0.0 and [::] has two sockets; the one whose process we know wins
  return listeners.sort((a, b) => Number(a.pid !== null) - Number(b.pid !== null))
}

/** Socket inode → pid, looking through the open files of every process we may look into. */
function ownersOf(wanted: ReadonlySet<string>): Map<string, string> {
  const owners = new Map<string, string>()
  if (wanted.size === 0) return owners
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const file of namesIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkAt(`/proc/${pid}/fd/${file}`) ?? '')?.[1]
      if (inode !== undefined && wanted.has(inode)) owners.set(inode, pid)
    }
    if (owners.size === wanted.size) break
  }
  return owners
}

function describe(port: number, pid: string | null): Listener {
  if (pid === null) return { port, pid: null, program: null, cwd: null }
  return { port, pid: Number(pid), program: textAt(`/proc/${pid}/comm`), cwd: linkAt(`/proc/${pid}/cwd`) }
}

// Processes end while we look: whatever has gone counts as not there.

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

function fromLsof(ports: ReadonlySet<number>, env: NodeJS.ProcessEnv): Listener[] {
  const lsof = (args: string[]) => spawnSync('lsof', args, { env, encoding: 'utf8' }).stdout ?? ''
  const listeners = parseLsof(lsof(['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpcn']), ports)
  return listeners.map((listener) => {
    const cwd = /^n(.*)$/m.exec(lsof(['-a', '-d', 'cwd', '-p', String(listener.pid), '-Fn']))?.[1]
    return { ...listener, cwd: cwd ?? null }
  })
}
