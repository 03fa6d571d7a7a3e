/** The processes below a process: `npm run` does not hand a signal on to what its shell started. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readIfExists } from './files.ts'

/** Process ids below `pid`, the nearest first; as they are at this moment. */
export function descendantsOf(pid: number, env: NodeJS.ProcessEnv): number[] {
  const children = new Map<number, number[]>()
  for (const [child, parent] of process.platform === 'linux' ? fromProc() : fromPs(env))
    children.set(parent, [...(children.get(parent) ?? []), child])
  const found: number[] = []
  for (let level = children.get(pid) ?? []; level.length > 0; level = level.flatMap((id) => children.get(id) ?? []))
    found.push(...level)
  return found
}

/** Pairs of a process and its parent. */
function fromProc(): [number, number][] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid): [number, number][] => {
    const stat = statOf(pid)
    // the program's name stands in parentheses and may hold any character
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    return parent === undefined ? [] : [[Number(pid), Number(parent)]]
  })
}

/** Processes end while we look; one that has counts as not there. */
function statOf(pid: string): string {
  try {
    return readIfExists(`/proc/${pid}/stat`) ?? ''
  } catch {
    return ''
  }
}

function fromPs(env: NodeJS.ProcessEnv): [number, number][] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { env, encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\d+)\s+(\d+)/gm)].map(([, child, parent]) => [Number(child), Number(parent)])
}

/**
 * A process may have ended with its parent.
 * @param pid negative for a process group
 * @returns whether it, or anybody in the group, was there
 */
export function signalIfThere(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
