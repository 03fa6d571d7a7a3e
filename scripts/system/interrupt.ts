/** Ctrl-C in the middle of something that must be undone first. */

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

/**
 * From now on the first Ctrl-C ends the programs we run (they get it from the terminal), not us: what they leave is still
 * to be taken away, or told of. The second ends us.
 * @param say says so at once: a program may take its time to end
 */
export function holdFirstInterrupt(say: () => void = () => {}): { readonly came: boolean; release(): void } {
  const note = () => {
    held.came = true
    say()
  }
  const held = { came: false, release: () => void process.off('SIGINT', note) }
  process.once('SIGINT', note)
  return held
}
