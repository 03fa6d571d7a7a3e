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
