/** Ctrl-C in the middle of something that must be undone first. */
import { descendantsOf, signalIfThere } from './descendants.ts'
import { interruptGroups, killGroups } from './program-groups.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs `work`; a signal meanwhile does not end the process but is told by `wasInterrupted`. The programs we started got
 * the same signal from the terminal and end by themselves.
 */
export async function holdingInterrupts<T>(work: (wasInterrupted: () => boolean) => Promise<T>): Promise<T> {
  let interrupted = false
  const note = () => {
    interrupted = true
  }
  for (const signal of SIGNALS) process.on(signal, note)
  try {
    return await work(() => interrupted)
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, note)
  }
}

/** What is said at the first of them. */
export const STOPPING = 'Stopping what runs (once more: at once)'

/**
 * From now on the first Ctrl-C, or other word to end, ends the programs we run, not us: what they leave is still to be
 * taken away, or told of. The second ends us.
 * @param say says so at once: a program may take its time to end
 */
export function holdFirstInterrupt(say: () => void): { readonly came: boolean; release(): void } {
  const note = (signal: NodeJS.Signals) => {
    if (held.came) return endAtOnce(signal)
    held.came = true
    say()
    handOn(signal)
  }
  const endAtOnce = (signal: NodeJS.Signals) => {
    killGroups()
    held.release()
    process.kill(process.pid, signal)
  }
  const held = { came: false, release: () => SIGNALS.forEach((signal) => void process.off(signal, note)) }
  for (const signal of SIGNALS) process.on(signal, note)
  return held
}

/** The terminal sends Ctrl-C to our whole group, and twice makes npm give up on a clean end; the others come to us alone. */
function handOn(signal: NodeJS.Signals): void {
  interruptGroups(signal)
  if (signal === 'SIGINT') return
  for (const pid of descendantsOf(process.pid, process.env)) signalIfThere(pid, signal)
}
