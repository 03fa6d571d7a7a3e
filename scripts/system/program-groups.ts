/**
 * Programs in a process group of their own: all that one of them started ends with it, in whatever way it ends. A server
 * that a test run left behind, or a child that is deaf to Ctrl-C, would hold up whoever waits for the output for ever.
 */
import type { ChildProcess } from 'node:child_process'
import { signalIfThere } from './descendants.ts'

/** How long the members of a group that was asked to end may take. */
const GRACE_MS = 2000

/** Groups whose first program still runs, by its process id, which is the group's. */
const running = new Set<number>()

/** @param leader started with `detached`: Ctrl-C at the terminal reaches it through `interruptGroups` alone */
export function endGroupWith(leader: ChildProcess): void {
  const { pid } = leader
  if (pid === undefined) return
  running.add(pid)
  leader.once('exit', () => {
    running.delete(pid)
    endGroup(pid)
  })
}

/** Hands a signal on to every group; what has not ended soon after is ended. */
export function interruptGroups(signal: NodeJS.Signals): void {
  for (const group of running) {
    signalIfThere(-group, signal)
    // nobody waits for it: while the group's first program runs, we do
    setTimeout(() => endGroup(group), GRACE_MS).unref()
  }
}

/** For whoever does not wait any more. */
export function killGroups(): void {
  for (const group of running) signalIfThere(-group, 'SIGKILL')
}

function endGroup(group: number): void {
  if (signalIfThere(-group, 'SIGTERM')) setTimeout(() => signalIfThere(-group, 'SIGKILL'), GRACE_MS)
}
